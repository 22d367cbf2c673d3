"""Whether a colleague opened an inquiry just now: read from the access records, which every view of
the workspace writes anyway. No locks: the page only says so, and when that was.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.utils import timezone

from .models import AccessRecord, Inquiry
from .models.querysets import InquiryQuerySet

RECENT = datetime.timedelta(minutes=10)  # who opened it longer ago has most likely gone on
# As transitions.shown_name has it: the full name, or else the account's.
NAME = Coalesce(
    NullIf(Trim(Concat("actor__first_name", Value(" "), "actor__last_name")), Value("")),
    F("actor__username"),
)


@dataclass(frozen=True)
class Colleague:
    """Who else opened the inquiry, and when they last did."""

    name: str
    since: datetime.datetime


def with_colleague(rows: InquiryQuerySet, user: User) -> InquiryQuerySet:
    """`rows` that bring along which other person has viewed each last. By index, no query more."""
    views = AccessRecord.objects.filter(
        inquiry=OuterRef("pk"),
        action=AccessRecord.Action.VIEWED,
        at__gte=timezone.now() - RECENT,
    )
    newest = views.exclude(actor=user).order_by("-at", "-id")
    return rows.annotate(
        colleague=Subquery(newest.annotate(name=NAME).values("name")[:1]),
        colleague_at=Subquery(newest.values("at")[:1]),
    )


def colleague(inquiry: Inquiry) -> Colleague | None:
    """Who else opened an inquiry that came by `with_colleague`. No query."""
    name, at = getattr(inquiry, "colleague", None), getattr(inquiry, "colleague_at", None)
    return Colleague(name, at) if name and at else None
