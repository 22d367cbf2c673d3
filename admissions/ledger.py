"""The erasure ledger: which inquiries were erased, and nothing else of them.

A back-up made before an erasure still holds the person. After a restore, what this file lists is
erased again (`retention.apply_erasures`), so it lies outside the database and outside every
back-up. One line each: the day and the reference. A line is on disk before its erasure is
committed: one too many erases what was about to be erased, one too few would bring a person back.
"""

from __future__ import annotations

import datetime
import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from .reference import ALPHABET

_LINE = re.compile(rf"\d{{4}}-\d\d-\d\d ([{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}})")


class LedgerUnavailable(Exception):
    """The ledger cannot be written or read, so nothing may be erased. `str()` says what to do."""


def append(references: Iterable[str], *, on: datetime.date) -> None:
    """Write a line for each reference, and wait until they are on disk.

    Raises LedgerUnavailable.
    """
    lines = "".join(f"{on.isoformat()} {reference}\n" for reference in references).encode()
    if not lines:
        return
    path = Path(settings.ERASURE_LEDGER)
    try:
        is_new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            _write_all(handle, (b"" if _ends_a_line(handle) else b"\n") + lines)
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _sync_folder(path.parent)
    except OSError as error:
        raise LedgerUnavailable(_problem("written", error)) from error


def read() -> Iterator[str | None]:
    """Each reference in the ledger, oldest first; None for a line that holds none.

    Raises LedgerUnavailable.
    """
    try:
        with Path(settings.ERASURE_LEDGER).open(encoding="ascii", errors="replace") as file:
            for line in file:
                if text := line.strip():
                    known = _LINE.fullmatch(text)
                    yield known[1] if known else None
    except FileNotFoundError:
        return
    except OSError as error:
        raise LedgerUnavailable(_problem("read", error)) from error


def _ends_a_line(handle: int) -> bool:
    """Whether the file is empty or ends as it should: a crash can leave half a line."""
    size = os.fstat(handle).st_size
    return size == 0 or os.pread(handle, 1, size - 1) == b"\n"


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _sync_folder(folder: Path) -> None:
    """A new file's name is on disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _problem(done: str, error: OSError) -> str:
    return f"the erasure ledger {settings.ERASURE_LEDGER} cannot be {done}: {error.strerror}"
