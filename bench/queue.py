"""What each page of the queue costs, with few inquiries and with very many, beside a stock admin.

`make bench-queue N=1000000`, or `python -m bench.queue [N]`. On SQLite and on PostgreSQL, FEW
made-up inquiries are stored in one database and N in another; a coordinator's session then asks for
each page ROUNDS times, in turns (turns.py) and without a network, so that the figures are the
site's and the database's alone. In the same run a ModelAdmin with Django's own ways lists, searches
and filters the same tables.
"""

from __future__ import annotations

import datetime
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import report, turns
from bench.intake import databases, fill
from bench.turns import Figures, Page
from tests.serving import ROOT, copy_project, manage

FEW = 10_000
MANY = 1_000_000
ROUNDS = 21
STOCK_ROUNDS = 5  # they take seconds each
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
    "a bar of the lead's page: admitted": "show=closed&outcome=admitted&received={year}",
    "a bar: from the website": "show=all&source=web&received={year}",
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
OURS = "the queue’s own first page beside it"


def answer(kind: str) -> None:
    """Take part for the database that DATABASE_URL names, with its "site" or "stock" pages."""
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    people = {user.username: user for user in User.objects.all()}
    if kind == "site":
        turns.answer(_site(people))
        return
    from django.test import override_settings  # noqa: PLC0415

    with override_settings(ROOT_URLCONF="bench.stock"):
        turns.answer(_stock(people["boss"]))


def _site(people: dict[str, Any]) -> dict[str, Page]:
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from admissions import related  # noqa: PLC0415
    from admissions.models import Inquiry  # noqa: PLC0415

    client, lead = Client(), Client()
    client.force_login(people["cora"])
    lead.force_login(people["leda"])
    queue = reverse("admin:admissions_inquiry_changelist")

    pages = {f"tab {tab}": turns.page(client, f"{queue}?show={tab}") for tab in TABS}
    today = timezone.localdate()
    year = f"{today - datetime.timedelta(days=363)}..{today}"
    for name, query in NARROWED.items():
        narrowed = query.format(colleague=people["colin"].pk, year=year)
        pages[name] = turns.page(client, f"{queue}?{narrowed}")
    # Of somebody who is there, however many inquiries there are.
    written = Inquiry.objects.closed().filter(email__isnull=False).order_by("pk")[0]
    lists = {}
    for name, words in SEARCHES.items():
        asked_for = words.format(reference=written.reference, email=written.email)
        found = client.post(queue, {"words": asked_for})
        lists[name] = found.headers["Location"]
        pages[f"search: {name}"] = turns.page(client, lists[name])
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
        pages[name] = turns.page(client, f"{inquiry.get_absolute_url()}?show={view}")
    searched = lists["a whole name"].partition("?")[2]
    first = related.find(SEARCHES["a whole name"]).keys[0]
    workspace = reverse("admin:admissions_inquiry_change", args=[first])
    pages["the same, from a search"] = turns.page(client, f"{workspace}?show=all&{searched}")
    longest = urlencode({"first": today - datetime.timedelta(days=729), "last": today})
    pages[LEAD] = turns.page(lead, f"{reverse('admin:admissions_dayfigures_changelist')}?{longest}")
    return pages


def _stock(boss: Any) -> dict[str, Page]:
    """The pages of bench/stock.py, and the queue's in the same breath."""
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    client = Client()
    client.force_login(boss)
    address = "/stock/admissions/inquiry/"
    pages = {name: turns.page(client, address + query) for name, query in STOCK.items()}
    queue = reverse("admin:admissions_inquiry_changelist")
    return pages | {OURS: turns.page(client, f"{queue}?show=open")}


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


def made(folder: Path, url: str, stored: int) -> float:
    """Fill a new database; the seconds that the inquiries took."""
    for command in (["prepare"], ["shell", "-v", "0", "-c", STAFF]):
        if (done := manage(folder, *command, DATABASE_URL=url)).returncode:
            raise SystemExit(done.stderr)
    took = fill(folder, url, stored)
    roll_up(folder, url)
    return took


def rows(name: str, few: dict[str, Figures], many: dict[str, Figures]) -> list[list[str]]:
    """A line for each page: milliseconds with few and with many, their ratio, queries."""
    found = []
    for kind, label in (("site", ""), ("stock", "stock ModelAdmin: ")):
        for page, (after, queries) in many[kind].items():
            before = few[kind][page][0]
            ratio = f"{after / before:.2f}"
            words = f"{name}, {page}" if page == OURS else f"{name}, {label}{page}"
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
        scratches = Path(scratch)
        with databases(scratches, "few") as few_urls, databases(scratches, "many") as many_urls:
            for name, urls in ((name, (few_urls[name], many_urls[name])) for name in few_urls):
                made(folder, urls[0], FEW)
                took = made(folder, urls[1], stored)
                notes.append(f"{name}: {stored:,} were added in {took:,.0f} s")
                measured = {
                    kind: turns.measure(folder, "bench.queue", kind, urls, rounds)
                    for kind, rounds in (("site", ROUNDS), ("stock", STOCK_ROUNDS))
                }
                few, many = ({kind: measured[kind][n] for kind in measured} for n in (0, 1))
                lines += rows(name, few, many)
                wrong += failures(name, few, many)
                times = many["stock"]["the first page"][0] / many["stock"][OURS][0]
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
    if sys.argv[1:] in (["site"], ["stock"]):
        answer(sys.argv[1])
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY))
