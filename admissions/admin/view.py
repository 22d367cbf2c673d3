"""One view of the queue, as an address names it: a tab, what narrows it, and a search.

A plain tab is read by its index, however long it is. A narrowed one is made of the keys of what
fits: of a range of an index, where one holds just that; else of a search's newest matches, or of
the first rows of its tab.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.utils import timezone

from .. import facets, related
from ..counting import capped_counts
from ..models import Inquiry
from ..models.querysets import TRIED, InquiryQuerySet
from ..protection import words as sealed_words
from .paging import MOST_COUNTED
from .tabs import (
    DEFAULT,
    EVERYTHING,
    NEWEST_FIRST,
    TABS,
    Condition,
    Key,
    Range,
    Tab,
    TriedKey,
    ordered,
)

TAB_VAR = "show"
FIND_VAR = "find"
KEYS = {TAB_VAR, FIND_VAR, *facets.FACETS}
KEPT_FOR = 600  # seconds that a search's list is kept, to go from one to the next
MOST_LOOKED_THROUGH = 2500  # rows of a tab that are asked whether they fit


class Narrowed(NamedTuple):
    """The keys of what fits, in the list's order; `capped`: there may be more. `by_index`: they
    are the first of all that fit, and no row was looked at in vain. `by_end`: of the number that
    was searched for, the last digits alone were compared.
    """

    keys: list[int]
    capped: bool
    by_index: bool = False
    by_end: bool = False


class Neighbours(NamedTuple):
    """`stopped`: nothing comes after, but only for the list being capped there."""

    before: int | None
    after: int | None
    stopped: bool = False


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

    @property
    def range(self) -> Range | None:
        """The part of an index that holds what was chosen, or most of it."""
        serving = [found for found in self.tab.ranges if found.serves(self.chosen)]
        return max(serving, key=lambda found: len(found.facets), default=None)

    @property
    def is_newest_first(self) -> bool:
        """Whether what narrows the tab has given it another order than its own."""
        return self._keys == NEWEST_FIRST != self.tab.keys

    def rows(self) -> InquiryQuerySet:
        """The tab's rows, whatever narrows it, in the order that it then has."""
        return ordered(self.tab.rows(Inquiry.objects.all(), self.user), self._keys)

    def whole(self) -> InquiryQuerySet:
        """All that fits, however long it takes to find them; of a search, what it found."""
        rows = self.rows()
        return rows.filter(pk__in=self._found().keys) if self.words else rows.filter(self._fits)

    def how_many(self, most: int) -> int:
        """How many `whole` has, counted up to `most`. One query, of a search one to three more."""
        tab = self.tab.counted(Inquiry.objects.all(), self.user)
        (number,) = capped_counts([self.whole() if self.is_narrowed else tab], most)
        return number

    def narrowed(self) -> Narrowed:
        """What fits now (`_narrowed`). What a search found is kept for `neighbours`, which goes
        through it as it was listed: keys of rows, under a name that says nothing.
        """
        found = self._narrowed()
        if self.words:
            cache.set(self._name_of_kept, (found.keys, found.capped), KEPT_FOR)
        return found

    def _kept(self) -> tuple[list[int], bool]:
        """The keys of what fits and whether there may be more; of a search, as it was listed."""
        kept: tuple[list[int], bool] | None = None
        if self.words:
            kept = cache.get(self._name_of_kept)
        return kept or self.narrowed()[:2]

    @property
    def _name_of_kept(self) -> str:
        facts = repr((self.user.pk, sorted(self.parameters.items())))
        return f"admissions.found.{hashlib.sha256(facts.encode()).hexdigest()}"

    def _narrowed(self) -> Narrowed:
        """What fits. One query, two with days, or where an index has two ranges of it; of a search
        two, three for several words, and one or two more where it stopped early.
        """
        if self.words:
            return self._found()
        within = self.range.facets if self.range else frozenset()
        if facets.RECEIVED in set(self.chosen) - within:
            return self._of_those_days()
        if within == set(self.chosen):
            keys: list[int] = []
            for part in self.parts():
                keys += part.values_list("pk", flat=True)[: MOST_COUNTED + 1 - len(keys)]
            return Narrowed(keys[:MOST_COUNTED], len(keys) > MOST_COUNTED, by_index=True)
        return self._looked_through(self._fits)

    def parts(self) -> list[InquiryQuerySet]:
        """The tab's rows as far as an index narrows them: ranges of it, one after the other."""
        rows = self.tab.rows(Inquiry.objects.all(), self.user)
        if self.range is None:
            return [ordered(rows, self._keys)]
        chosen = {key: value for key, value in self.chosen.items() if key in self.range.facets}
        rows = rows.filter(self._condition(chosen))
        if not self.range.tried:
            return [ordered(rows, self._keys)]
        # What is the same for all has no part in the order: SQLite would sort for it.
        keys = [key for key in self._keys if not isinstance(key, TriedKey)]
        return [ordered(rows.filter(In(TRIED, [tried])), keys) for tried in self.range.tried]

    def _looked_through(self, wanted: Q) -> Narrowed:
        """What of the first rows is as wanted.

        It is asked of each row, not of the database's planner: with a condition it might go
        through the whole table for the last few rows.
        """
        fits = ExpressionWrapper(wanted, BooleanField())
        seen: list[tuple[int, bool]] = []
        for part in self.parts():
            asked = part.annotate(fits=fits).values_list("pk", "fits")
            seen += asked[: MOST_LOOKED_THROUGH - len(seen)]
        return Narrowed([key for key, fits in seen if fits], len(seen) >= MOST_LOOKED_THROUGH)

    def _found(self) -> Narrowed:
        """What fits of a search's newest matches.

        Where it stopped early, all of a tab with few rows are asked whether they are meant.
        """
        found = related.find(self.words)
        few = MOST_LOOKED_THROUGH
        if found.capped and sum(capped_counts(self.parts(), few)) < few:
            looked = self._looked_through(self._fits & related.meant_by(self.words))
            return looked._replace(by_end=found.by_end)
        rows = self.rows().filter(self._fits, pk__in=found.keys)
        keys = list(rows.values_list("pk", flat=True))
        return Narrowed(keys, found.capped, by_end=found.by_end)

    def _of_those_days(self) -> Narrowed:
        """What fits of the newest of some days, for a tab in whose order days lie scattered."""
        days = {facets.RECEIVED: self.chosen[facets.RECEIVED]}
        newest = ordered(Inquiry.objects.filter(self._condition(days)), NEWEST_FIRST)
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
        keys, capped = self._kept()
        if not has_place:
            return Neighbours(None, keys[0] if keys else None)
        if inquiry.pk in keys:
            left = keys.index(inquiry.pk)
            right = left + 1
        else:
            left = right = self._place(inquiry, keys)
        at_end = right >= len(keys)
        return Neighbours(
            keys[left - 1] if left else None,
            None if at_end else keys[right],
            stopped=at_end and capped,
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
        return self.range.keys if self.range else self.tab.keys

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
