"""Erasing the person from an inquiry: when they ask for it, and when its time is up.

Erasing blanks every sealed column, deletes the lookup tokens and destroys the data key, which
makes the texts of the timeline unreadable. The row stays, with its dates and its outcome. Each
erasure is in the ledger (ledger.py) before it is committed, so that a restore brings nobody back.

Why somebody was erased is not kept: no text of an erased inquiry could be read. Its last timeline
entry says who did it, or nobody when the site did, because its time was up or after a restore.
"""

from __future__ import annotations

import calendar
import datetime
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F, Func, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from . import ledger, meanwhile, trail, workflow
from .models import (
    SEALED,
    DeskSettings,
    Event,
    Inquiry,
    InquiryLink,
    LookupToken,
    Notification,
)
from .models.querysets import InquiryQuerySet
from .workflow import IllegalTransition

logger = logging.getLogger(__name__)

PERMISSION = "admissions.handle_person_request"
BATCH = 200  # inquiries in one transaction: some 0.1 s in which SQLite has no other writer
PAUSE = 0.01  # seconds between two batches, so that a visitor's inquiry gets its turn
LOOK_UP = 500  # references in one query
DAY = datetime.timedelta(days=1)


class OnLegalHold(IllegalTransition):
    """An inquiry that has to be kept."""


class RandomUuid(Func):
    """A random UUID for each row of an UPDATE."""

    output_field = models.UUIDField()
    arity = 0

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return "LOWER(HEX(RANDOMBLOB(16)))", []

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return "GEN_RANDOM_UUID()", []


# One person


def erase(inquiry: Inquiry, *, actor: User, version: int | None = None) -> Inquiry:
    """Erase the person from `inquiry`, for good; an open one is closed as withdrawn.

    Raises PermissionDenied, StaleInquiry (when it changed since `version`), OnLegalHold,
    IllegalTransition (when it is erased already) and ledger.LedgerUnavailable; nothing is changed
    then. The form's key goes too: the same form sent again is a new inquiry.
    """
    with workflow.locked(inquiry, actor, PERMISSION, version) as current:
        if current.legal_hold:
            raise OnLegalHold(
                _("This inquiry is on legal hold. End the hold before you erase it."), current
            )
        _erase([current], actor=actor, at=timezone.now())
    return Inquiry.objects.get(pk=inquiry.pk)


def _erase(rows: Sequence[Inquiry], *, actor: User | None, at: datetime.datetime) -> None:
    """Erase `rows`, which the caller has locked and found fit, in the caller's transaction."""
    for row in rows:
        meanwhile.withdraw(row, actor=actor, at=at)
    keys = [row.pk for row in rows]
    Inquiry.objects.filter(pk__in=keys).update(
        **dict.fromkeys(SEALED),
        data_key=None,
        key_id="",
        idempotency_key=RandomUuid(),
        confirmation_wanted=False,
        erased_at=at,
        version=F("version") + 1,
    )
    LookupToken.objects.filter(inquiry__in=keys).delete()
    Notification.objects.waiting().filter(inquiry__in=keys).delete()
    InquiryLink.objects.filter(Q(low__in=keys) | Q(high__in=keys)).delete()
    trail.append(
        *(
            Event(
                inquiry=row,
                kind=Event.Kind.ERASED,
                at=at,
                actor=actor,
                from_status=row.status,
                to_status=row.status,
            )
            for row in rows
        )
    )
    # Last, so that nothing but the commit itself can fail after it.
    ledger.append([row.reference for row in rows], on=timezone.localdate(at))


# Legal hold


def hold(*, inquiry: Inquiry, actor: User, version: int, reason: str) -> Inquiry:
    """Keep `inquiry` whole until the hold ends, whoever asks and however old it is.

    Raises as `erase` does, and ValidationError without a reason.
    """
    return _set_hold(inquiry, actor, version, reason, held=True)


def end_hold(*, inquiry: Inquiry, actor: User, version: int, reason: str) -> Inquiry:
    """Let `inquiry` be erased again. Raises as `hold` does."""
    return _set_hold(inquiry, actor, version, reason, held=False)


def _set_hold(inquiry: Inquiry, actor: User, version: int, reason: str, *, held: bool) -> Inquiry:
    with workflow.locked(inquiry, actor, PERMISSION, version) as current:
        if not reason.strip():
            raise ValidationError({"reason": _("Write why.")})
        if current.legal_hold == held:
            message = (
                _("This inquiry is on legal hold already.")
                if held
                else _("This inquiry is not on legal hold.")
            )
            raise IllegalTransition(message, current)
        current.legal_hold = held
        current.version += 1
        current.save(update_fields=["legal_hold", "version"])
        kind = Event.Kind.HELD if held else Event.Kind.HOLD_ENDED
        workflow.tell(current, kind, actor, reason.strip())
    return current


# When the time is up


@dataclass(frozen=True)
class Due:
    """What a purge would erase now."""

    number: int
    oldest: datetime.datetime | None  # when the first of them was closed


def due(on: datetime.date | None = None) -> Due:
    """What has been closed for so long that it is to be erased `on` that day (today)."""
    facts = _expired(on).aggregate(number=models.Count("pk"), oldest=Min("closed_at"))
    return Due(**facts)


def purge(
    *, on: datetime.date | None = None, progress: Callable[[int], object] = lambda done: None
) -> int:
    """Erase what `due(on)` counts, a batch at a time; how many were erased.

    Safe beside a running site, and to be stopped at any time: the next run goes on from there.
    `progress` hears of each batch. Raises ledger.LedgerUnavailable and the database's errors.
    """
    erased = 0
    while done := _purge_batch(on):
        erased += done
        progress(done)
        time.sleep(PAUSE)
    if erased:
        logger.info("Purged %s inquiries.", erased)  # how many, never which
        empty_write_ahead_log()
    return erased


@transaction.atomic
def _purge_batch(on: datetime.date | None) -> int:
    # Judged again as each row is locked: one put on hold a moment ago stays.
    rows = list(_bare(_expired(on).order_by("closed_at", "pk"))[:BATCH])
    if rows:
        _erase(rows, actor=None, at=timezone.now())
    return len(rows)


def _expired(on: datetime.date | None) -> InquiryQuerySet:
    months = DeskSettings.get_solo().retention_months
    return Inquiry.objects.closed_before(end_of_keeping(months, on or timezone.localdate()))


def end_of_keeping(months: int, today: datetime.date) -> datetime.datetime:
    """What was closed before this moment has been kept for `months` calendar months by `today`.

    Counted in whole days of the clinic's time zone: closed on 15 January and kept for 12 months
    means until 15 January. A month without that day ends on its last one.
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    is_last = today.day == calendar.monthrange(today.year, today.month)[1]
    day = datetime.date(year, month + 1, last if is_last else min(today.day, last))
    return timezone.make_aware(datetime.datetime.combine(day + DAY, datetime.time.min))


# After a restore


@dataclass
class Applied:
    """What `apply_erasures` found in the ledger."""

    erased: int = 0
    held: list[str] = field(default_factory=list)  # references left alone: on legal hold
    unread: int = 0  # lines that name no inquiry


def apply_erasures(progress: Callable[[int], object] = lambda lines: None) -> Applied:
    """Erase what the ledger lists and this database still holds: a restore brought it back.

    What is on legal hold is left, since a hold may be newer than an erasure that was never
    committed. One indexed query for each 500 lines when there is nothing to do; `progress` hears
    of each 500. Raises ledger.LedgerUnavailable.
    """
    applied = Applied()
    for references in _chunks(ledger.read(), LOOK_UP):
        applied.unread += references.count(None)
        known = [reference for reference in references if reference]
        back = Inquiry.objects.not_erased().filter(reference__in=known)
        here = list(back.values_list("reference", "legal_hold"))
        applied.held += [reference for reference, held in here if held]
        while here and (done := _apply_batch(back.filter(legal_hold=False))):
            applied.erased += done
        progress(len(references))
    if applied.erased:
        logger.warning("Erased %s inquiries that a restore had brought back.", applied.erased)
        empty_write_ahead_log()
    if applied.held:
        logger.warning("%s erased inquiries are on legal hold here: left.", len(applied.held))
    return applied


@transaction.atomic
def _apply_batch(back: InquiryQuerySet) -> int:
    rows = list(_bare(back.order_by("pk"))[:BATCH])
    if rows:
        _erase(rows, actor=None, at=timezone.now())
    return len(rows)


def _bare(rows: InquiryQuerySet) -> InquiryQuerySet:
    """`rows` locked, with no more of them read than erasing needs. Their keys are not locked: to
    write down that somebody looks at one need not wait.
    """
    return rows.select_for_update(no_key=True).only("reference", "status", "uuid")


def _chunks(items: Iterable[str | None], size: int) -> Iterator[list[str | None]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def empty_write_ahead_log() -> None:
    """SQLite: take destroyed keys out of the -wal file too. Gives up at once when others write."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        [before] = cursor.fetchone()
        cursor.execute("PRAGMA busy_timeout = 200")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(before)}")
