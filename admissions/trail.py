"""Adding to a timeline: the one place that makes its entries.

Each entry has the next number of its inquiry and a digest over itself and the entry before it
(protection/chain.py), so that `verify_audit` finds one that was changed, moved, added or removed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import cast

from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from .models import Event, Inquiry
from .protection import chain
from .protection.fields import Sealed

Head = tuple[int, bytes]  # the number and the digest of a timeline's last entry
NOTHING: Head = (0, chain.START)


def append(*entries: Event, first: bool = False) -> None:
    """Store `entries`; those of one inquiry in the order they have here.

    The caller has locked each inquiry, or has just made it (`first`). Without the lock two who
    append at once would take the same number: IntegrityError for one of them. Two queries, one
    for a new inquiry, whatever the number of entries.
    """
    heads = {} if first else _heads(entry.inquiry_id for entry in entries)
    for entry in entries:
        number, previous = heads.get(entry.inquiry_id, NOTHING)
        entry.seal()  # the digest is over what will be stored
        entry.number = number + 1
        entry.digest = _digest(entry, previous)
        heads[entry.inquiry_id] = entry.number, entry.digest
    Event.objects.bulk_create(entries)


def add(
    current: Inquiry,
    kind: Event.Kind,
    actor: User | None,
    *,
    before: str,
    text: str,
    at: datetime.datetime | None = None,
) -> Event:
    """Store and return one entry about `current`, which is locked and was `before`."""
    entry = Event(
        inquiry=current,
        kind=kind,
        at=at or timezone.now(),
        actor=actor,
        from_status=before,
        to_status=current.status,
        text=text,
    )
    append(entry)
    return entry


def _heads(inquiries: Iterable[int]) -> dict[int, Head]:
    """The last entry of each timeline. One query, by index."""
    newest = Event.objects.filter(inquiry=OuterRef("inquiry")).order_by("-number")
    last = Event.objects.filter(
        inquiry__in=set(inquiries), number=Subquery(newest.values("number")[:1])
    )
    rows = last.order_by().values_list("inquiry_id", "number", "digest")
    return {inquiry: (number, bytes(digest)) for inquiry, number, digest in rows}


def _digest(entry: Event, previous: bytes) -> bytes:
    text = cast("Sealed | None", entry.__dict__["text"])
    return chain.entry_digest(
        *(entry.number, entry.kind, entry.actor_id, entry.from_status, entry.to_status),
        uuid=entry.inquiry.uuid,
        at=entry.at,
        text=text.blob if text else None,
        previous=previous,
    )
