"""The keyed digests by which a change behind the site's back is noticed.

An entry of a timeline is chained to the one before it; a record of who saw what stands alone; a
seal covers a batch of both and is chained to the seal before it. Each is HMAC-SHA-256 under a key
of its own, made from LOOKUP_KEY: who can write to the database, but has no keys, can compute none.
Texts enter as they are stored, sealed, so that nothing has to be opened, and an erased inquiry's
chain holds.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from . import keys

DIGEST_BYTES = 32
START = bytes(DIGEST_BYTES)  # what the first of a chain is chained to
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


def entry_digest(
    number: int,
    kind: str,
    actor: int | None,
    before: str,
    after: str,
    *,
    uuid: UUID,
    at: datetime.datetime,
    text: bytes | None,
    previous: bytes,
) -> bytes:
    """Of an entry of the timeline of the inquiry `uuid`, whose status was `before`, then `after`.

    `actor` is an account's key, `text` is sealed, `previous` the digest of the entry before.
    """
    # By hand, since it is done for millions of made-up entries: with the lengths in front no two
    # entries read the same.
    words = "|".join((kind, before, after))
    lengths = f"{len(kind)} {len(before)} {len(words)}"
    head = f"{_moment(at)} {number} {actor} {text is not None} {lengths} {words}\n"
    return _digest("timeline entry", uuid.bytes + previous + head.encode() + (text or b""))


def record_digest(*facts: Any, at: datetime.datetime) -> bytes:
    """Of one record of who saw what, from what it says, whatever stands before and after it."""
    return _digest("access record", _plain(_moment(at), *facts))


def seal_digest(*facts: Any, at: datetime.datetime, previous: bytes, rows: Iterable[Any]) -> bytes:
    """Of a seal: what it says of itself, the digest of the seal before it, and the rows it covers,
    each a tuple of plain values of which the last is that row's own digest. Reads `rows` once.
    """
    covered = hashlib.sha256()
    for *plain, digest in rows:
        covered.update(_plain(*plain) + bytes(digest))
    return _digest("seal", _plain(_moment(at), *facts) + previous + covered.digest())


def same(stored: bytes | memoryview, computed: bytes) -> bool:
    return hmac.compare_digest(bytes(stored), computed)


def _digest(purpose: str, message: bytes) -> bytes:
    return hmac.digest(keys.derived(purpose), message, "sha256")


def _plain(*values: Any) -> bytes:
    """Plain values in a form that no other values have, whatever stands in them."""
    return json.dumps(values).encode() + b"\n"


def _moment(at: datetime.datetime) -> int:
    """Microseconds since 1970: both databases keep these exactly."""
    return (at - EPOCH) // MICROSECOND
