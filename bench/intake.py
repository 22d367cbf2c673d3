"""How many inquiries are acknowledged per second, beside the database's own durable commits.

`make bench-intake`, or `python -m bench.intake [stored]`. On SQLite and on PostgreSQL, the site is
served by gunicorn with the project's own settings; 1, 8 and 32 clients post the whole form, each a
new person's. The floor is what the same database, with the same settings and as many connections,
commits of single small rows: nothing that is on disk when it is acknowledged can be quicker. Floor
and site are measured in turns. Then `stored` inquiries (1,000,000) are added and all is measured
again: an inquiry costs the same, however many there are.

Every acknowledged inquiry is counted in the database afterwards, with its notification.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import report
from bench.posting import FLOOR_TABLE, Database, Pace, Sender, pace
from tests.faults.visitor import Form, fetch_form
from tests.serving import ROOT, Served, copy_project, environment, manage

STORED = 1_000_000
CLIENTS = (1, 8, 32)
ROUNDS = 5
SECONDS = 2.0
TOO_FAST = 3.5  # seconds; a form sent sooner looks like a robot's
MAY_FALL_TO = 0.7  # of the rate when empty: below that, the cost grows
SERVER = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    database: str
    stored: int
    clients: int
    floor: float
    rate: float
    median: float
    p95: float

    @property
    def ratio(self) -> float:
        return self.rate / self.floor


@contextmanager
def databases(scratch: Path, label: str = "bench") -> Iterator[dict[str, str]]:
    """The URL of a new database of each kind. PostgreSQL's is dropped in the end."""
    name = f"amity_{label}_{os.getpid()}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {
                "SQLite": f"sqlite:///{scratch / label}.sqlite3",
                "PostgreSQL": f"{SERVER.rpartition('/')[0]}/{name}",
            }
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def serving(folder: Path, url: str) -> Iterator[Served]:
    served = Served(
        folder,
        [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:amity_site.gunicorn_conf",
            "amity_site.wsgi",
        ],
        PYTHONPATH=str(folder),
        DJANGO_SETTINGS_MODULE="amity_site.settings",
        DATABASE_URL=url,
        INQUIRY_RATE="1000000/s",
    )
    try:
        served.wait_until_it_answers()
        yield served
    finally:
        served.end()


def measure(folder: Path, name: str, url: str) -> list[Figure]:
    """A figure for each number of clients, with as many inquiries stored as there are now."""
    database = Database(url)
    stored = database.number("SELECT count(*) FROM admissions_inquiry")
    notified = database.number("SELECT count(*) FROM admissions_notification")
    with serving(folder, url) as served:
        forms = [fetch_form(served.port, timeout=60) for _n in range(max(CLIENTS))]
        time.sleep(TOO_FAST)
        paces = {clients: rounds(database, served.port, forms, clients) for clients in CLIENTS}
    done = sum(one.done for pairs in paces.values() for _floor, one in pairs)
    for table, before in {"inquiry": stored, "notification": notified}.items():
        now = database.number(f"SELECT count(*) FROM admissions_{table}")  # noqa: S608 - our own names
        if now - before != done:
            raise SystemExit(f"{name}: {done} acknowledged, {now - before} of {table} stored")
    return [figure(name, stored, clients, pairs) for clients, pairs in paces.items()]


def rounds(
    database: Database, port: int, forms: list[Form], clients: int
) -> list[tuple[Pace, Pace]]:
    """The database's pace and the site's, in turns."""

    def sender(number: int) -> Sender:
        return Sender(port, forms[number])

    found = []
    for _round in range(ROUNDS):
        words = "id integer PRIMARY KEY" if database.is_sqlite else "id bigserial PRIMARY KEY"
        database.execute(f"CREATE TABLE {FLOOR_TABLE} ({words}, words text)")
        floor = pace(database.committer, SECONDS, clients)
        database.execute(f"DROP TABLE {FLOOR_TABLE}")
        found.append((floor, pace(sender, SECONDS, clients)))
    return found


def figure(name: str, stored: int, clients: int, pairs: list[tuple[Pace, Pace]]) -> Figure:
    return Figure(
        *(name, stored, clients),
        floor=statistics.median(floor.rate for floor, _site in pairs),
        rate=statistics.median(site.rate for _floor, site in pairs),
        median=statistics.median(site.median for _floor, site in pairs),
        p95=statistics.median(site.p95 for _floor, site in pairs),
    )


def fill(folder: Path, url: str, stored: int) -> float:
    """Add so many made-up inquiries, with a bar; the seconds it took."""
    began = time.monotonic()
    command = [sys.executable, str(folder / "manage.py"), "fake_inquiries", str(stored)]
    subprocess.run(command, cwd=folder, env=environment(DATABASE_URL=url), check=True)
    took = time.monotonic() - began
    Database(url).execute("ANALYZE")
    return took


def row(one: Figure) -> list[str]:
    return [
        f"{one.database}, {one.stored:,} stored",
        *(f"{one.clients}", f"{one.floor:,.0f}", f"{one.rate:,.0f}", f"{one.ratio:.2f}"),
        *(f"{one.median:.1f}", f"{one.p95:.1f}"),
    ]


def growth(figures: list[Figure]) -> dict[str, float]:
    """For each database: the rate when full through the rate when empty, the median of clients."""
    found = {}
    for name in dict.fromkeys(one.database for one in figures):
        own = [one for one in figures if one.database == name]
        empty, full = own[: len(CLIENTS)], own[len(CLIENTS) :]
        pairs = zip(full, empty, strict=False)
        ratios = [after.rate / before.rate for after, before in pairs]
        if ratios:
            found[name] = statistics.median(ratios)
    return found


def main(stored: int) -> int:
    # Ended early, it still ends its servers and drops its database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended early"))
    where = report.circumstances()
    figures: list[Figure] = []
    notes = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = copy_project(Path(scratch) / "site")
        for helper in ("bench", "tests"):
            (folder / helper).symlink_to(ROOT / helper)
        with databases(Path(scratch)) as urls:
            for name, url in urls.items():
                if (made := manage(folder, "prepare", DATABASE_URL=url)).returncode:
                    raise SystemExit(made.stderr)
                figures += measure(folder, name, url)
                if stored:
                    took = fill(folder, url, stored)
                    notes.append(
                        f"{name}: {stored:,} made-up inquiries were added in {took:,.0f} s"
                    )
                    figures += measure(folder, name, url)
    grown = growth(figures)
    notes += [f"{name}: full ÷ empty {ratio:.2f}" for name, ratio in grown.items()]
    head = [
        "",
        "clients",
        "commits/s",
        "inquiries/s",
        "of the commits",
        "median ms",
        "95 % below ms",
    ]
    text = (
        f"{report.table(head, [row(one) for one in figures])}\n\n{where}; load"
        f" {os.getloadavg()[0]:.1f} at the end. Medians of {ROUNDS} rounds of {SECONDS:g} s each."
        + "".join(f" {note}." for note in notes)
    )
    report.record("intake", text)
    print(text)
    worse = [name for name, ratio in grown.items() if ratio < MAY_FALL_TO]
    print(*(f"{name}: an inquiry costs more when many are stored" for name in worse), sep="\n")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else STORED))
