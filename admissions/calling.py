"""Whether somebody may be called now: only when they asked for a call, at times they called safe,
and while the clinic answers.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db.models import Exists
from django.utils import timezone

from programs.models import ClosedDay, OpeningHours

from .clock import LAST_MINUTE, ZONE
from .models import Channel, Inquiry

Span = tuple[datetime.time, datetime.time]
Time = datetime.time

# What the form's words mean by the clock, in the clinic's time zone.
PARTS_OF_DAY: dict[str, Span] = {
    Inquiry.BestTime.MORNING.value: (Time(8), Time(12)),
    Inquiry.BestTime.MIDDAY.value: (Time(11), Time(15)),
    Inquiry.BestTime.EVENING.value: (Time(17), Time(20)),
}
# While the clinic has entered no opening hours. Telephone rules begin at 8 and end at 21.
NO_HOURS: Span = (Time(8), Time(20))


def hours_today(at: datetime.datetime | None = None) -> list[Span]:
    """The spans of today in which calls are made, none on a closed day. One query."""
    today = (at or timezone.now()).astimezone(ZONE).date()
    closed = Exists(ClosedDay.objects.filter(date=today))
    rows = OpeningHours.objects.order_by("opens").annotate(is_closed=closed)
    spans = list(rows.values_list("weekday", "opens", "closes", "is_closed"))
    if not spans:
        return [NO_HOURS]  # without hours no day counts as closed, as for the response clock
    return [
        (opens, closes)
        for weekday, opens, closes, is_closed in spans
        if weekday == today.weekday() and not is_closed
    ]


def is_open(at: datetime.datetime) -> bool:
    """Whether calls are made at `at`. One query."""
    return _within(at.astimezone(ZONE).time(), hours_today(at))


def may_be_called(
    inquiry: Inquiry, hours: Sequence[Span], at: datetime.datetime | None = None
) -> bool:
    """Whether a call is right at `at` (now); to possible spam it never is. `hours` are today's.
    No query.
    """
    workable = inquiry.is_open and not inquiry.is_quarantined
    if not workable or inquiry.erased_at or inquiry.contact_by != Channel.CALL:
        return False
    now = (at or timezone.now()).astimezone(ZONE).time()
    if not _within(now, hours):
        return False
    named = [PARTS_OF_DAY[part] for part in inquiry.best_time if part in PARTS_OF_DAY]
    anytime = not inquiry.best_time or Inquiry.BestTime.ANY in inquiry.best_time
    return anytime or _within(now, named)


def _within(now: Time, spans: Sequence[Span]) -> bool:
    return any(opens <= now and (now < closes or closes >= LAST_MINUTE) for opens, closes in spans)
