"""The week as the roster has it: who is on duty when, and when nobody is. In the clinic's time."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from .clock import LAST_MINUTE, ZONE
from .models import DutyShift
from .models.desk import Weekday
from .workflow import shown_name

DAY = 24 * 60  # minutes


@dataclass(frozen=True)
class Entry:
    """One shift. `told` is false when its account cannot be told: the shift counts for nothing."""

    shift: DutyShift
    hours: str
    name: str
    told: bool


@dataclass(frozen=True)
class Day:
    """A day's shifts in order, and in words when nobody is on duty."""

    label: str
    is_today: bool
    entries: Sequence[Entry]
    gaps: Sequence[str]


def week(
    shifts: Iterable[DutyShift], *, reachable: Collection[int], at: datetime.datetime
) -> list[Day]:
    """Monday to Sunday. `shifts` come in order with their members; `reachable` are the accounts
    (by key) that can be told. No query.
    """
    by_day: dict[int, list[DutyShift]] = {day: [] for day in Weekday.values}
    for shift in shifts:
        by_day[shift.weekday].append(shift)
    today = at.astimezone(ZONE).weekday()
    return [
        Day(
            label=str(Weekday(day).label),
            is_today=day == today,
            entries=[_entry(shift, reachable) for shift in rows],
            gaps=_gaps_in_words(shift for shift in rows if shift.member_id in reachable),
        )
        for day, rows in by_day.items()
    ]


def gaps(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of a day beside `spans`: all in minutes from midnight, in order."""
    left, reached = [], 0
    for start, end in sorted(spans):
        if start > reached:
            left.append((reached, start))
        reached = max(reached, end)
    if reached < DAY:
        left.append((reached, DAY))
    return left


def hours_in_words(starts: datetime.time, ends: datetime.time) -> str:
    """ "9 a.m. to 5:30 p.m." """
    return _between(*_minutes(starts, ends))


def _entry(shift: DutyShift, reachable: Collection[int]) -> Entry:
    return Entry(
        shift=shift,
        hours=hours_in_words(shift.starts, shift.ends),
        name=shown_name(shift.member),
        told=shift.member_id in reachable,
    )


def _gaps_in_words(shifts: Iterable[DutyShift]) -> list[str]:
    found = gaps(_minutes(shift.starts, shift.ends) for shift in shifts)
    if found == [(0, DAY)]:
        return [_("Nobody all day")]
    return [_("Nobody from %(hours)s") % {"hours": _between(*gap)} for gap in found]


def _minutes(starts: datetime.time, ends: datetime.time) -> tuple[int, int]:
    end = DAY if ends >= LAST_MINUTE else ends.hour * 60 + ends.minute
    return starts.hour * 60 + starts.minute, end


def _between(start: int, end: int) -> str:
    said = [time_format(datetime.time(*divmod(minute % DAY, 60)), "P") for minute in (start, end)]
    return _("%(start)s to %(end)s") % {"start": said[0], "end": said[1]}
