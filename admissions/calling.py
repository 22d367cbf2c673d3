"""Whether somebody may be called now: only when they asked for a call, at times they called safe,
and while the clinic answers (answering.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from .answering import Span, hours_today
from .clock import LAST_MINUTE, ZONE
from .models import Channel, Inquiry

Time = datetime.time

# What the form's words mean by the clock, in the clinic's time zone.
PARTS_OF_DAY: dict[str, Span] = {
    Inquiry.BestTime.MORNING.value: (Time(8), Time(12)),
    Inquiry.BestTime.MIDDAY.value: (Time(11), Time(15)),
    Inquiry.BestTime.EVENING.value: (Time(17), Time(20)),
}


def may_be_called(
    inquiry: Inquiry, hours: Sequence[Span], at: datetime.datetime | None = None
) -> bool:
    """Whether a call is right at `at` (now); to possible spam it never is. `hours` are today's.
    No query.
    """
    return wants_a_call(inquiry) and not why_not_now(inquiry, hours, at)


def wants_a_call(inquiry: Inquiry) -> bool:
    """Whether a call is what they asked for, and somebody may still make it. No query."""
    workable = inquiry.is_open and not inquiry.is_quarantined and not inquiry.erased_at
    return workable and inquiry.contact_by == Channel.CALL


def why_not_now(
    inquiry: Inquiry, hours: Sequence[Span], at: datetime.datetime | None = None
) -> str:
    """The sentence for a call that would come at a wrong time; "" when the time is right."""
    now = (at or timezone.now()).astimezone(ZONE).time()
    named = [part for part in Inquiry.BestTime if part in inquiry.best_time]
    anytime = not named or Inquiry.BestTime.ANY in named
    if not anytime and not _within(now, [PARTS_OF_DAY[part.value] for part in named]):
        return _("It is not a time they named: %(times)s.") % {
            "times": ", ".join(_in_words(part) for part in named)
        }
    return "" if _within(now, hours) else _("It is outside the hours in which we call.")


def is_open(at: datetime.datetime) -> bool:
    """Whether the clinic answers at `at`. Queries as `answering.week`."""
    return _within(at.astimezone(ZONE).time(), hours_today(at))


def _in_words(part: Inquiry.BestTime) -> str:
    first, last = PARTS_OF_DAY[part.value]
    return _("%(part)s (%(first)s to %(last)s)") % {
        "part": part.label,
        "first": time_format(first, "P"),
        "last": time_format(last, "P"),
    }


def _within(now: Time, spans: Sequence[Span]) -> bool:
    return any(opens <= now and (now < closes or closes >= LAST_MINUTE) for opens, closes in spans)
