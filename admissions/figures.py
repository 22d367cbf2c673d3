"""Counts the inquiries of each day for the lead's page, and counts a day again when it changes.

Every change of an inquiry adds to its timeline, so the entries since the last look name the days
to count anew. What is counted is the day on which an inquiry was received, in the clinic's own
time zone. Inquiries closed as spam or duplicates, and those in quarantine, count as arrivals and
outcomes; no answer was owed to them, so they are in none of the times.
"""

from __future__ import annotations

import datetime
import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db.models import Max, Min
from django.utils import timezone

from programs.models import Clinic

from . import clock
from .clock import ZONE
from .models import DayFigures, Event, FiguresMark, Inquiry
from .models.querysets import InquiryQuerySet

Counts = dict[str, dict[str, int]]

# An entry that was numbered before another may be committed after it: the newest are read again.
OVERLAP = datetime.timedelta(minutes=2)
FEW = 10  # days counted anew at once by the clock: nothing is sent meanwhile
MISJUDGED = 50  # the same when the promise or the hours changed: two years in a quarter of an hour
TERMS = 16  # characters of their digest
MANY = 20_000  # entries: with more, every day is counted anew rather than looking for its days
UNOWED = {Inquiry.Outcome.SPAM.value, Inquiry.Outcome.DUPLICATE.value}

# Lengths of time are counted in buckets: each minute of the first hour, then steps of 5 %.
FINE = 60
STEP = math.log(1.05)


class Received(NamedTuple):
    """What is counted of an inquiry."""

    received_at: datetime.datetime
    source: str
    came_from: str
    status: str
    outcome: str
    assignee_id: int | None
    quarantined_at: datetime.datetime | None
    first_attempt_at: datetime.datetime | None
    first_contact_at: datetime.datetime | None


class Promise:
    """The call-back promise as the clinic has entered it, read once. Two queries."""

    def __init__(self) -> None:
        clinic = Clinic.current()
        self.minutes = clinic.call_back_minutes
        self._hours = list(clinic.opening_hours.all())
        self._closed = frozenset(clinic.closed_days.values_list("date", flat=True))

    @property
    def terms(self) -> str:
        """A digest of all that the promise is judged by: another one, and every day is stale."""
        spans = sorted((span.weekday, span.opens, span.closes) for span in self._hours)
        told = [self.minutes, *spans, *sorted(self._closed)]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:TERMS]

    def until(self, received_at: datetime.datetime) -> datetime.datetime:
        """By when somebody received then should first have been tried."""
        closed = self._closed if self._hours else ()
        return clock.count(received_at, minutes=self.minutes, hours=self._hours, closed_days=closed)


def bucket(length: datetime.timedelta) -> int:
    """The bucket a length of time falls into."""
    minutes = max(length.total_seconds() / 60, 0)
    return int(minutes) if minutes < FINE else FINE + int(math.log(minutes / FINE) / STEP)


def bounds(number: int) -> tuple[float, float]:
    """Where a bucket begins and ends, in minutes."""
    if number < FINE:
        return number, number + 1
    return (
        FINE * math.exp((number - FINE) * STEP),
        FINE * math.exp((number - FINE + 1) * STEP),
    )


def refresh(
    at: datetime.datetime | None = None,
    *,
    anew: bool = False,
    progress: Callable[[int], object] = lambda done: None,
) -> int:
    """Count the days again whose inquiries changed since the last time, or every day `anew`. How
    many days it were; `progress` hears of each.
    """
    at = at or timezone.now()
    mark, _made = FiguresMark.objects.get_or_create(defaults={"at": at})
    newest = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0
    since = Event.objects.filter(pk__gt=mark.event)
    if anew or newest - mark.event > MANY:
        days = all_days()
    else:
        changed = since.order_by().values_list("inquiry__received_at", flat=True).distinct()
        late = ran_out(mark.at, at).values_list("received_at", flat=True)
        today = at.astimezone(ZONE).date()
        # The newest by themselves, too: a clock that started again has another due time than the
        # promise that is counted.
        days = sorted(
            {moment.astimezone(ZONE).date() for moment in {*changed, *late}}
            | {today, today - datetime.timedelta(days=1)}
        )
    count(days, progress)
    settled = since.filter(pk__lte=newest, at__lte=at - OVERLAP).aggregate(pk=Max("pk"))["pk"]
    FiguresMark.objects.filter(pk=mark.pk).update(
        event=settled or mark.event, at=at, terms=Promise().terms
    )
    return len(days)


def ran_out(since: datetime.datetime, at: datetime.datetime) -> InquiryQuerySet:
    """Whose promise has been broken since then untouched, so that no timeline tells. By index."""
    return Inquiry.objects.overdue(at).filter(due_at__gte=since)


def recount(at: datetime.datetime) -> int:
    """Count a few days again: the newest of those that were judged by another promise or other
    hours than are entered now, which no timeline tells; when there is none, those counted longest
    ago, more than a day before `at`. How many days it were.
    """
    misjudged = DayFigures.objects.exclude(terms=Promise().terms).order_by("-day")
    days = list(misjudged.values_list("day", flat=True)[:MISJUDGED])
    if not days:
        old = DayFigures.objects.filter(made_at__lt=at - datetime.timedelta(days=1))
        days = list(old.order_by("made_at").values_list("day", flat=True)[:FEW])
    count(days)
    return len(days)


def all_days() -> list[datetime.date]:
    """Every day from the first inquiry's to the last one's."""
    span = Inquiry.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    if span["first"] is None:
        return []
    day, last = (span[name].astimezone(ZONE).date() for name in ("first", "last"))
    return [day + datetime.timedelta(days=n) for n in range((last - day).days + 1)]


def count(
    days: Iterable[datetime.date], progress: Callable[[int], object] = lambda done: None
) -> None:
    """Count these days anew. Two queries a day; `progress` hears of each."""
    promise = Promise()
    terms = promise.terms
    for day in days:
        made_at = timezone.now()
        counts, still_open = _counted(_received_on(day), promise)
        DayFigures.objects.update_or_create(
            day=day,
            defaults={"made_at": made_at, "counts": counts, "open": still_open, "terms": terms},
        )
        progress(1)


def _received_on(day: datetime.date) -> Iterable[Received]:
    start, end = (
        datetime.datetime.combine(date, datetime.time.min, ZONE)
        for date in (day, day + datetime.timedelta(days=1))
    )
    rows = Inquiry.objects.filter(received_at__gte=start, received_at__lt=end).order_by()
    return map(Received._make, rows.values_list(*Received._fields).iterator())


def _counted(rows: Iterable[Received], promise: Promise) -> tuple[Counts, dict[str, int]]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    still_open: Counter[str] = Counter()
    for row in rows:
        local = row.received_at.astimezone(ZONE)
        counts["hour"][str(local.hour)] += 1
        counts["source"][row.source] += 1
        if row.source == Inquiry.Source.WEB:
            counts["came_from"][row.came_from] += 1
        if row.status == Inquiry.Status.CLOSED:
            counts["outcome"][row.outcome] += 1
        elif row.quarantined_at is None:
            still_open[str(row.assignee_id or "")] += 1
        _count_times(counts, row, promise)
    return {topic: dict(found) for topic, found in counts.items()}, dict(still_open)


def _count_times(counts: dict[str, Counter[str]], row: Received, promise: Promise) -> None:
    """How long somebody who wrote on the website waited. Who calls is answered as they call."""
    if row.source != Inquiry.Source.WEB or row.quarantined_at or row.outcome in UNOWED:
        return
    for topic, moment in _firsts(row).items():
        if moment is not None:
            counts[topic][str(bucket(moment - row.received_at))] += 1
    until = promise.until(row.received_at)
    if row.first_attempt_at is not None:
        counts["promise"]["kept" if row.first_attempt_at <= until else "broken"] += 1
    elif row.status == Inquiry.Status.CLOSED or until < timezone.now():
        counts["promise"]["broken"] += 1


def _firsts(row: Received) -> dict[str, Any]:
    return {"first_attempt": row.first_attempt_at, "first_contact": row.first_contact_at}
