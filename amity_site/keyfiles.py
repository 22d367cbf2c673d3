"""Secrets that the site makes for itself: one file each, mode 0600, under var/secrets/.

Whichever command needs a secret first makes it; every later one reads the same file. A value set
in the environment wins and is never written down. Nothing in this project deletes these files.
"""

import os
import secrets
import tempfile
from pathlib import Path

from environs import EnvError

FOLDER = Path(__file__).resolve().parent.parent / "var" / "secrets"


def read_or_make(name: str, *, folder: Path = FOLDER) -> str:
    """The secret called `name` (64 random URL-safe characters, made on first use).

    Raises EnvError, which stops the start with one line, when the folder cannot be written or
    the file is empty.
    """
    path = folder / name.lower()
    try:
        if not path.exists():
            _make(path)
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


def _make(path: Path) -> None:
    private_folder(path.parent)
    # Written in full beside its place and then linked: two commands that start at once agree on
    # one secret, and neither ever reads half of it. mkstemp opens with mode 0600.
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another command was first; its secret is the one
    finally:
        Path(draft).unlink()
