"""One view of the queue, as an address names it: a tab, what narrows it, and a search.

A plain tab is read by its index, however long it is. A narrowed one is made of the keys of what
fits: of a search's newest matches, or of the first rows of its tab.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from .. import facets, related
from ..counting import capped_counts
from ..models import Inquiry
from ..models.querysets import InquiryQuerySet
from ..protection import words as sealed_words
from .tabs import DEFAULT, EVERYTHING, TABS, Condition, Key, Tab, TriedKey

TAB_VAR = "show"
FIND_VAR = "find"
KEYS = {TAB_VAR, FIND_VAR, *facets.FACETS}
MOST_LOOKED_THROUGH = 2500  # rows of a tab that are asked whether they fit


class Narrowed(NamedTuple):
    """The keys of what fits, in the tab's order; `capped`: there may be more; `by_end`: of the
    number that was searched for, the last digits alone were compared.
    """

    keys: list[int]
    capped: bool
    by_end: bool = False


class Neighbours(NamedTuple):
    before: int | None
    after: int | None


@dataclass(frozen=True)
class View:
    """`words` are what `find`, a token, stands for; `chosen` is as facets.read gave it."""

    user: User
    tab: Tab = DEFAULT
    chosen: Mapping[str, str] = field(default_factory=dict)
    find: str = ""
    words: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen or self.words)

    @property
    def parameters(self) -> dict[str, str]:
        found = {TAB_VAR: self.tab.name, **self.chosen}
        return found | ({FIND_VAR: self.find} if self.find else {})

    @property
    def query(self) -> str:
        """The view as an address has it, behind the question mark."""
        return urlencode(self.parameters, safe=".")

    @property
    def query_of_all(self) -> str:
        """The same without what narrows the tab. A search stays."""
        return replace(self, chosen={}).query

    def rows(self) -> InquiryQuerySet:
        """The tab's rows in its order, whatever narrows it."""
        return self.tab.ordered(self.tab.rows(Inquiry.objects.all(), self.user))

    def whole(self) -> InquiryQuerySet:
        """All that fits, however long it takes to find them; of a search, what it found."""
        rows = self.rows().filter(self._fits)
        return rows.filter(pk__in=related.find(self.words).keys) if self.words else rows

    def narrowed(self) -> Narrowed:
        """What fits. One query, two with days; of a search one more than related.find."""
        if self.words:
            found = related.find(self.words)
            rows = self.rows().filter(self._fits, pk__in=found.keys)
            return Narrowed(list(rows.values_list("pk", flat=True)), found.capped, found.by_end)
        if facets.RECEIVED in self.chosen and facets.RECEIVED not in self.tab.ranges:
            return self._of_those_days()
        # What fits is asked of each row, not of the database's planner: with a condition it might
        # go through the whole table for the last few rows.
        ranges = {key: value for key, value in self.chosen.items() if key in self.tab.ranges}
        fits = ExpressionWrapper(self._fits, BooleanField())
        first = self.rows().filter(self._condition(ranges)).annotate(fits=fits)
        seen = list(first.values_list("pk", "fits")[:MOST_LOOKED_THROUGH])
        return Narrowed([key for key, fits in seen if fits], len(seen) >= MOST_LOOKED_THROUGH)

    def _of_those_days(self) -> Narrowed:
        """What fits of the newest of some days, for a tab in whose order days lie scattered."""
        days = {facets.RECEIVED: self.chosen[facets.RECEIVED]}
        newest = EVERYTHING.ordered(Inquiry.objects.filter(self._condition(days)))
        (number,) = capped_counts([newest], MOST_LOOKED_THROUGH + 1)
        looked_through = newest.values("pk")[:MOST_LOOKED_THROUGH]
        rows = self.rows().filter(self._fits, pk__in=looked_through)
        return Narrowed(list(rows.values_list("pk", flat=True)), number > MOST_LOOKED_THROUGH)

    def neighbours(self, inquiry: Inquiry) -> Neighbours:
        """The inquiries before and after `inquiry` in this view, also when it has just left it.

        Where the step it left by took its place in the order as well, the view's first comes next.
        One query for a plain tab, else those of `narrowed`, and one more when it has left them.
        """
        has_place = None not in [key.value(inquiry) for key in self._keys]
        if not self.is_narrowed:
            return self._neighbours_by_index(inquiry, has_place=has_place)
        keys = self.narrowed().keys
        if not has_place:
            return Neighbours(None, keys[0] if keys else None)
        if inquiry.pk in keys:
            left = keys.index(inquiry.pk)
            right = left + 1
        else:
            left = right = self._place(inquiry, keys)
        return Neighbours(
            keys[left - 1] if left else None, keys[right] if right < len(keys) else None
        )

    def _neighbours_by_index(self, inquiry: Inquiry, *, has_place: bool) -> Neighbours:
        if not has_place:
            return Neighbours(None, self.rows().values_list("pk", flat=True).first())
        found = Inquiry.objects.filter(pk=inquiry.pk).annotate(
            before=self._next_key(inquiry, forward=False),
            after=self._next_key(inquiry, forward=True),
        )
        return Neighbours(*found.values_list("before", "after").get())

    def _place(self, inquiry: Inquiry, keys: Sequence[int]) -> int:
        """How many of `keys` stand before `inquiry` in the order. One query.

        Counted by a condition on each of them: as a filter, it might be looked for in an index
        over all there are.
        """
        before = Q()
        for _place, conditions in self._ranges_from(inquiry, forward=False):
            before |= Q(*conditions)
        counted = Inquiry.objects.filter(pk__in=keys).aggregate(number=Count("pk", filter=before))
        return int(counted["number"])

    def _next_key(self, inquiry: Inquiry, *, forward: bool) -> Coalesce:
        """The key of the next inquiry: of the first of `steps_from` that finds any."""
        parts = [Subquery(found) for found in self.steps_from(inquiry, forward=forward)]
        return Coalesce(*parts, None)

    def steps_from(self, inquiry: Inquiry, *, forward: bool) -> Iterator[QuerySet[Inquiry, Any]]:
        """Queries for the next key, each for one: among those that share all columns of the order
        but the last, or else all but the last two, and so on. Each begins a range of an index.
        """
        rows = self.tab.rows(Inquiry.objects.all(), self.user)
        for place, conditions in self._ranges_from(inquiry, forward=forward):
            # What is the same for all has no part in the order: SQLite would sort for it.
            left = [key for key in self._keys[place:] if not isinstance(key, TriedKey)]
            found = rows.filter(*conditions)
            found = found.order_by(*(key.order(forward=forward) for key in left))
            yield found.values("pk")[:1]

    def _ranges_from(
        self, inquiry: Inquiry, *, forward: bool
    ) -> Iterator[tuple[int, list[Condition]]]:
        """The parts of the order on one side of `inquiry`, the nearest first: the place of the
        column they differ from it by, and their conditions.
        """
        for place in reversed(range(len(self._keys))):
            beyond = self._keys[place].beyond(inquiry, forward=forward)
            if beyond is not None:
                yield place, [*(key.same(inquiry) for key in self._keys[:place]), beyond]

    @property
    def _keys(self) -> tuple[Key, ...]:
        return self.tab.keys

    @property
    def _fits(self) -> Q:
        return self._condition(self.chosen)

    def _condition(self, chosen: Mapping[str, str]) -> Q:
        return facets.condition(chosen, user=self.user.pk)


class Read(NamedTuple):
    """A view, and what of its address could not be used."""

    view: View
    unknown: bool = False
    lost_search: bool = False


def read(given: Mapping[str, str], user: User, at: datetime.datetime | None = None) -> Read:
    """The view that an address's parameters name. No query."""
    find = given.get(FIND_VAR, "")
    words = sealed_words.open_words(find, user=user.pk, at=at or timezone.now()) if find else None
    chosen, bad = facets.read(given)
    # Who searches looks through everything unless they chose a tab.
    default = EVERYTHING if words else DEFAULT
    asked = given.get(TAB_VAR)
    unknown_tab = asked is not None and asked not in TABS
    view = View(
        user=user,
        tab=TABS.get(asked or "", default),
        chosen={} if unknown_tab or bad else chosen,
        find=find if words else "",
        words=words or "",
    )
    return Read(view, unknown=unknown_tab or bool(bad), lost_search=bool(find) and not words)


def address_of_search(text: str, user: User) -> str:
    """What an address has behind the question mark for a search: nothing that could be read."""
    if not text.strip():
        return ""
    return urlencode({FIND_VAR: sealed_words.seal(text.strip(), user=user.pk, at=timezone.now())})
