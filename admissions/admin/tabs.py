"""The tabs of the queue: which inquiries each holds, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


@dataclass(frozen=True)
class Range:
    """Facets whose rows lie together in an index of a tab, in the order of `keys`.

    `only` and `but` are choices with which alone, and without which, the index serves.
    """

    facets: frozenset[str]
    keys: tuple[Key, ...] = MOST_OVERDUE_FIRST
    # With a column left out between the facet's and the index's first, the range is one for each
    # of its values: whether anybody has tried.
    tried: tuple[bool, ...] = ()
    only: frozenset[tuple[str, str]] = frozenset()
    but: frozenset[tuple[str, str]] = frozenset()

    def serves(self, chosen: Mapping[str, str]) -> bool:
        choices = set(chosen.items())
        return self.facets <= set(chosen) and self.only <= choices and not self.but & choices


def _facets(*names: str) -> frozenset[str]:
    return frozenset(names)


EITHER = (False, True)
SOMEBODYS = Range(_facets("assignee"))
OF_PRIORITY = Range(_facets("priority"), tried=EITHER)
SOMEBODYS_OF_PRIORITY = Range(_facets("assignee", "priority"), tried=EITHER)
UNTRIED = (UntriedKey("tried_at"), *MOST_OVERDUE_FIRST[1:])
WAITING = MOST_OVERDUE_FIRST[1:]  # somebody has tried them all
ENDED = (
    Range(_facets("outcome", "received"), NEWEST_FIRST),
    Range(_facets("outcome"), NEWEST_FIRST),
    Range(
        _facets("assignee"),
        LAST_CLOSED_FIRST,
        but=frozenset({("assignee", facets.NONE)}),  # few, and not in the index
    ),
)
OF_THE_WEBSITE = frozenset({("source", "web")})
CAME = (
    Range(_facets("received"), NEWEST_FIRST),
    Range(_facets("source"), NEWEST_FIRST),
    Range(_facets("source", "received"), NEWEST_FIRST),
    Range(_facets("source", "came_from"), NEWEST_FIRST, only=OF_THE_WEBSITE),
    Range(_facets("source", "came_from", "received"), NEWEST_FIRST, only=OF_THE_WEBSITE),
)


@dataclass(frozen=True)
class Tab:
    """One view of the queue. `keys` is its order; each has an index (models/inquiry.py)."""

    name: str
    label: Any
    empty: Any
    rows: Callable[[InquiryQuerySet, User], InquiryQuerySet]
    keys: tuple[Key, ...] = MOST_OVERDUE_FIRST
    # What narrows it by an index; everything else is asked of the first rows.
    ranges: tuple[Range, ...] = ()
    # The same rows where an index counts them faster than it lists them.
    to_count: Callable[[InquiryQuerySet, User], InquiryQuerySet] | None = None

    def counted(self, rows: InquiryQuerySet, user: User) -> InquiryQuerySet:
        return (self.to_count or self.rows)(rows, user)


TABS = {
    tab.name: tab
    for tab in (
        Tab(
            "open",
            gettext_lazy("Open"),
            gettext_lazy("No inquiry is open."),
            lambda rows, user: rows.open(),
            ranges=(
                Range(_facets("received"), NEWEST_FIRST),
                *(SOMEBODYS, OF_PRIORITY, SOMEBODYS_OF_PRIORITY),
            ),
        ),
        Tab(
            "overdue",
            gettext_lazy("Overdue"),
            gettext_lazy("Nothing is overdue."),
            lambda rows, user: rows.overdue(),
            keys=UNTRIED,
            ranges=tuple(
                Range(narrowed.facets, UNTRIED, tried=(False,))
                for narrowed in (SOMEBODYS, OF_PRIORITY, SOMEBODYS_OF_PRIORITY)
            ),
            to_count=lambda rows, user: rows.overdue_to_count(),
        ),
        Tab(
            "mine",
            gettext_lazy("Mine"),
            gettext_lazy("You have no open inquiry."),
            lambda rows, user: rows.assigned_to(user),
            ranges=(OF_PRIORITY,),
        ),
        Tab(
            "unassigned",
            gettext_lazy("Unassigned"),
            gettext_lazy("Every open inquiry has somebody."),
            lambda rows, user: rows.unassigned(),
            ranges=(OF_PRIORITY,),
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
            keys=WAITING,
            ranges=tuple(
                Range(narrowed.facets, WAITING)
                for narrowed in (SOMEBODYS, OF_PRIORITY, SOMEBODYS_OF_PRIORITY)
            ),
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
            ranges=ENDED,
        ),
        Tab(
            "all",
            gettext_lazy("All"),
            gettext_lazy("No inquiry has come yet."),
            lambda rows, user: rows,
            keys=NEWEST_FIRST,
            ranges=CAME,
        ),
    )
}


def ordered(rows: InquiryQuerySet, keys: Iterable[Key]) -> InquiryQuerySet:
    return rows.order_by(*(key.order() for key in keys))


DEFAULT = TABS["open"]
EVERYTHING = TABS["all"]
