"""Writing down who saw what: one row for every list, view, search, copy and refusal.

A row is written before anything is shown. When it cannot be written (a full disk, a database that
only reads), the database's error goes on up and the page is the site's 503: who cannot be recorded
sees nothing. It is one INSERT that takes no lock on any inquiry, so no view waits for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from .models import AccessRecord, Inquiry
from .models.audit import LONGEST_DETAIL
from .protection import chain

Action = AccessRecord.Action
_NAME = re.compile(rf"[a-z0-9-]{{0,{LONGEST_DETAIL}}}")

_refused = ContextVar("refused", default=0)


def record(
    actor: User,
    action: Action,
    *inquiries: Inquiry,
    detail: str = "",
    count: int | None = None,
) -> None:
    """Write that `actor` did `action`: one row, or one for each of `inquiries`.

    `detail` is one of our own names (a tab, a page, a step), `count` how many rows were shown or
    taken. Raises the database's errors, and ValueError for a detail that is no name of ours.
    """
    if not _NAME.fullmatch(detail):
        raise ValueError("a detail is a name of ours: a-z, 0-9 and hyphens")
    for inquiry in inquiries or (None,):
        row = AccessRecord(
            at=timezone.now(),
            actor=actor,
            action=action,
            inquiry=inquiry,
            detail=detail,
            count=count,
        )
        row.digest = digest_of(row)
        row.save(force_insert=True)
    if action in {Action.DENIED, Action.REFUSED}:
        _refused.set(_refused.get() + 1)


def refused_so_far() -> int:
    """A number that has risen when a refusal was recorded meanwhile, by this thread."""
    return _refused.get()


def digest_of(row: AccessRecord) -> bytes:
    facts = (row.actor_id, row.action, row.inquiry_id, row.detail, row.count)
    return chain.record_digest(*facts, at=row.at)


@contextmanager
def refusals(
    actor: User, inquiry: Inquiry | None, detail: str = "request", *, refused: type[Exception]
) -> Iterator[None]:
    """Record that what is done inside was refused: for want of a permission, or by a `refused`.

    `detail` is the step's name; a request about a person is no step. `inquiry` is None where none
    was chosen yet. Stands around the transaction, so that the row outlives what is undone; inside a
    longer one, which is undone as a whole, whoever began that writes it.
    """
    try:
        yield
    except (PermissionDenied, refused) as error:
        action = Action.DENIED if isinstance(error, PermissionDenied) else Action.REFUSED
        if actor.is_authenticated:  # nobody else gets as far as here
            record(actor, action, *([inquiry] if inquiry else []), detail=detail)
        error.__dict__["is_recorded"] = True  # read by was_recorded
        raise


def was_recorded(error: Exception) -> bool:
    """Whether `error` came out of `refusals`."""
    return getattr(error, "is_recorded", False)
