"""The secrets that the site makes for itself."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest
from environs import EnvError

from amity_site import keyfiles
from tests.serving import ROOT, assert_one_line, copy_project, environment, manage


def test_a_secret_is_made_once_and_then_read(tmp_path):
    first = keyfiles.read_or_make("SECRET_KEY", folder=tmp_path / "var" / "secrets")
    assert len(first) == 64
    assert keyfiles.read_or_make("SECRET_KEY", folder=tmp_path / "var" / "secrets") == first


def test_only_its_owner_can_read_a_secret_or_look_into_the_folders(tmp_path):
    keyfiles.read_or_make("SECRET_KEY", folder=tmp_path / "var" / "secrets")
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "var", *(tmp_path / "var").rglob("*")]
    }
    assert modes == {"var": 0o700, "secrets": 0o700, "secret_key": 0o600}


def test_two_names_are_two_secrets(tmp_path):
    folder = tmp_path / "var" / "secrets"
    assert keyfiles.read_or_make("A", folder=folder) != keyfiles.read_or_make("B", folder=folder)


RACE = """
import sys
from pathlib import Path
from amity_site import keyfiles
sys.stdin.readline()
print(keyfiles.read_or_make("SECRET_KEY", folder=Path(sys.argv[1])))
"""


def test_eight_processes_that_start_at_once_agree_on_one_secret(tmp_path):
    folder = tmp_path / "var" / "secrets"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for racer in racers:
        racer.stdin.write("\n")
        racer.stdin.flush()
    secrets = {racer.communicate()[0] for racer in racers}
    assert len(secrets) == 1
    # Nobody's draft is left beside it.
    assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_an_empty_secret_is_never_used(tmp_path):
    (tmp_path / "secret_key").touch()
    with pytest.raises(EnvError, match="empty"):
        keyfiles.read_or_make("SECRET_KEY", folder=tmp_path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    folder = copy_project(tmp_path)
    (folder / "var").write_text("a file where the folder should be")
    assert_one_line(manage(folder, "check"), "SECRET_KEY")


def test_a_secret_from_the_environment_is_not_written_down(tmp_path):
    folder = copy_project(tmp_path)
    result = manage(folder, "check", SECRET_KEY="from-the-environment-" + "x" * 40)
    assert result.returncode == 0, result.stderr
    assert not (folder / "var" / "secrets" / "secret_key").exists()


def test_cleaning_up_keeps_data_and_secrets(tmp_path):
    folder = copy_project(tmp_path)
    kept = [folder / "var" / "secrets" / "secret_key", folder / "var" / "site.sqlite3"]
    kept[0].parent.mkdir(parents=True)
    for path in kept:
        path.write_text("precious")
    subprocess.run(["make", "clean"], cwd=folder, env=environment(), check=True)
    assert [path.read_text() for path in kept] == ["precious", "precious"]
