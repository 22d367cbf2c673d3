"""`backup` and `restore`: what they write, what they refuse, and who stays erased."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from amity_site import backups
from tests.serving import assert_one_line, environment, free_port

MADE = """
from tests.admissions.people import received
from django.contrib.auth.models import User
from admissions import audit, sealing, workflow
rosa, other = received(), received(key=None, name='Someone Else')
leda = User.objects.create_superuser('leda')
workflow.add_note(inquiry=rosa, actor=leda, text='Prefers evenings')
audit.record(leda, 'viewed', rosa, detail='workspace')
sealing.seal()
"""
ERASED = """
from django.contrib.auth.models import User
from admissions import retention
from admissions.models import Inquiry
retention.erase(Inquiry.objects.order_by('pk')[0], actor=User.objects.get())
"""
TOLD = """
from admissions.models import Inquiry
from django.db import connection
for row in Inquiry.objects.order_by('pk'):
    print('ROW', row.name or '-', row.status, row.events.count())
with connection.cursor() as cursor:
    try:
        cursor.execute("UPDATE admissions_event SET kind = 'noted'")
        print('ROW changed')
    except Exception:
        print('ROW append-only')
"""
THERE = ["Rosa Cruz new 2", "Someone Else new 1", "append-only"]


class Place:
    """A database and a ledger of its own, and the commands run on them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.ledger = folder / "ledger"
        self.variables = environment(
            DJANGO_SETTINGS_MODULE="tests.settings",
            DATABASE_URL=url,
            ERASURE_LEDGER=str(self.ledger),
            PORT=str(free_port()),
        )

    def shown(self, *arguments: str) -> str:
        """What the command writes to a terminal that hears its errors."""
        ours, its = os.openpty()
        termios.tcsetwinsize(its, (24, 80))
        try:
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=settings.BASE_DIR,
                env=self.variables,
                stdout=subprocess.DEVNULL,
                stderr=its,
                timeout=120,
                check=True,
            )
            return os.read(ours, 100_000).decode()
        finally:
            os.close(its)
            os.close(ours)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def do(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self) -> list[str]:
        told = self.do("shell", "-v0", "-c", TOLD).splitlines()
        return [line.removeprefix("ROW ") for line in told if line.startswith("ROW ")]


class Places:
    """Makes databases of the kind that the tests run on: empty, or like another."""

    def __init__(self, parent: Path) -> None:
        self.parent, self.made = parent, []
        self.here = os.environ.get("DATABASE_URL", "")

    def make(self, name: str, *, like: str = "") -> Place:
        folder = self.parent / name
        folder.mkdir()
        if connection.vendor == "sqlite":
            if like:
                shutil.copy(self.parent / like / "site.sqlite3", folder)
            return Place(folder, f"sqlite:///{folder}/site.sqlite3")
        self._execute(f"CREATE DATABASE {_named(name)}" + (like and f" TEMPLATE {_named(like)}"))
        self.made.append(name)
        return Place(folder, urlunsplit(urlsplit(self.here)._replace(path=f"/{_named(name)}")))

    def close(self) -> None:
        for name in self.made:
            self._execute(f"DROP DATABASE {_named(name)} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.here, autocommit=True) as server:
            server.execute(statement)


def _named(name: str) -> str:
    return f"backup_{os.getpid()}_{name.lower()}"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    places = Places(tmp_path_factory.mktemp("places"))
    yield places
    places.close()


@pytest.fixture(scope="module")
def copy(places: Places) -> Path:
    """The back-up of a database with two inquiries."""
    filled = places.make("filled")
    filled.do("migrate", "-v0")
    filled.do("shell", "-v0", "-c", MADE)
    file = places.parent / "copy"
    assert str(file) in filled.do("backup", str(file))
    return file


@pytest.fixture
def place(places: Places, copy: Path) -> Place:
    """A site that has gone on from there."""
    return places.make(f"place{len(list(places.parent.iterdir()))}", like="filled")


def test_a_back_up_is_one_private_file_that_says_nothing(copy):
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in copy.parent.iterdir() if path.is_file()] == ["copy"]
    stored = copy.read_bytes()
    for words in (b"Rosa", b"6195550134", b"evenings"):
        assert words not in stored


def test_a_back_up_never_replaces_a_file(place, tmp_path):
    file = tmp_path / "copy"
    file.write_text("something else")
    assert_one_line(place.run("backup", str(file)), "exists already")
    assert file.read_text() == "something else"
    assert_one_line(place.run("backup", str(tmp_path / "no" / "copy")), "cannot be written")


def test_a_terminal_shows_how_many_bytes_are_done_and_a_log_nothing(place, tmp_path):
    quiet, shown = tmp_path / "quiet", tmp_path / "shown"
    assert place.run("backup", str(quiet)).stderr == ""
    assert re.search(r"[\d.]+[kM]?B", place.shown("backup", str(shown)))
    assert re.search(r"100%.*[\d.]+[kM]?B?/s", place.shown("restore", "--replace", str(shown)))
    assert place.rows() == THERE


def test_what_is_written_during_a_copy_of_sqlite_neither_stops_it_nor_gets_into_it(
    tmp_path, monkeypatch
):
    heard = []
    with closing(sqlite3.connect(tmp_path / "busy")) as site:
        site.execute("PRAGMA journal_mode = WAL")
        site.execute("CREATE TABLE django_migrations (name)")
        site.executemany("INSERT INTO django_migrations VALUES (?)", [["x" * 4000]] * 60)
        site.commit()

        def write(done: int, total: int | None) -> None:
            heard.append((done, total))
            assert len(heard) < 100, "it begins anew for ever"
            with site:
                site.execute("INSERT INTO django_migrations VALUES ('meanwhile')")

        source = sqlite3.connect(tmp_path / "busy", isolation_level=None)
        with closing(source):
            monkeypatch.setattr(backups, "PAGES", 10)
            monkeypatch.setattr(
                backups,
                "connection",
                SimpleNamespace(connection=source, vendor="sqlite", ensure_connection=lambda: None),
            )
            backups.back_up(tmp_path / "copy", progress=write)
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM django_migrations").fetchone() == (60,)
    assert len(heard) > 3
    assert heard == sorted(heard)
    assert heard[-1][0] == heard[-1][1]


def test_restored_elsewhere_it_is_all_there_and_can_be_copied_again(places, copy, tmp_path):
    other, again = places.make("other"), tmp_path / "again"
    other.do("restore", str(copy))
    assert other.rows() == THERE
    other.do("backup", str(again))
    other.do("restore", "--replace", str(again))
    assert other.rows() == THERE


def test_the_logs_of_a_restored_back_up_are_whole(places, copy):
    restored = places.make("restored")
    restored.do("restore", str(copy))
    out = restored.do("verify_audit", "-v1")
    assert "Timelines: 3 entries of 2 inquiries." in out
    assert "1 records in 1 seals" in out
    assert "All is as it was written." in out


def test_a_database_that_holds_something_is_replaced_only_when_told_to(place, copy):
    place.do("shell", "-v0", "-c", ERASED)
    assert_one_line(place.run("restore", str(copy)), "--replace")
    assert place.rows()[0].startswith("- closed")


def test_who_was_erased_after_the_back_up_does_not_come_back(place, copy):
    place.do("shell", "-v0", "-c", ERASED)
    assert len(place.ledger.read_text().splitlines()) == 1
    assert "Inquiries erased: 1" in place.do("restore", "--replace", str(copy))
    assert place.rows() == ["- closed 4", *THERE[1:]]


@pytest.mark.parametrize("damage", ["cut", "strange", "missing"])
def test_a_file_that_cannot_be_used_changes_nothing(place, copy, tmp_path, damage):
    file = tmp_path / "copy"
    if damage == "cut":
        file.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    elif damage == "strange":
        file.write_bytes(b"not a back-up at all" * 1000)
    assert_one_line(place.run("restore", "--replace", str(file)), "nothing was changed")
    assert place.rows() == THERE


def test_a_running_site_is_not_restored_over(place, copy):
    with socket.socket() as site:
        site.bind(("127.0.0.1", int(place.variables["PORT"])))
        site.listen()
        assert_one_line(place.run("restore", "--replace", str(copy)), "stop the site first")


def test_a_database_in_use_is_not_restored_over(place, copy):
    url = place.variables["DATABASE_URL"]
    if connection.vendor == "sqlite":
        other = sqlite3.connect(urlsplit(url).path)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(url)
    with closing(other):
        assert_one_line(place.run("restore", "--replace", str(copy)), "stop the site")
    assert place.rows() == THERE
