"""By when whoever waits is to be called, once the clinic's hours, closed days or promise change.

Due times are stored, so that the queue is in order without arithmetic. The worker looks once a
minute whether what they were counted with is still so, whichever way it was changed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from programs.models import Clinic

from . import clock
from .models import Inquiry

BATCH = 500


@dataclass  # not frozen: the protocol of clock.count has plain attributes
class Span:
    """One span of a weekday in which the clinic is open, as clock.count takes them."""

    weekday: int
    opens: datetime.time
    closes: datetime.time


@dataclass(frozen=True)
class Terms:
    """What due times are counted with."""

    minutes: int | None
    hours: tuple[Span, ...]
    closed_days: frozenset[datetime.date]

    @classmethod
    def now(cls) -> Terms:
        """As the clinic has entered them. Three queries."""
        clinic = Clinic.current()
        spans = clinic.opening_hours.order_by("weekday", "opens")
        return cls(
            clinic.call_back_minutes,
            tuple(Span(span.weekday, span.opens, span.closes) for span in spans),
            frozenset(clinic.closed_days.values_list("date", flat=True)),
        )

    def due_at(self, since: datetime.datetime) -> datetime.datetime:
        return clock.count(
            since,
            minutes=self.minutes,
            hours=self.hours,
            closed_days=self.closed_days if self.hours else (),
        )


class Watcher:
    """A job: counts anew when it first runs, and whenever the terms are others than last time; then
    once more, for an inquiry that was on its way in meanwhile with the terms from before.
    """

    def __init__(self) -> None:
        self._terms: Terms | None = None
        self._settled = False

    def __call__(self, at: datetime.datetime) -> int:
        """How many due times changed. Three queries when the terms are as before."""
        del at
        terms = Terms.now()
        if terms == self._terms and self._settled:
            return 0
        changed = recount(terms)
        # Only now: a run that fails is run again.
        self._terms, self._settled = terms, terms == self._terms
        return changed


def recount(terms: Terms) -> int:
    """Give every open inquiry whose clock runs its due time by `terms`; how many have another.

    In batches, each a short transaction. A row that changes meanwhile (somebody tries, the clock
    restarts) is left to whoever changed it.
    """
    return sum(_recount(batch, terms) for batch in _batches())


def _batches() -> Iterator[Sequence[Inquiry]]:
    running = Inquiry.objects.exclude(status="closed").filter(tried_at__isnull=True)
    columns = running.only("pk", "received_at", "restarted_at", "due_at").order_by("pk")
    last = 0
    while batch := list(columns.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


@transaction.atomic
def _recount(batch: Sequence[Inquiry], terms: Terms) -> int:
    changed = 0
    for inquiry in batch:
        due = terms.due_at(inquiry.restarted_at or inquiry.received_at)
        if due != inquiry.due_at:
            changed += Inquiry.objects.filter(
                pk=inquiry.pk,
                tried_at__isnull=True,
                restarted_at=inquiry.restarted_at,
                due_at=inquiry.due_at,
            ).update(due_at=due)
    return changed
