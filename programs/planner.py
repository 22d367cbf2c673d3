"""A week of sessions that fits into the hours somebody is free.

Pure functions: no database, no request, no clock. A day is 0 (Monday) to 6; a free hour 18 is the
time from 18:00 to 19:00. Sessions begin on the hour and there is one a day at most. Free time comes
in whole hours, so a session that fits nowhere on the hour fits nowhere at all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

DAYS = range(7)
HOURS = range(7, 21)  # the hours that can be ticked; the last one ends at 21:00

Hour = tuple[int, int]  # (day, hour)


@dataclass(frozen=True)
class Session:
    """`length` hours on `day` from `start` o'clock."""

    day: int
    start: int
    length: Decimal

    def hours(self) -> Iterator[Hour]:
        """Every hour it touches: three of them for two and a half."""
        return ((self.day, self.start + each) for each in range(math.ceil(self.length)))

    def missing(self, free: AbstractSet[Hour]) -> int:
        """How many of its hours are not free."""
        return sum(hour not in free for hour in self.hours())


@dataclass(frozen=True)
class Shape:
    """A week of `count` sessions, each `length` hours long."""

    count: int
    length: Decimal

    @property
    def total(self) -> Decimal:
        return self.count * self.length


@dataclass(frozen=True)
class Offer:
    """What a program offers, both rising, and its level's weekly hours where they are known."""

    counts: tuple[int, ...]
    lengths: tuple[Decimal, ...]
    low: int | None = None
    high: int | None = None

    @classmethod
    def between(
        cls,
        counts: tuple[int, int],
        lengths: tuple[Decimal, Decimal],
        band: tuple[int | None, int | None] = (None, None),
    ) -> Offer:
        """Every number of sessions (7 at most, one a day), and lengths an hour apart."""
        fewest, most = (min(count, len(DAYS)) for count in counts)
        shortest, longest = lengths
        steps = {shortest + each for each in range(int(longest - shortest) + 1)} | {longest}
        return cls(tuple(range(fewest, most + 1)), tuple(sorted(steps)), *band)

    def distance(self, total: Decimal) -> Decimal:
        """How many hours `total` lies below (negative) or above the level's; 0 within them."""
        if self.low is not None and total < self.low:
            return total - self.low
        if self.high is not None and total > self.high:
            return total - self.high
        return Decimal(0)


@dataclass(frozen=True)
class Need:
    """Times that would have to be free as well for `shape` to fit: the fewest hours that do."""

    shape: Shape
    sessions: tuple[Session, ...]
    hours: int


@dataclass(frozen=True)
class Answer:
    """`shape` and its `sessions`, or what would fit instead. `fitting` is all that fits."""

    shape: Shape | None
    sessions: tuple[Session, ...]
    fitting: frozenset[Shape]
    shorter: Shape | None = None
    fewer: Shape | None = None
    smaller: Shape | None = None  # both shorter and fewer, where neither alone would do
    needs: tuple[Need, ...] = ()


def answer(
    free: AbstractSet[Hour], counts: Sequence[int], lengths: Sequence[Decimal], offer: Offer
) -> Answer:
    """A week of one of the `counts` and `lengths`, all of them the offer's.

    Of several that fit it is the one nearest to the level's hours, and then the one with the
    fewest hours. When none fits, the answer says what would: other weeks of the program, and
    the fewest further hours.
    """
    shapes = [Shape(count, length) for count in offer.counts for length in offer.lengths]
    fitting = frozenset(shape for shape in shapes if fits(free, shape))
    asked = {shape for shape in fitting if shape.count in counts and shape.length in lengths}
    if asked:
        chosen = min(asked, key=lambda one: (abs(offer.distance(one.total)), one.total, one.count))
        return Answer(chosen, place(free, chosen), fitting)
    return _instead(free, Shape(min(counts), min(lengths)), shapes, fitting)


def _instead(
    free: AbstractSet[Hour], wanted: Shape, shapes: Sequence[Shape], fitting: frozenset[Shape]
) -> Answer:
    def largest(found: Iterable[Shape]) -> Shape | None:
        return max(found, key=lambda one: (one.total, one.count), default=None)

    shorter = largest(one for one in fitting if one.count == wanted.count)
    fewer = largest(one for one in fitting if one.length == wanted.length)
    smaller = None if shorter or fewer else largest(fitting)
    needs = [need(free, wanted)]
    if not fitting and shapes[0] != wanted:
        needs.append(need(free, shapes[0]))
    return Answer(None, (), fitting, shorter, fewer, smaller, tuple(needs))


def fits(free: AbstractSet[Hour], shape: Shape) -> bool:
    return len(_starts(free, shape.length)) >= shape.count


def place(free: AbstractSet[Hour], shape: Shape) -> tuple[Session, ...]:
    """The shape's sessions in free time, by day: days far apart first, then at like times.

    Raises ValueError when they do not fit.
    """
    starts = _starts(free, shape.length)
    weeks = [_at_like_times(starts, days) for days in combinations(sorted(starts), shape.count)]
    best = min(
        weeks,
        key=lambda week: (spread(day for day, _ in week), len({hour for _, hour in week}), week),
    )
    return tuple(Session(day, hour, shape.length) for day, hour in best)


def need(free: AbstractSet[Hour], shape: Shape) -> Need:
    """The fewest further hours that make the shape fit, as whole sessions on other days.

    Of equally few it takes the days that spread the week out, and the times that are like those
    of the days that do fit.
    """
    starts = _starts(free, shape.length)
    usual = _usual(starts, starts) if starts else HOURS[0]
    openings = {
        day: min(
            (Session(day, hour, shape.length) for hour in _every_start(shape.length)),
            key=lambda session: (session.missing(free), abs(session.start - usual), session.start),
        )
        for day in DAYS
        if day not in starts
    }
    chosen = min(
        combinations(openings, max(shape.count - len(starts), 0)),
        key=lambda days: (
            sum(openings[day].missing(free) for day in days),
            spread((*starts, *days)),
            days,
        ),
    )
    sessions = tuple(openings[day] for day in chosen)
    return Need(shape, sessions, sum(session.missing(free) for session in sessions))


def spread(days: Iterable[int]) -> tuple[int, int, int]:
    """How far apart days lie, the weekend's turn included; smaller is further apart.

    The shortest gap counts first, then how even all are, then that short ones do not follow each
    other: Monday, Tuesday, Thursday, Friday before three days in a row and one.
    """
    ordered = sorted(days)
    gaps = [
        (later - day) % len(DAYS) or len(DAYS)
        for day, later in zip(ordered, [*ordered[1:], *ordered[:1]], strict=True)
    ]
    pairs = zip(gaps, [*gaps[1:], *gaps[:1]], strict=True)
    return (
        -min(gaps, default=0),
        sum(gap * gap for gap in gaps),
        sum(gap * after for gap, after in pairs),
    )


def _every_start(length: Decimal) -> range:
    return range(HOURS.start, HOURS.stop - math.ceil(length) + 1)


def _starts(free: AbstractSet[Hour], length: Decimal) -> dict[int, list[int]]:
    """The hours at which a session can begin, by day; days without any are left out."""
    found = {
        day: [hour for hour in _every_start(length) if not Session(day, hour, length).missing(free)]
        for day in DAYS
    }
    return {day: hours for day, hours in found.items() if hours}


def _usual(starts: dict[int, list[int]], days: Iterable[int]) -> int:
    """The start that most of the days share, the earliest of several."""
    counted = Counter(hour for day in days for hour in starts[day])
    return min(counted, key=lambda hour: (-counted[hour], hour))


def _at_like_times(starts: dict[int, list[int]], days: Sequence[int]) -> list[Hour]:
    usual = _usual(starts, days)
    return [(day, min(starts[day], key=lambda hour: (abs(hour - usual), hour))) for day in days]
