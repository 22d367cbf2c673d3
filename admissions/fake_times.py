"""When made-up inquiries came (faking.py): as a clinic's do, not level round the clock.

More come in working hours and in the first days of a week, in San Diego's time, and from month to
month a few more. Few inquiries are those of the last weeks, so that a queue is filled by them too.
"""

from __future__ import annotations

import datetime
import random
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from .clock import ZONE

HOUR = datetime.timedelta(hours=1)
A_DAY = datetime.timedelta(days=1)

MOST_DAYS = 730
LEAST_DAYS = 60
DAILY = 100  # on average, until MOST_DAYS are filled
GROWTH = 0.5  # by how much more come at the end of two years than at their beginning
# Monday first.
OF_WEEKDAY = [1.3, 1.2, 1.1, 1.0, 0.9, 0.5, 0.6]
# Midnight first: after breakfast the most, a second wave when the evening's work is done.
OF_HOUR = [
    *(0.5, 0.3, 0.2, 0.2, 0.2, 0.3, 0.6, 1.2, 2.4, 3.6, 3.9, 3.6),
    *(3.0, 2.9, 3.0, 2.8, 2.5, 2.2, 1.8, 2.0, 2.3, 2.0, 1.4, 0.9),
]
# Somebody is there to take a call, or to open the door.
STAFFED = range(8, 18)


class Arrival(NamedTuple):
    """When an inquiry came. `days` is its age, the same at any minute of this hour."""

    at: datetime.datetime
    days: float
    is_staffed: bool


def days_of(count: int) -> int:
    """Over how many days, up to now, so many inquiries came."""
    return min(MOST_DAYS, max(LEAST_DAYS, count // DAILY))


def draw(rng: random.Random, now: datetime.datetime, days: int) -> Arrival:
    """A moment of the last `days`."""
    hours, sums = _hours(now, days)
    start, days_ago, is_staffed = rng.choices(hours, cum_weights=sums)[0]
    return Arrival(start + min(HOUR, now - start) * rng.random(), days_ago, is_staffed)


@lru_cache(maxsize=1)
def _hours(now: datetime.datetime, days: int) -> tuple[list[Arrival], list[float]]:
    """Each hour of these days, and the sums of their weights up to it."""
    last = now.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)
    hours, weights = [], []
    for ago in reversed(range(days * 24)):
        start = last - ago * HOUR
        local = start.astimezone(ZONE)
        growth = 1 + GROWTH * (1 - ago / 24 / MOST_DAYS)
        weights.append(growth * OF_WEEKDAY[local.weekday()] * OF_HOUR[local.hour])
        hours.append(Arrival(start, ago / 24, local.hour in STAFFED))
    return hours, list(accumulate(weights))


def appointment(rng: random.Random, day: datetime.date) -> datetime.datetime:
    """A whole hour of the working day, in UTC."""
    hour = datetime.time(rng.randrange(9, 17))
    return datetime.datetime.combine(day, hour, ZONE).astimezone(datetime.UTC)
