"""When the clinic answers, kept for a minute: every page of the desk asks, and hours change seldom.

The response clock reads them itself (clock.py): what is stored must not be a minute old.
"""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import transaction
from django.db.models import DateField, TimeField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from programs.models import ClosedDay, OpeningHours

from .clock import ZONE

Span = tuple[datetime.time, datetime.time]

# While the clinic has entered no opening hours. Telephone rules begin at 8 and end at 21.
NO_HOURS: Span = (datetime.time(8), datetime.time(20))
KEPT = "admissions.answering"
KEPT_FOR = 60  # seconds
HORIZON_DAYS = 60  # how far to look for the next day that is open


class Week(NamedTuple):
    """The spans of the week as (weekday, opens, closes), Monday being 0, and the days closed."""

    spans: list[tuple[int, datetime.time, datetime.time]]
    closed: set[datetime.date]

    def on(self, day: datetime.date) -> list[Span]:
        """The spans of a day in which calls are made, none on a closed one."""
        if not self.spans:
            return [NO_HOURS]  # without hours no day counts as closed, as for the response clock
        if day in self.closed:
            return []
        weekday = day.weekday()
        return [(opens, closes) for on, opens, closes in self.spans if on == weekday]

    def next_day(self, after: datetime.date) -> datetime.date:
        """The next day on which somebody answers; the very next, when none does for long."""
        days = [after + datetime.timedelta(days=n) for n in range(1, HORIZON_DAYS)]
        return next((day for day in days if self.on(day)), days[0])


def week() -> Week:
    """The week as it is now, changed elsewhere at most a minute ago. One query, mostly none."""
    kept = cache.get(KEPT)
    if kept is None:
        kept = _read()
        cache.set(KEPT, kept, KEPT_FOR)
    return kept


def _read() -> Week:
    no_day, no_time = Cast(Value(None), DateField()), Cast(Value(None), TimeField())
    hours = OpeningHours.objects.order_by().values_list("weekday", "opens", "closes", no_day)
    days = ClosedDay.objects.order_by().values_list(Value(0), no_time, no_time, "date")
    rows = list(hours.union(days, all=True))
    spans = sorted((weekday, opens, closes) for weekday, opens, closes, day in rows if day is None)
    return Week(spans, {day for *_times, day in rows if day is not None})


def hours_today(at: datetime.datetime | None = None) -> list[Span]:
    """The spans of today in which calls are made. Queries as `week`."""
    return week().on((at or timezone.now()).astimezone(ZONE).date())


def forget(**kwargs: Any) -> None:
    """Hours or closed days have changed (a signal's receiver)."""
    del kwargs
    cache.delete(KEPT)
    transaction.on_commit(partial(cache.delete, KEPT))  # read anew by somebody before that
