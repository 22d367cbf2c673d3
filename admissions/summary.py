"""The figures of the lead's page for a range of days, added up from what figures.py has counted."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .figures import bounds
from .models import DayFigures, FiguresMark

MEDIAN, NINETIETH = 0.5, 0.9
AGES = (0, 1, 3, 7, 14, 30)  # days: where each group of open inquiries begins


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday; the first and the last of a range may be cut short by it."""

    first: datetime.date
    last: datetime.date
    arrivals: int


@dataclass(frozen=True)
class Age:
    """Open inquiries that came between two days, both included; `first` None: any earlier one."""

    youngest: int  # days ago
    first: datetime.date | None
    last: datetime.date
    number: int


@dataclass
class Summary:
    """What came in on the days from `first` to `last`, and what is open now, whenever it came."""

    first: datetime.date
    last: datetime.date
    today: datetime.date
    as_of: datetime.datetime | None
    days: dict[datetime.date, Mapping[str, Mapping[str, int]]]
    open: dict[datetime.date, Mapping[str, int]] = field(default_factory=dict)
    # Some of the days were judged by another promise, or other hours, than are entered now.
    is_misjudged: bool = False

    @cached_property
    def totals(self) -> dict[str, Counter[str]]:
        """Topic → value → how many, over all days of the range."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for topics in self.days.values():
            for topic, values in topics.items():
                found[topic].update(values)
        return found

    @property
    def arrivals(self) -> int:
        return self.totals["hour"].total()

    @property
    def weeks(self) -> list[Week]:
        """Every week of the range, those without an arrival too."""
        found = []
        start = self.first - datetime.timedelta(days=self.first.weekday())
        while start <= self.last:
            end = start + datetime.timedelta(days=6)
            first, last = max(start, self.first), min(end, self.last)
            number = sum(
                sum(topics.get("hour", {}).values())
                for day, topics in self.days.items()
                if first <= day <= last
            )
            found.append(Week(first, last, number))
            start += datetime.timedelta(days=7)
        return found

    @property
    def hours_of_week(self) -> list[list[int]]:
        """Arrivals by weekday (Monday first) and hour, 7 lists of 24."""
        found = [[0] * 24 for _day in range(7)]
        for day, topics in self.days.items():
            for hour, number in topics.get("hour", {}).items():
                found[day.weekday()][int(hour)] += number
        return found

    def percentile(self, topic: str, share: float) -> float | None:
        """The time in minutes within which that share was reached; within 5 % of the exact one."""
        return percentile(self.totals[topic], share)

    @property
    def promise_kept(self) -> float | None:
        """The share of those who were owed a first attempt by now and had it in time."""
        kept, broken = (self.totals["promise"][name] for name in ("kept", "broken"))
        return kept / (kept + broken) if kept + broken else None

    @property
    def load(self) -> Counter[int | None]:
        """Open inquiries by the key of whoever has them, None for nobody."""
        found: Counter[int | None] = Counter()
        for people in self.open.values():
            for key, number in people.items():
                found[int(key) if key else None] += number
        return found

    @property
    def ages(self) -> list[Age]:
        """Open inquiries by how many days ago they came."""
        found = []
        for place, youngest in enumerate(AGES):
            last = self.today - datetime.timedelta(days=youngest)
            eldest = AGES[place + 1] - 1 if place + 1 < len(AGES) else None
            first = None if eldest is None else self.today - datetime.timedelta(days=eldest)
            number = sum(
                sum(people.values())
                for day, people in self.open.items()
                if day <= last and (first is None or day >= first)
            )
            found.append(Age(youngest, first, last, number))
        return found


def of(first: datetime.date, last: datetime.date, today: datetime.date) -> Summary:
    """The figures of these days, both included. Three queries, whatever the number of inquiries."""
    in_range = DayFigures.objects.filter(day__range=(first, last)).order_by("day")
    mark = FiguresMark.objects.first()
    found = list(in_range.values_list("day", "counts", "terms"))
    return Summary(
        *(first, last, today),
        as_of=mark.at if mark else None,
        days={day: counts for day, counts, _terms in found},
        open=dict(DayFigures.objects.exclude(open={}).values_list("day", "open")),
        is_misjudged=mark is not None and any(terms != mark.terms for *_rest, terms in found),
    )


def percentile(counted: Mapping[str, int], share: float) -> float | None:
    """Where `share` of all lie at or below, in minutes, of a count by buckets. None without any.

    Within its bucket the lengths are taken to be spread evenly.
    """
    total = sum(counted.values())
    if not total:
        return None
    wanted, below = share * total, 0
    for number in sorted(int(name) for name in counted):
        inside = counted[str(number)]
        if below + inside >= wanted:
            start, end = bounds(number)
            return start + (end - start) * max(wanted - below, 0) / inside
        below += inside
    raise AssertionError("the buckets hold fewer than they were counted to")  # pragma: no cover
