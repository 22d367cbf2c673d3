"""Who is told of an inquiry: who is on duty now, and who stands in when nobody is.

A shift is a span of one weekday in the clinic's time zone; one that ends at 11:59 p.m. ends at
midnight. An account that is inactive, has no e-mail address or may no longer work inquiries is
passed over, whatever the roster says.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from . import access
from .clock import ZONE
from .models import DutyFallback, DutyShift
from .staff import people_who_work

People = Sequence[User]


def for_inquiries(at: datetime.datetime | None = None) -> Iterator[People]:
    """Those to tell of an inquiry at `at` (now), best first, none of the lists empty.

    1. who is on duty by the roster;
    2. the fallback list;
    3. every coordinator and lead;
    4. the superusers.

    The first list that takes the message is enough. A query each, made when it is reached.
    """
    staff = people_who_work()
    yield from _circles(
        staff.filter(Exists(_on_duty(at).filter(member=OuterRef("pk")))),
        staff.filter(Exists(DutyFallback.objects.filter(member=OuterRef("pk")))),
        staff.filter(groups__name__in=[access.COORDINATORS, access.LEADS]),
        staff.filter(is_superuser=True),
    )


def for_reminders() -> Iterator[People]:
    """Those to remind: every lead; where there is none, the superusers."""
    staff = people_who_work()
    yield from _circles(staff.filter(groups__name=access.LEADS), staff.filter(is_superuser=True))


def on_duty_now(at: datetime.datetime | None = None) -> list[User]:
    """Who is on duty at `at` (now) and can be told, in the order of their names. One query."""
    staff = people_who_work().exclude(email="")
    return list(staff.filter(Exists(_on_duty(at).filter(member=OuterRef("pk")))))


def _on_duty(at: datetime.datetime | None) -> QuerySet[DutyShift]:
    return DutyShift.objects.covering((at or timezone.now()).astimezone(ZONE))


def _circles(*groups: QuerySet[User]) -> Iterator[People]:
    """One person for each mailbox of each group that has any."""
    for group in groups:
        people = {user.email.casefold(): user for user in group.exclude(email="").order_by("pk")}
        if people:
            yield list(people.values())
