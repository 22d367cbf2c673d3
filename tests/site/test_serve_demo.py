"""`make demo`: the site with made-up inquiries, in a database of its own."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import sqlite3
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from admissions.models import Inquiry
from amity_site.management.commands.demo import INQUIRIES
from tests.serving import Served, assert_one_line, copy_project, free_port, manage

ROLES = ["coordinator", "lead", "editor", "auditor", "admin"]


def variables(folder: Path) -> dict[str, str]:
    """As the Makefile sets them."""
    return {"DEMO": "1", "DATABASE_URL": f"sqlite:///{folder / 'var' / 'demo' / 'site.sqlite3'}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def earlier(folder) -> Served:
    """A demo that was started, answered, and was stopped with Ctrl-C."""
    demo = start(folder)
    try:
        demo.wait_until_it_answers()
        os.killpg(demo.pid, signal.SIGINT)
        demo.process.wait(10)
    finally:
        demo.end()
    return demo


@pytest.fixture(scope="module")
def demo(folder, earlier) -> Iterator[Served]:
    """The next demo, running."""
    demo = start(folder)
    try:
        demo.wait_until_it_answers()
        yield demo
    finally:
        demo.end()


def start(folder: Path) -> Served:
    return Served(folder, [sys.executable, "manage.py", "demo"], **variables(folder))


def passwords(demo: Served) -> dict[str, str]:
    return dict(re.findall(rf"^    ({'|'.join(ROLES)}) +(\S+)$", demo.output, re.M))


def test_every_role_has_an_account_whose_password_is_shown_once(demo):
    assert list(passwords(demo)) == ROLES
    for password in passwords(demo).values():
        assert len(password) >= 16
        assert demo.output.count(password) == 1


@pytest.mark.parametrize("role", ROLES)
def test_each_account_can_sign_in(demo, role):
    home = f"http://127.0.0.1:{demo.port}/admin/"
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    with opener.open(f"{home}login/", timeout=20) as response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.read().decode())
    answers = {
        "csrfmiddlewaretoken": token[1],
        "username": role,
        "password": passwords(demo)[role],
        "next": "/admin/",
    }
    with opener.open(
        f"{home}login/", urllib.parse.urlencode(answers).encode(), timeout=20
    ) as response:
        assert response.url == home


def test_every_state_and_outcome_is_present(demo, folder):
    database = folder / "var" / "demo" / "site.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT status, outcome FROM admissions_inquiry"
        ).fetchall()
    assert {status for status, _outcome in rows} == set(Inquiry.Status.values)
    assert {outcome for _status, outcome in rows if outcome} == set(Inquiry.Outcome.values)


def test_its_database_address_is_shown_and_the_real_database_is_untouched(demo, folder):
    assert variables(folder)["DATABASE_URL"] in demo.output
    assert not (folder / "var" / "site.sqlite3").exists()


def test_a_second_demo_does_not_delete_the_first_ones_database(demo, folder):
    result = manage(folder, "demo", PORT=str(free_port()), **variables(folder))
    assert_one_line(result, "running already")
    assert (folder / "var" / "demo" / "site.sqlite3").exists()


@pytest.mark.parametrize("missing", ["DEMO", "DATABASE_URL"])
def test_without_the_demos_own_settings_nothing_is_deleted(folder, missing):
    chosen = {name: value for name, value in variables(folder).items() if name != missing}
    assert_one_line(manage(folder, "demo", PORT=str(free_port()), **chosen), "make demo")


def test_it_stops_like_run(earlier):
    assert earlier.process.returncode == 0
    assert earlier.output.rstrip().endswith("Stopped.")
    assert "Traceback" not in earlier.output


def test_it_is_made_anew_each_time(earlier, demo, folder):
    assert passwords(earlier).keys() == passwords(demo).keys()
    assert passwords(earlier) != passwords(demo)
    with closing(sqlite3.connect(folder / "var" / "demo" / "site.sqlite3")) as connection:
        counts = connection.execute("SELECT count(*) FROM admissions_inquiry").fetchone()
    assert counts == (INQUIRIES,)
