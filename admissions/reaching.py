"""Trying to reach somebody: what an attempt is, and when "could not reach" may be said: after
attempts on enough different days.

One bad afternoon is not being out of reach. How many days are enough is the desk's to decide
(DeskSettings.days_to_try). Days are the clinic's own; what counts are attempts since the response
clock last started that did not reach the person.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from . import follow_up
from .models import ContactAttempt, DeskSettings, Inquiry, Notification


def days_needed(inquiry: Inquiry) -> int:
    """On how many days somebody has to try. One query, unless it came with the inquiry."""
    brought: int | None = getattr(inquiry, "days_to_try", None)
    return DeskSettings.get_solo().days_to_try if brought is None else brought


def attempts() -> QuerySet[ContactAttempt]:
    """Attempts that know whether they are a reply which has not left yet: it may never."""
    unsent = Notification.objects.filter(
        inquiry=OuterRef("inquiry"), event__at=OuterRef("at"), sent_at__isnull=True
    )
    return ContactAttempt.objects.annotate(is_unsent=Exists(unsent))


def days_tried(inquiry: Inquiry) -> int:
    """On how many days somebody has tried in vain since the clock last started.

    One query, none while the clock runs or when `attempts` were fetched with the inquiry.
    """
    since = inquiry.tried_at
    if since is None:
        return 0
    fetched = "attempts" in getattr(inquiry, "_prefetched_objects_cache", {})
    made: Iterable[Any] = inquiry.attempts.all() if fetched else attempts().filter(inquiry=inquiry)
    missed = [
        attempt.at
        for attempt in made
        if attempt.at >= since
        and attempt.outcome != ContactAttempt.Result.REACHED
        and not attempt.is_unsent
    ]
    return len({timezone.localdate(at) for at in missed})


def tried_enough(inquiry: Inquiry) -> bool:
    """Whether "could not reach" is a fair thing to say. Two queries at most."""
    tried = days_tried(inquiry)
    return tried > 0 and tried >= days_needed(inquiry)


def in_words(inquiry: Inquiry) -> str:
    """How far they have come: "2 of 3 days tried"."""
    return _("%(tried)d of %(needed)d days tried") % {
        "tried": days_tried(inquiry),
        "needed": days_needed(inquiry),
    }


def check(channel: str, outcome: str, next_follow_up: datetime.date | None) -> None:
    """Raises ValidationError unless an attempt makes sense as it was typed."""
    errors = {}
    if channel not in ContactAttempt.Way:
        errors["channel"] = _("Choose how you tried.")
    if outcome not in ContactAttempt.Result:
        errors["outcome"] = _("Choose how it went.")
    elif outcome == ContactAttempt.Result.VOICEMAIL and channel != ContactAttempt.Way.CALL:
        errors["outcome"] = _("A voicemail is left by phone. Choose “Phone call”, or how it went.")
    if errors:
        raise ValidationError(errors)
    if next_follow_up:
        follow_up.check_day(next_follow_up, name="next_follow_up")
