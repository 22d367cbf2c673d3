"""The commands of ours that may take long: what they say of a database that is away, how they show
how far they are, and what they say when they are stopped.
"""

from __future__ import annotations

import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import base, call_command, load_command_class

from admissions import figures, ledger, retention, verification
from admissions.protection import rotation
from amity_site import backups
from tests.factories import InquiryFactory
from tests.serving import assert_one_line, environment, eventually

OURS = ("admissions", "amity_site", "programs")
# With a file that is there, and arguments that are right.
CALLS = {
    "fake_inquiries": ["1"],
    "purge_inquiries": [],
    "roll_up": [],
    "rotate_inquiry_keys": ["--status"],
    "verify_audit": [],
    "apply_erasures": [],
    "work": ["--once"],
    "load_content": [],
    "backup": ["{folder}/new"],
    "restore": ["{folder}/there"],
}
# They run the others, and have tests of their own.
STARTERS = {"demo", "prepare", "serve"}
NOWHERE = "postgresql://postgres@127.0.0.1:1/none"


def run(folder: Path, *arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    """A command of this project, to its end, with the database at `url`."""
    (folder / "there").touch()
    line = f"2026-01-02 {InquiryFactory.build().reference}\n"
    (folder / "ledger").write_text(line)
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=_variables(folder, url),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _variables(folder: Path, url: str) -> dict[str, str]:
    return environment(
        DJANGO_SETTINGS_MODULE="tests.settings",
        DATABASE_URL=url,
        EMAIL_URL="smtp://127.0.0.1:1",
        ERASURE_LEDGER=str(folder / "ledger"),
    )


def test_every_command_of_ours_is_looked_at_here():
    made = {
        path.stem
        for app in OURS
        for path in Path(settings.BASE_DIR, app, "management", "commands").glob("[!_]*.py")
    }
    assert made == CALLS.keys() | STARTERS


@pytest.mark.parametrize("name", CALLS)
def test_a_database_that_is_away_is_one_line(name, tmp_path):
    arguments = [argument.format(folder=tmp_path) for argument in CALLS[name]]
    result = run(tmp_path, name, *arguments, url=NOWHERE)
    assert_one_line(result, "CommandError: ")
    assert "onnect" in result.stderr or "database is away" in result.stderr


@pytest.mark.parametrize("name", ["roll_up", "fake_inquiries"])
def test_a_database_that_was_not_migrated_is_one_line(name, tmp_path):
    result = run(tmp_path, name, *CALLS[name], url=f"sqlite:///{tmp_path}/new.sqlite3")
    assert_one_line(result, "lacks a migration", "run migrate")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def erased(settings, tmp_path):
    """A ledger of three lines."""
    settings.ERASURE_LEDGER = tmp_path / "ledger"
    day = "2026-01-02"
    lines = [f"{day} {InquiryFactory.build().reference}\n" for _n in range(3)]
    settings.ERASURE_LEDGER.write_text("".join(lines))
    assert len(list(ledger.read())) == 3


@pytest.mark.parametrize(
    ("where", "shown"), [(Terminal(), "3/3"), (io.StringIO(), "")], ids=["terminal", "log"]
)
def test_erasing_again_shows_on_a_terminal_how_many_lines_were_looked_at(
    where, shown, db, erased, monkeypatch
):
    monkeypatch.setattr(sys, "stderr", where)
    call_command("apply_erasures")
    assert shown in where.getvalue()
    assert bool(where.getvalue()) == bool(shown)


def test_erasing_again_tells_of_each_part_of_the_ledger(db, erased, monkeypatch):
    monkeypatch.setattr(retention, "LOOK_UP", 2)
    heard = []
    retention.apply_erasures(progress=heard.append)
    assert heard == [2, 1]


@pytest.fixture
def stoppable(db, monkeypatch):
    """Has a function stopped by Ctrl-C. The test's database stays open."""
    monkeypatch.setattr(base.connections, "close_all", lambda: None)

    def stop(*args, **options):
        raise KeyboardInterrupt

    return lambda module, name: monkeypatch.setattr(module, name, stop)


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("purge_inquiries", (retention, "due"), "what was erased so far stays so"),
        ("roll_up", (figures, "count"), "give the command again"),
        ("rotate_inquiry_keys", (rotation, "rotate"), "what was wrapped so far stays"),
        ("verify_audit", (verification, "check_seals"), "not known"),
        ("apply_erasures", (retention, "apply_erasures"), "may be back"),
        ("backup", (backups, "back_up"), "no file was written"),
    ],
)
def test_stopped_each_says_in_a_line_what_stays(name, function, said, stoppable, capsys):
    stoppable(*function)
    app = "amity_site" if name == "backup" else "admissions"
    command = load_command_class(app, name)
    arguments = [argument for argument in CALLS[name] if argument != "--status"]
    with pytest.raises(SystemExit) as ended:
        command.run_from_argv(["manage.py", name, *arguments])
    assert ended.value.code == 130
    [line] = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("Stopped: ")
    assert said in line


@pytest.mark.parametrize("everybody", [True, False], ids=["by Ctrl-C", "by kill -INT"])
def test_making_up_inquiries_can_be_stopped_and_says_how_many_are_stored(everybody, tmp_path):
    file = tmp_path / "site.sqlite3"
    url = f"sqlite:///{file}"
    assert run(tmp_path, "migrate", "-v0", url=url).returncode == 0
    making = subprocess.Popen(
        [sys.executable, "manage.py", "fake_inquiries", "1000000"],
        cwd=settings.BASE_DIR,
        env=_variables(tmp_path, url),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests in the background has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )

    def stored() -> int:
        with closing(sqlite3.connect(file)) as database:
            return database.execute("SELECT count(*) FROM admissions_inquiry").fetchone()[0]

    try:
        assert eventually(stored, seconds=90)
        time.sleep(0.3)
        # A terminal tells the processes that make the inquiries too.
        (os.killpg if everybody else os.kill)(making.pid, signal.SIGINT)
        error = making.communicate(timeout=60)[1]
    finally:
        if making.poll() is None:
            os.killpg(making.pid, signal.SIGKILL)
    assert making.returncode == 130
    added, told = error.splitlines()
    assert added.startswith("Nobody here can have inquiries")
    said = re.fullmatch(r"Stopped: ([\d,]+) of 1,000,000 inquiries are stored\.", told)
    assert said, error
    assert int(said[1].replace(",", "")) == stored() > 0
