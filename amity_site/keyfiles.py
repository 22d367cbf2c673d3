"""Secrets that the site makes for itself: one file each, mode 0600, under var/secrets/.

Whichever command needs a secret first makes it; every later one reads the same file. A value set
in the environment wins and is never written down. Nothing in this project deletes these files.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from environs import EnvError

FOLDER = Path(__file__).resolve().parent.parent / "var" / "secrets"


def password() -> str:
    """64 random URL-safe characters."""
    return secrets.token_urlsafe(48)


def read_or_make(name: str, *, folder: Path = FOLDER, make: Callable[[], str] = password) -> str:
    """The secret called `name`, made by `make` on first use.

    Raises EnvError, which stops the start with one line, when the folder cannot be written or
    the file is empty.
    """
    path = folder / name.lower()
    try:
        if not path.exists():
            _write(path, make())
        value = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise EnvError(
            f"{name} is not set and {path} cannot be made or read: {error.strerror}"
        ) from error
    if not value:
        raise EnvError(f"{path} is empty: restore it from a backup, or set {name}")
    return value


def private_folder(path: Path) -> None:
    """Make the folder `path`, and those above it that are missing, for this account alone.

    Inquiries and keys lie in them. (`mkdir(parents=True)` would open the upper ones to everybody.)
    """
    for folder in [*reversed(path.parents), path]:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)


def replace(path: Path, value: str) -> None:
    """Put `value` in place of what the secret file `path` holds, all at once."""
    draft = _draft(path, value)
    draft.replace(path)


def _write(path: Path, value: str) -> None:
    private_folder(path.parent)
    # Written in full beside its place and then linked: two commands that start at once agree on
    # one secret, and neither ever reads half of it.
    draft = _draft(path, value)
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another command was first; its secret is the one
    finally:
        draft.unlink()


def _draft(path: Path, value: str) -> Path:
    """A new file beside `path`, on disk in full. mkstemp opens it with mode 0600."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    return Path(draft)
