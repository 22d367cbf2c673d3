"""Makes `.venv` for the Makefile: `python -m amity_site.bootstrap requirements.txt`.

Runs before anything is installed, so it imports only the standard library. Every failure is one
line on stderr and a non-zero exit.

`.venv` holds two kinds of notes: `installed-<lock>`, the hash of a lock that was installed in full,
and `installing`, which exists only while pip works. A `.venv` that still has `installing`, or
whose Python does not start, was left half-made and is made again from nothing.
"""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLING = VENV / "installing"
# What the development lock contains as well, because it is compiled on top of it.
CONTAINS = {"requirements-dev.txt": ("requirements-dev.txt", "requirements.txt")}


class SetupError(Exception):
    """A reason, in one sentence, why the environment cannot be made."""


def main(lock: str) -> None:
    """Make sure that everything in `lock` is installed; silent when it already is."""
    require_writable(ROOT / "var")
    with (ROOT / "var" / "setup.lock").open("w") as guard:
        # `make run` and `make test` may start side by side; the second waits for the first.
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not is_installed(lock):
            require_writable(ROOT)
            install(lock)


def require_writable(folder: Path) -> None:
    """Really write: permission bits say nothing about read-only mounts, or about root."""
    try:
        # Inquiries and keys live below var: nobody else on the machine needs to look in.
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SetupError(f"the folder {folder} cannot be written: {error.strerror}") from error


def is_installed(lock: str) -> bool:
    note = VENV / f"installed-{lock}"
    return (
        note.is_file()
        and note.read_text() == digest(lock)
        and not INSTALLING.exists()
        and PYTHON.exists()
    )


def digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def install(lock: str) -> None:
    print("Setting up Python packages (once, about a minute)…", flush=True)  # noqa: T201
    if INSTALLING.exists() or not _starts():
        make_venv()
    INSTALLING.touch()
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-qq", "--no-input"]
    if subprocess.run(
        [*pip, "install", "--require-hashes", "--requirement", str(ROOT / lock)], check=False
    ).returncode:
        raise SetupError(
            "the Python packages could not be installed (pip says why above); "
            "once that is mended, give the same command again"
        )
    for covered in CONTAINS.get(lock, (lock,)):
        (VENV / f"installed-{covered}").write_text(digest(covered))
    INSTALLING.unlink()


def _starts() -> bool:
    """Whether `.venv` has a Python that starts, is new enough, and has pip."""
    if not PYTHON.exists():
        return False
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return not subprocess.run(
        [PYTHON, "-c", probe], check=False, stderr=subprocess.DEVNULL
    ).returncode


def make_venv() -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            f"this Python ({sys.executable}) lacks its venv module; "
            "on Debian and Ubuntu, install it with: sudo apt install python3-venv"
        )
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        last = (made.stderr.strip() or made.stdout.strip() or "no reason given").splitlines()[-1]
        raise SetupError(f"the virtual environment {VENV} could not be made: {last}")


if __name__ == "__main__":
    os.umask(0o022)
    try:
        main(sys.argv[1])
    except SetupError as error:
        sys.exit(f"amity: {error}")
    except KeyboardInterrupt:
        sys.exit("amity: set-up was interrupted; give the same command again to finish it")
