"""Named reads of the queue, and its order."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.db.models.functions import Cast
from django.db.models.lookups import In
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .inquiry import Inquiry  # noqa: F401 - named in an annotation

# Whether anybody has tried to reach the person: what stops the response clock.
# A number: PostgreSQL would turn a comparison of truth values into one that no index is of.
TRIED = Cast(
    ExpressionWrapper(Q(tried_at__isnull=False), output_field=models.BooleanField()),
    models.IntegerField(),
)


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    """Named reads of the queue. `Inquiry.objects` hides nothing."""

    def open(self) -> Self:
        """Work to be done: neither closed nor set aside as possible spam."""
        return self.exclude(status="closed").filter(quarantined_at__isnull=True)

    def quarantined(self) -> Self:
        """Set aside as possible spam, and nobody has decided yet."""
        return self.exclude(status="closed").filter(quarantined_at__isnull=False)

    def closed(self) -> Self:
        return self.filter(status="closed")

    def not_erased(self) -> Self:
        """Those that still say whom they are from."""
        return self.filter(erased_at__isnull=True)

    def closed_before(self, moment: datetime.datetime) -> Self:
        """Closed before `moment` and to be erased: not erased yet, and not on legal hold."""
        return self.not_erased().filter(closed_at__lt=moment, legal_hold=False)

    def unassigned(self) -> Self:
        return self.open().filter(assignee__isnull=True)

    def assigned_to(self, user: User) -> Self:
        return self.open().filter(assignee=user)

    def overdue(self, at: datetime.datetime | None = None) -> Self:
        """Open, past their due time, and nobody has tried to reach the person yet."""
        return self.open().filter(tried_at__isnull=True, due_at__lt=at or timezone.now())

    def overdue_to_count(self, at: datetime.datetime | None = None) -> Self:
        """The same as `overdue`, in words that make the queue's index a few ranges of them. Their
        order would have to be sorted for.
        """
        every = [0, 1, 2]  # Inquiry.Priority
        whole = self.overdue(at)
        return whole.filter(In(TRIED, [False]), priority__in=every)

    def overdue_and_unclaimed(self, at: datetime.datetime | None = None) -> Self:
        """Overdue, and nobody has taken it. Found by an index of its own."""
        return self.overdue(at).filter(status="new")

    def set_aside_unseen(self, at: datetime.datetime | None = None) -> Self:
        """In quarantine past the time by which a person would have been called, never opened."""
        return self.quarantined().filter(
            first_viewed_at__isnull=True, due_at__lt=at or timezone.now()
        )

    def follow_up_due(self, on: datetime.date | None = None) -> Self:
        """Open, with a follow-up date that is `on` (today) or earlier."""
        return self.open().filter(follow_up_on__lte=on or timezone.localdate())

    def waiting(self, on: datetime.date | None = None) -> Self:
        """Open, somebody has tried to reach the person, and nothing is due up to `on` (today)."""
        nothing_due = Q(follow_up_on__isnull=True) | Q(follow_up_on__gt=on or timezone.localdate())
        # In, not Exact: SQLite takes an index over an expression only for an equality with a value.
        return self.open().filter(nothing_due, In(TRIED, [True]))

    def most_overdue_first(self) -> Self:
        """The queue's order: whom nobody has tried yet before those whose clock has stopped; the
        urgent ones before the others; then by the response clock, the longest overdue on top.
        """
        return self.order_by(TRIED, "-priority", "due_at", "pk")
