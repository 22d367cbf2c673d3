"""Seals over the logs: each covers what has come since the one before it.

A record of who saw what is chained to nothing when it is written, so that two views never wait for
each other. The worker seals them a minute later, in batches, and the newest entries of all
timelines with them: from then on even the last of them cannot go without a trace.
"""

from __future__ import annotations

import datetime
import time
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from . import append_only
from .models import AccessRecord, AuditSeal, Event
from .protection import chain

BATCH = 5000  # rows of each log in a seal
PATIENCE = 5  # seconds in one run; what is left is sealed a minute later
TRIES, PAUSE = 20, 0.05  # seconds between two tries for a moment in which nobody adds

Rows = list[tuple[int, Any]]  # key and digest


def seal(at: datetime.datetime | None = None) -> int:
    """Seal what is not sealed yet; how many rows that were.

    Several workers may do this at once: of two that make the same seal one gives up. Less than all
    is sealed when that takes longer than PATIENCE, and nothing while others keep adding.
    """
    tops = _tops()
    end = time.monotonic() + PATIENCE
    sealed = 0
    while tops and time.monotonic() < end:
        done = _seal_next(*tops, at=at or timezone.now())
        if not done:
            break
        sealed += done
    return sealed


def oldest_unsealed() -> datetime.datetime | None:
    """When the first access record was written that no seal covers yet. Two queries."""
    last = AuditSeal.objects.order_by("-number").values_list("records_to", flat=True).first()
    waiting = AccessRecord.objects.filter(pk__gt=last or 0).order_by("pk")
    return waiting.values_list("at", flat=True).first()


def _seal_next(last_record: int, last_entry: int, *, at: datetime.datetime) -> int:
    """Make one seal. How many rows it covers: 0 when there were none, or another was faster."""
    before = AuditSeal.objects.order_by("-number").first() or beginning()
    records: Rows = list(rows(AccessRecord, before.records_to, last_record)[:BATCH])
    entries: Rows = list(rows(Event, before.entries_to, last_entry)[:BATCH])
    if not records and not entries:
        return 0
    new = AuditSeal(
        number=before.number + 1,
        at=at,
        records_to=records[-1][0] if records else before.records_to,
        records=len(records),
        entries_to=entries[-1][0] if entries else before.entries_to,
        entries=len(entries),
    )
    new.digest = digest_of(new, bytes(before.digest), [*records, *entries])
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        return 0
    return len(records) + len(entries)


def beginning() -> AuditSeal:
    """What the first seal is chained to; never stored."""
    return AuditSeal(number=0, records_to=0, records=0, entries_to=0, entries=0, digest=chain.START)


def digest_of(seal: AuditSeal, previous: bytes, covered: Rows) -> bytes:
    """`covered` are its access records, then its timeline entries."""
    return chain.seal_digest(
        *(seal.number, seal.records_to, seal.records, seal.entries_to, seal.entries),
        at=seal.at,
        previous=previous,
        rows=covered,
    )


def rows(log: type[models.Model], after: int, to: int) -> Any:
    """Key and digest of the rows of a log with a key above `after`, up to `to`, as a query."""
    manager = log._default_manager
    found = manager.filter(pk__gt=after, pk__lte=to).order_by("pk")
    return found.values_list("pk", "digest")


def _tops() -> tuple[int, int] | None:
    """The highest keys of both logs, below which nothing will turn up any more; None when others
    were adding each time we looked (append_only.LOCK says why).
    """
    if connection.vendor != "postgresql":
        return _highest(AccessRecord), _highest(Event)
    for _try in range(TRIES):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [append_only.LOCK])
            if cursor.fetchone()[0]:
                return _highest(AccessRecord), _highest(Event)
        time.sleep(PAUSE)
    return None


def _highest(log: type[models.Model]) -> int:
    return log._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
