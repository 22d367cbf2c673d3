"""The response clock: by when somebody should have tried to reach the person who wrote.

Due = received + the clinic's call-back promise, counted in opening hours of the clinic's own time
zone. The chance of reaching someone falls steeply within the first half hour, so 30 minutes is
what counts while the clinic has entered no promise.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.models import Clinic

ZONE = ZoneInfo("America/Los_Angeles")
DEFAULT_MINUTES = 30
HORIZON_DAYS = 400  # how far to look for opening hours before counting round the clock
# A form field for a time cannot say 24:00; who enters the last minute of a day means midnight.
LAST_MINUTE = datetime.time(23, 59)
HOUR = 60


class Span(Protocol):
    """One span of a weekday (Monday is 0), such as programs.models.OpeningHours."""

    weekday: int
    opens: datetime.time
    closes: datetime.time


def due_at(received_at: datetime.datetime, *, clinic: Clinic | None = None) -> datetime.datetime:
    """When an inquiry received at `received_at` (aware) is due, in UTC.

    Three queries at most, two when `clinic` is given, whatever the number of inquiries.
    """
    clinic = clinic or Clinic.current()
    first = received_at.astimezone(ZONE).date()
    last = first + datetime.timedelta(days=HORIZON_DAYS)
    hours = list(clinic.opening_hours.all())
    closed_days = clinic.closed_days.filter(date__range=(first, last)).values_list(
        "date", flat=True
    )
    return count(
        received_at,
        minutes=clinic.call_back_minutes,
        hours=hours,
        closed_days=closed_days if hours else (),  # without hours no day counts as closed
    )


def count(
    received_at: datetime.datetime,
    *,
    minutes: int | None = None,
    hours: Iterable[Span] = (),
    closed_days: Iterable[datetime.date] = (),
) -> datetime.datetime:
    """`received_at` plus `minutes` (30 when None) of opening time, in UTC.

    Without hours, and when the hours of the next 400 days do not suffice, every minute counts.
    """
    promise = left = datetime.timedelta(minutes=DEFAULT_MINUTES if minutes is None else minutes)
    received_at = now = received_at.astimezone(datetime.UTC)
    for opens, closes in _openings(now, list(hours), frozenset(closed_days)):
        now = max(now, opens)
        open_for = closes - now
        if open_for >= left:
            return now + left
        if open_for > datetime.timedelta(0):
            left -= open_for
            now = closes
    return received_at + promise


def promise_in_words(clinic: Clinic) -> str:
    """The promise as a visitor reads it, "" where the clinic has entered none. One query."""
    minutes = clinic.call_back_minutes
    if not minutes:
        return ""
    if minutes % HOUR:
        time = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    else:
        n = minutes // HOUR
        time = ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    if clinic.opening_hours.exists():
        return _("within %(time)s of opening time") % {"time": time}
    return _("within %(time)s") % {"time": time}


def _openings(
    start: datetime.datetime, hours: Collection[Span], closed: frozenset[datetime.date]
) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """Opening and closing moments in UTC, in order, from the local day of `start` on."""
    if not hours:
        return
    day = start.astimezone(ZONE).date()
    for _n in range(HORIZON_DAYS + 1):
        if day not in closed:
            spans = [span for span in hours if span.weekday == day.weekday()]
            for span in sorted(spans, key=lambda span: span.opens):
                yield _moment(day, span.opens), _closing(day, span.closes)
        day += datetime.timedelta(days=1)


def _closing(day: datetime.date, closes: datetime.time) -> datetime.datetime:
    if closes >= LAST_MINUTE or closes == datetime.time.min:
        return _moment(day + datetime.timedelta(days=1), datetime.time.min)
    return _moment(day, closes)


def _moment(day: datetime.date, time: datetime.time) -> datetime.datetime:
    # To UTC before any arithmetic: on the two days a year when clocks change, differences
    # between wall-clock times are an hour off.
    return datetime.datetime.combine(day, time, tzinfo=ZONE).astimezone(datetime.UTC)
