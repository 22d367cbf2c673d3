"""What a visitor and staff wrote is readable nowhere but in the pages that show it to them.

The quick half, on SQLite; tests/faults/test_leaks.py adds PostgreSQL, mail, limits and failures.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import private_way
from tests.person import Person
from tests.private_way import TRACES
from tests.serving import Served, copy_project, eventually, manage, serving
from tests.traces import Traces

MARKER = "marmaladeklaxon"
MARKERS = Traces([MARKER])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("leaks"))


@pytest.fixture(scope="module")
def lived(folder: Path) -> Iterator[Served]:
    """The site as `make run` serves it, still running, after all that can happen to an inquiry."""
    (folder / "tmp").mkdir()
    assert TRACES.found_below(folder) == []
    assert manage(folder, "prepare").returncode == 0
    for served in serving(folder, TMPDIR=str(folder / "tmp")):
        # While somebody has it open, the write-ahead log stays beside the database.
        held = sqlite3.connect(folder / "var" / "site.sqlite3")
        held.execute("SELECT count(*) FROM auth_user").fetchall()
        made = manage(folder, "shell", "-v0", "-c", private_way.MAKE_STAFF)
        assert made.returncode == 0, made.stderr
        reference = private_way.visit(served)
        private_way.work(served, "cora", reference)
        private_way.edit(served, "edith", MARKER)
        Person(served.port).get("/questions/")
        Person(served.port).get(f"/{MARKER}/")  # such a line is in the log
        yield served
        held.close()


def test_no_file_of_the_site_holds_a_word_or_number(lived, folder):
    looked_through = [path.name for path in (folder / "var").iterdir()]
    assert {"site.sqlite3", "site.sqlite3-wal", "site.sqlite3-shm", "pages"} <= {*looked_through}
    assert TRACES.found_below(folder) == []


def test_no_session_log_entry_or_revision_holds_a_word_or_number(lived, folder):
    decoded = json.loads(manage(folder, "shell", "-v0", "-c", private_way.DECODED).stdout)
    assert all(decoded.values()), "there is nothing to look through"
    assert TRACES.found_in(json.dumps(decoded).encode()) == set()
    assert MARKERS.found_in(json.dumps(decoded["revisions"]).encode()) == {MARKER}


def test_a_word_that_may_be_there_is_found_in_each_of_these_places(lived, folder):
    """Or the tests above would prove nothing."""

    def everywhere() -> bool:
        lines = MARKERS.found_below(folder)
        names = ("site.sqlite3", "/pages/", lived.log.name)
        return all(any(name in line for line in lines) for name in names)

    assert eventually(everywhere), MARKERS.found_below(folder)
