"""The Makefile and the set-up that `make run` and `make test` share."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.locks import LOCKS
from tests.serving import ROOT, assert_one_line, environment, eventually

TARGETS = [
    *("help", "run", "demo", "test", "test-all", "faults", "bench", "bench-intake", "bench-queue"),
    *("lighthouse", "check", "fmt", "css", "fonts", "pictures", "lock", "clean"),
]
# Takes from root the right to write where permission bits forbid it.
AS_OTHERS = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []


def _fill(folder: Path) -> Path:
    """The set-up alone, with locks that ask for nothing."""
    (folder / "amity_site").mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("__init__.py", "bootstrap.py"):
        shutil.copy(ROOT / "amity_site" / name, folder / "amity_site")
    for name in LOCKS:
        (folder / name).write_text("# nothing\n")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _fill(tmp_path)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was set up for development after a first try was cut off half-way."""
    folder = _fill(tmp_path_factory.mktemp("done"))
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    (folder / ".venv" / "installing").touch()
    (folder / ".venv" / "half-a-package").touch()
    result = make(folder, "setup-dev")
    assert result.returncode == 0, result.stderr
    assert "Setting up" in result.stdout
    return folder


def make(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environment(PYTHON=sys.executable, **variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_make_alone_lists_every_target_on_one_line(folder):
    lines = make(folder).stdout.splitlines()
    assert [line.split()[1] for line in lines] == TARGETS
    assert all(len(line.split(None, 2)) == 3 for line in lines)


@pytest.mark.parametrize("python", ["no-such-python", "false"])
def test_a_python_that_is_missing_or_too_old_is_one_line(folder, python):
    assert_one_line(make(folder, "setup", f"PYTHON={python}"), "Python 3.11", python)


def test_a_python_without_its_venv_module_is_one_line(folder):
    # What Debian's python3 looks like without python3-venv.
    (folder / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")
    result = make(folder, "setup", PYTHONPATH=str(folder))
    assert_one_line(result, "venv", "python3-venv")


def test_an_unwritable_folder_is_one_line(folder):
    folder.chmod(0o555)
    try:
        result = subprocess.run(
            [*AS_OTHERS, "make", "setup"],
            cwd=folder,
            env=environment(PYTHON=sys.executable),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        folder.chmod(0o755)
    assert_one_line(result, str(folder), "cannot be written")


def test_a_set_up_that_was_cut_off_is_begun_again(done):
    assert not (done / ".venv" / "half-a-package").exists()
    assert not (done / ".venv" / "installing").exists()


def test_what_is_set_up_is_not_set_up_again(done):
    assert make(done, "setup-dev").stdout == ""
    # The development lock holds the other one too.
    assert make(done, "setup").stdout == ""


def test_a_changed_lock_is_installed_once(done):
    (done / "requirements.txt").write_text("# changed\n")
    assert "Setting up" in make(done, "setup").stdout
    assert make(done, "setup").stdout == ""


def test_a_lock_that_cannot_be_installed_is_told_in_one_last_line(folder):
    (folder / "requirements.txt").write_text("not-hashed==1.0\n")
    result = make(folder, "setup")
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert "could not be installed" in result.stderr
    assert not (folder / ".venv" / "installed-requirements.txt").exists()


def test_ctrl_c_during_the_set_up_is_one_line(folder):
    # A shell that runs the tests in the background has Ctrl-C ignored, by its children as well.
    heeding = ["env", "--default-signal=INT"]
    process = subprocess.Popen(
        [*heeding, sys.executable, "-m", "amity_site.bootstrap", "requirements.txt"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert eventually((folder / ".venv").exists)
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    _out, error = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "Traceback" not in error
    assert error.strip().splitlines()[-1].startswith("amity: set-up was interrupted")


def test_only_the_demo_and_clean_remove_anything():
    """No recipe removes data: `rm` stands only in `clean`, and not on var."""
    removals = [line for line in (ROOT / "Makefile").read_text().splitlines() if "rm " in line]
    assert not [line for line in removals if "var" in line]
