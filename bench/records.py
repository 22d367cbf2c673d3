"""What the list of who saw what costs with few records and with very many; sealing, verifying.

`python -m bench.records [N]`. On SQLite and on PostgreSQL, FEW made-up records are stored in one
database and N in another; an auditor's session then asks for each page ROUNDS times, in turns
(turns.py) and without a network. In the end all are sealed and verified once.
"""

from __future__ import annotations

import datetime
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import report, turns
from bench.intake import databases, fill
from bench.turns import Page
from tests.serving import ROOT, copy_project, environment, manage

FEW, MANY = 10_000, 1_000_000
INQUIRIES = 2000
ROUNDS = 21
BATCH = 20_000
MOST_MS, MOST_QUERIES = 75.0, 12
EVERY = 70  # seconds between two records: a million are two years of a busy desk
ACTIONS = {"viewed": 60, "listed": 30, "searched": 8, "exported": 1, "refused": 1}
STAFF = """
from django.contrib.auth.models import Group, User
for number in range(12):
    User.objects.create_user(f"staff{number}", is_staff=True).groups.add(
        Group.objects.get(name="Coordinators"))
User.objects.create_user("audrey", is_staff=True).groups.add(Group.objects.get(name="Auditors"))
"""


def store(stored: int) -> None:
    """In the database of DATABASE_URL: so many records."""
    import django  # noqa: PLC0415

    django.setup()
    _store(stored)


def answer() -> None:
    """Take part with the list's pages for the database that DATABASE_URL names."""
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    turns.answer(_pages())


def _store(stored: int) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from admissions import audit, bulk  # noqa: PLC0415
    from admissions.models import AccessRecord, Inquiry  # noqa: PLC0415

    rng = random.Random(4)  # noqa: S311 - made-up rows
    people = list(User.objects.filter(username__startswith="staff").values_list("pk", flat=True))
    inquiries = list(Inquiry.objects.values_list("pk", flat=True))
    columns = ("at", "actor_id", "action", "inquiry_id", "detail", "count", "digest")
    table = bulk.Table(AccessRecord, *columns)
    begins = timezone.now() - datetime.timedelta(seconds=EVERY * MANY)
    for first in range(AccessRecord.objects.count(), stored, BATCH):
        rows = []
        for number in range(first, min(first + BATCH, stored)):
            action = rng.choices(list(ACTIONS), list(ACTIONS.values()))[0]
            about = rng.choice(inquiries) if action in {"viewed", "refused"} else None
            at = begins + datetime.timedelta(seconds=EVERY * number)
            facts = (at, rng.choice(people), action, about, "workspace", None)
            row = AccessRecord(**dict(zip(columns, facts, strict=False)))
            rows.append(table.row(*facts, audit.digest_of(row)))
        with transaction.atomic():
            table.insert(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _pages() -> dict[str, Page]:
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from admissions.models import AccessRecord, Inquiry  # noqa: PLC0415

    client, who = Client(), User.objects.get(username="staff3").pk
    client.force_login(User.objects.get(username="audrey"))
    day = AccessRecord.objects.order_by("pk")[AccessRecord.objects.count() // 2].at.date()
    reference = Inquiry.objects.order_by("pk")[0].reference
    asked = {
        "everything": "",
        "the fiftieth page": "p=50",
        "a person": f"who={who}",
        "refusals": "what=refused",
        "what never was": "what=denied",
        "a day": f"day={day}",
        "a person on a day": f"who={who}&day={day}",
        "a person's copies": f"who={who}&what=exported",
        "an inquiry": f"reference={reference}",
    }
    return {
        name: turns.page(client, f"/admin/admissions/accessrecord/?{query}")
        for name, query in asked.items()
    }


def seal_and_verify(folder: Path, url: str) -> tuple[float, float]:
    """Seconds to seal all that is stored, and to verify it."""
    everything = "from admissions import sealing\nwhile sealing.seal(): pass"
    took = []
    for command in (["shell", "-v", "0", "-c", everything], ["verify_audit", "-v", "0"]):
        began = time.monotonic()
        if (done := manage(folder, *command, DATABASE_URL=url)).returncode:
            raise SystemExit(done.stderr)
        took.append(time.monotonic() - began)
    return took[0], took[1]


def made(folder: Path, url: str, stored: int) -> None:
    """Fill a new database."""
    for command in (["prepare"], ["shell", "-v", "0", "-c", STAFF]):
        if (done := manage(folder, *command, DATABASE_URL=url)).returncode:
            raise SystemExit(done.stderr)
    fill(folder, url, INQUIRIES)
    variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "amity_site.settings"}
    command = [sys.executable, "-m", "bench.records", "store", str(stored)]
    subprocess.run(command, cwd=folder, env=environment(**variables), check=True)


def main(stored: int) -> int:
    where, lines, wrong, notes = report.circumstances(), [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = copy_project(Path(scratch) / "site")
        for helper in ("bench", "tests"):
            (folder / helper).symlink_to(ROOT / helper)
        scratches = Path(scratch)
        with databases(scratches, "few") as few_urls, databases(scratches, "many") as many_urls:
            for name, url in many_urls.items():
                made(folder, few_urls[name], FEW)
                made(folder, url, stored)
                both = [few_urls[name], url]
                few, many = turns.measure(folder, "bench.records", "answer", both, ROUNDS)
                for page, (after, queries) in many.items():
                    growth = after / few[page][0]
                    figures = [f"{few[page][0]:.1f}", f"{after:.1f}", f"{growth:.2f}", f"{queries}"]
                    lines.append([f"{name}, {page}", *figures])
                    # Growth is no measure of most: with few records they show fewer rows.
                    if after > MOST_MS or queries > MOST_QUERIES:
                        wrong.append(f"{name}, {page}: {after:.0f} ms, {queries} queries")
                sealing, verifying = seal_and_verify(folder, url)
                notes.append(f" {name}: sealed in {sealing:.0f} s, verified in {verifying:.0f} s.")
    head = ["", f"ms at {FEW:,}", f"ms at {stored:,}", "ratio", "queries"]
    load = f"{where}; load {os.getloadavg()[0]:.1f} at the end."
    text = f"{report.table(head, lines)}\n\n{load}{''.join(notes)}"
    report.record("records", text)
    print(text, *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["store", number]:
            store(int(number))
        case ["answer"]:
            answer()
        case rest:
            sys.exit(main(int(rest[0]) if rest else MANY))
