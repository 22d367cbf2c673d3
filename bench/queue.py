"""What each page of the queue costs, with few inquiries and with very many, beside a stock admin.

`make bench-queue N=1000000`, or `python -m bench.queue [N]`. On SQLite and on PostgreSQL, FEW and
then N made-up inquiries are stored; a coordinator's session then asks for each page ROUNDS times,
in one process and without a network, so that the figures are the site's and the database's alone.
In the same run a ModelAdmin with Django's own ways lists, searches and filters the same table.

`python -m bench.queue --measure` measures the database of DATABASE_URL as it is, and prints JSON.
"""

from __future__ import annotations

import datetime
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import report
from bench.intake import databases, fill
from tests.serving import ROOT, copy_project, environment, manage

FEW = 10_000
MANY = 1_000_000
ROUNDS = 21
STOCK_ROUNDS = 3  # they take seconds each
MOST_MS = 75.0
LEAD = "the lead's page, of two years"
MOST_MS_OF = {LEAD: 300.0}  # its own budget
MOST_QUERIES = 12
MOST_GROWTH = 1.5
LEAST_TIMES = 25  # faster than the stock admin's first page in the same order, at MANY
TABS = (
    *("open", "overdue", "mine", "unassigned", "follow-up", "waiting"),
    *("quarantine", "closed", "all"),
)
NARROWED = {
    "a filter: Spanish": "show=open&language=es",
    "five filters at once": "show=closed&language=es&contact_by=email&situation=unsure"
    "&asking_for=professional&priority=0",
    "a colleague's": "show=open&assignee={colleague}",
}
SEARCHES = {
    "a name that many have": "Alex",
    "a whole name": "Alex Demo",
    "a rare word": "Nobody",
    "four digits": "0142",
    "a whole number": "619-555-0142",
    "an address": "{email}",
    "a reference": "{reference}",
}
STOCK = {
    "the first page": "",
    "newest first": "?o=-3",
    "a filter: Spanish": "?language__exact=es",
    "a search": "?q=AAAA",
}

Figures = dict[str, tuple[float, int]]  # median milliseconds and queries of each page


def measure() -> dict[str, Figures]:
    """The figures of the database that DATABASE_URL names."""
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    people = {user.username: user for user in User.objects.all()}
    return {"site": _site(people), "stock": _stock(people["boss"])}


def _site(people: dict[str, Any]) -> Figures:
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from admissions.models import Inquiry  # noqa: PLC0415

    client, lead = Client(), Client()
    client.force_login(people["cora"])
    lead.force_login(people["leda"])
    queue = reverse("admin:admissions_inquiry_changelist")

    pages = {f"tab {tab}": _page(client, f"{queue}?show={tab}") for tab in TABS}
    for name, query in NARROWED.items():
        pages[name] = _page(client, f"{queue}?{query.format(colleague=people['colin'].pk)}")
    # Of somebody who is there, however many inquiries there are.
    written = Inquiry.objects.closed().filter(email__isnull=False).order_by("pk")[0]
    for name, words in SEARCHES.items():
        asked_for = words.format(reference=written.reference, email=written.email)
        found = client.post(queue, {"words": asked_for})
        pages[f"search: {name}"] = _page(client, found.headers["Location"])
    waiting = Inquiry.objects.open().most_overdue_first()
    opened = {
        "workspace, with previous and next": (waiting[1000], "open"),
        "the same, narrowed": (waiting.filter(language="es")[10], "open&language=es"),
        "the same, once it has left that view": (
            waiting.exclude(language="es")[1000],
            "open&language=es",
        ),
    }
    for name, (inquiry, view) in opened.items():
        pages[name] = _page(client, f"{inquiry.get_absolute_url()}?show={view}")
    today = timezone.localdate()
    longest = urlencode({"first": today - datetime.timedelta(days=729), "last": today})
    pages[LEAD] = _page(lead, f"{reverse('admin:admissions_dayfigures_changelist')}?{longest}")
    return _time(pages, ROUNDS)


def _stock(boss: Any) -> Figures:
    """The pages of bench/stock.py, made in the same way."""
    from django.test import Client, override_settings  # noqa: PLC0415

    client = Client()
    client.force_login(boss)
    with override_settings(ROOT_URLCONF="bench.stock"):
        address = "/stock/admissions/inquiry/"
        pages = {name: _page(client, address + query) for name, query in STOCK.items()}
        return _time(pages, STOCK_ROUNDS)


def _page(client: Any, address: str) -> Callable[[], None]:
    def get() -> None:
        response = client.get(address)
        if response.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"{address}: {response.status_code}")

    return get


def _time(pages: dict[str, Callable[[], None]], rounds: int) -> Figures:
    """One page after the other, and all of that again: what holds up the machine for some seconds
    then falls on a round or two of each, and moves no median.
    """
    asked = {name: _queries(get) for name, get in pages.items()}
    times: dict[str, list[float]] = {name: [] for name in pages}
    for _round in range(rounds):
        for name, get in pages.items():
            began = time.perf_counter()
            get()
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: (statistics.median(times[name]), asked[name]) for name in pages}


def _queries(get: Callable[[], None]) -> int:
    """How many a page asks, once it has been asked for before."""
    from django.db import connection  # noqa: PLC0415

    asked = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    get()
    with connection.execute_wrapper(count):
        get()
    return asked


STAFF = """
from django.contrib.auth.models import Group, User
for name, group in (("cora", "Coordinators"), ("colin", "Coordinators"), ("leda", "Leads")):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
User.objects.create_superuser("boss")
"""


def roll_up(folder: Path, url: str) -> None:
    """What the worker does each night for the lead's page."""
    if (done := manage(folder, "roll_up", DATABASE_URL=url)).returncode:
        raise SystemExit(done.stderr)


def figures_of(folder: Path, url: str) -> dict[str, Figures]:
    command = [sys.executable, "-m", "bench.queue", "--measure"]
    variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "amity_site.settings"}
    done = subprocess.run(
        command, cwd=folder, env=environment(**variables), check=True, stdout=subprocess.PIPE
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def rows(name: str, few: dict[str, Figures], many: dict[str, Figures]) -> list[list[str]]:
    """A line for each page: milliseconds with few and with many, their ratio, queries."""
    found = []
    for kind, label in (("site", ""), ("stock", "stock ModelAdmin: ")):
        for page, (after, queries) in many[kind].items():
            before = few[kind][page][0]
            ratio = f"{after / before:.2f}"
            words = f"{name}, {label}{page}"
            found.append([words, f"{before:.1f}", f"{after:.1f}", ratio, str(queries)])
    return found


def failures(name: str, few: dict[str, Figures], many: dict[str, Figures]) -> list[str]:
    """What is slower, or asks more, than it may."""
    found = []
    for page, (after, queries) in many["site"].items():
        growth = after / few["site"][page][0]
        most = MOST_MS_OF.get(page, MOST_MS)
        grew = growth > MOST_GROWTH and page != LEAD
        if after > most or queries > MOST_QUERIES or grew:
            found.append(f"{name}, {page}: {after:.0f} ms, {queries} queries, × {growth:.2f}")
    return found


def main(stored: int) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended early"))
    where = report.circumstances()
    lines, wrong, notes = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = copy_project(Path(scratch) / "site")
        for helper in ("bench", "tests"):
            (folder / helper).symlink_to(ROOT / helper)
        with databases(Path(scratch)) as urls:
            for name, url in urls.items():
                for command in (["prepare"], ["shell", "-v", "0", "-c", STAFF]):
                    if (made := manage(folder, *command, DATABASE_URL=url)).returncode:
                        raise SystemExit(made.stderr)
                fill(folder, url, FEW)
                roll_up(folder, url)
                few = figures_of(folder, url)
                took = fill(folder, url, stored - FEW)
                notes.append(f"{name}: {stored - FEW:,} were added in {took:,.0f} s")
                roll_up(folder, url)
                many = figures_of(folder, url)
                lines += rows(name, few, many)
                wrong += failures(name, few, many)
                times = many["stock"]["the first page"][0] / many["site"]["tab open"][0]
                notes.append(f"{name}: the first page, {times:.0f} times faster than the stock one")
                if times < LEAST_TIMES and stored >= MANY:
                    wrong.append(f"{name}: only {times:.0f} times faster than the stock admin")
    head = ["", f"ms at {FEW:,}", f"ms at {stored:,}", "ratio", "queries"]
    text = f"{report.table(head, lines)}\n\n{where}; load {os.getloadavg()[0]:.1f} at the end." + (
        "".join(f" {note}." for note in notes)
    )
    report.record("queue", text)
    print(text)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--measure"]:
        print(json.dumps(measure()))
        sys.exit(0)
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY))
