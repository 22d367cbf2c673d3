"""What somebody searched for, sealed, so that an address can carry it and nobody can read it there.

Sealed with AES-256-GCM under a key of its own, for one account, and for a working day only.
"""

from __future__ import annotations

import base64
import binascii
import datetime

from . import keys

PURPOSE = "words of a search"
LIFETIME = datetime.timedelta(hours=8)
LONGEST = 200  # characters
STEP = 32  # bytes to which words are filled up, so that their length says little
STAMP = 8  # bytes of the time


def seal(words: str, *, user: int, at: datetime.datetime) -> str:
    """A token of letters, digits, - and _ for `words`, cut to LONGEST characters."""
    plain = words[:LONGEST].encode("utf-8", "replace")
    plain = plain.ljust(-(-len(plain) // STEP) * STEP, b"\0")
    stamp = int(at.timestamp()).to_bytes(STAMP, "big")
    sealed = keys.encrypt(keys.derived(PURPOSE), stamp + plain, _context(user))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_words(token: str, *, user: int, at: datetime.datetime) -> str | None:
    """The words; None when they are somebody else's, older than LIFETIME, or no token of ours."""
    try:
        sealed = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        plain = keys.decrypt(keys.derived(PURPOSE), sealed, _context(user))
    except (keys.Unreadable, binascii.Error, ValueError):
        return None
    age = at.timestamp() - int.from_bytes(plain[:STAMP], "big")
    if age > LIFETIME.total_seconds():
        return None
    return plain[STAMP:].rstrip(b"\0").decode()


def _context(user: int) -> bytes:
    return f"search|{user}".encode()
