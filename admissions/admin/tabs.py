"""The tabs of the queue: which inquiries each holds, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy

from .. import facets
from ..models import Inquiry
from ..models.querysets import TRIED, InquiryQuerySet

Condition = Any  # a Q or a lookup, for filter()


@dataclass(frozen=True)
class Key:
    """One column that a list is ordered by, never NULL in that list."""

    column: str
    descending: bool = False

    def value(self, inquiry: Inquiry) -> Any:
        return getattr(inquiry, self.column)

    def same(self, inquiry: Inquiry) -> Condition:
        return Q(**{self.column: self.value(inquiry)})

    def beyond(self, inquiry: Inquiry, *, forward: bool) -> Condition | None:
        """What lies further on in the list by this column; None where nothing can."""
        value = self.value(inquiry)
        if value is None:
            return None
        way = "gt" if forward != self.descending else "lt"
        return Q(**{f"{self.column}__{way}": value})

    def order(self, *, forward: bool = True) -> Any:
        return f"-{self.column}" if forward == self.descending else self.column


class TriedKey(Key):
    """Those nobody has tried to reach come first. An expression, with an index over it."""

    def value(self, inquiry: Inquiry) -> bool:
        return inquiry.tried_at is not None

    def same(self, inquiry: Inquiry) -> Condition:
        return In(TRIED, [self.value(inquiry)])  # "IN", as SQLite takes the index for that alone

    def beyond(self, inquiry: Inquiry, *, forward: bool) -> Condition | None:
        return None if self.value(inquiry) == forward else In(TRIED, [forward])

    def order(self, *, forward: bool = True) -> Any:
        return TRIED.asc() if forward else TRIED.desc()


class UntriedKey(TriedKey):
    """The same where nobody has been tried: nothing lies beyond, and to look for it takes long."""

    def value(self, inquiry: Inquiry) -> bool:
        return False

    def beyond(self, inquiry: Inquiry, *, forward: bool) -> Condition | None:
        return None


MOST_OVERDUE_FIRST = (
    *(TriedKey("tried_at"), Key("priority", descending=True)),
    *(Key("due_at"), Key("pk")),
)
LONGEST_DUE_FIRST = (Key("follow_up_on"), Key("priority", descending=True), Key("pk"))
FIRST_SET_ASIDE_FIRST = (Key("quarantined_at"), Key("pk"))
LAST_CLOSED_FIRST = (Key("closed_at", descending=True), Key("pk", descending=True))
NEWEST_FIRST = (Key("received_at", descending=True), Key("pk", descending=True))

BY_ASSIGNEE = frozenset({facets.ASSIGNEE})


@dataclass(frozen=True)
class Tab:
    """One view of the queue. `keys` is its order; each has an index (models/inquiry.py)."""

    name: str
    label: Any
    empty: Any
    rows: Callable[[InquiryQuerySet, User], InquiryQuerySet]
    keys: tuple[Key, ...] = MOST_OVERDUE_FIRST
    # Facets whose rows lie together in an index of this order: they narrow before it is looked
    # through, all others are asked of the first rows.
    ranges: frozenset[str] = frozenset()
    # The same rows where an index counts them faster than it lists them.
    to_count: Callable[[InquiryQuerySet, User], InquiryQuerySet] | None = None

    def counted(self, rows: InquiryQuerySet, user: User) -> InquiryQuerySet:
        return (self.to_count or self.rows)(rows, user)

    def ordered(self, rows: InquiryQuerySet) -> InquiryQuerySet:
        return rows.order_by(*(key.order() for key in self.keys))


TABS = {
    tab.name: tab
    for tab in (
        Tab(
            "open",
            gettext_lazy("Open"),
            gettext_lazy("No inquiry is open."),
            lambda rows, user: rows.open(),
            ranges=BY_ASSIGNEE,
        ),
        Tab(
            "overdue",
            gettext_lazy("Overdue"),
            gettext_lazy("Nothing is overdue."),
            lambda rows, user: rows.overdue(),
            keys=(UntriedKey("tried_at"), *MOST_OVERDUE_FIRST[1:]),
            to_count=lambda rows, user: rows.overdue_to_count(),
        ),
        Tab(
            "mine",
            gettext_lazy("Mine"),
            gettext_lazy("You have no open inquiry."),
            lambda rows, user: rows.assigned_to(user),
        ),
        Tab(
            "unassigned",
            gettext_lazy("Unassigned"),
            gettext_lazy("Every open inquiry has somebody."),
            lambda rows, user: rows.unassigned(),
        ),
        Tab(
            "follow-up",
            gettext_lazy("Follow up today"),
            gettext_lazy("Nobody has to be followed up today."),
            lambda rows, user: rows.follow_up_due(),
            keys=LONGEST_DUE_FIRST,
        ),
        Tab(
            "waiting",
            gettext_lazy("Waiting"),
            gettext_lazy("Nobody is waited for."),
            lambda rows, user: rows.waiting(),
            keys=MOST_OVERDUE_FIRST[1:],  # somebody has tried them all
            ranges=BY_ASSIGNEE,
        ),
        Tab(
            "quarantine",
            gettext_lazy("Quarantine"),
            gettext_lazy("Nothing is set aside."),
            lambda rows, user: rows.quarantined(),
            keys=FIRST_SET_ASIDE_FIRST,
        ),
        Tab(
            "closed",
            gettext_lazy("Closed"),
            gettext_lazy("No inquiry is closed."),
            lambda rows, user: rows.closed(),
            keys=LAST_CLOSED_FIRST,
        ),
        Tab(
            "all",
            gettext_lazy("All"),
            gettext_lazy("No inquiry has come yet."),
            lambda rows, user: rows,
            keys=NEWEST_FIRST,
            ranges=frozenset({facets.RECEIVED}),
        ),
    )
}
DEFAULT = TABS["open"]
EVERYTHING = TABS["all"]
