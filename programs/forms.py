"""The form of *Plan your week*: what was ticked, and how the answer is shown.

It reads whatever a request holds. Values that the page does not offer count as not sent, so there
is nothing to refuse and nothing to correct.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import planner
from .models import Program
from .planner import DAYS, HOURS, Hour, Session, Shape
from .templatetags.content import amount

ANY = "any"
WORKDAYS, WEEKEND = range(5), range(5, 7)


def _block(days: Iterable[int], hours: range) -> frozenset[Hour]:
    return frozenset((day, hour) for day in days for hour in hours)


# The buttons that tick many hours at once, by the value they send.
PICKS = {
    "mornings": (gettext_lazy("Weekday mornings"), _block(WORKDAYS, range(8, 12))),
    "afternoons": (gettext_lazy("Weekday afternoons"), _block(WORKDAYS, range(12, 17))),
    "evenings": (gettext_lazy("Weekday evenings"), _block(WORKDAYS, range(17, 21))),
    "weekends": (gettext_lazy("Weekends"), _block(WEEKEND, range(8, 18))),
}
CLEAR = "clear"


class Option(NamedTuple):
    value: str
    label: str
    chosen: bool


class Box(NamedTuple):
    """A stretch of a day in the drawing, in days and hours from its top left corner."""

    day: int
    top: int
    height: Decimal | int


def hour_words(hour: int, minutes: int = 0) -> str:
    """An hour as the language has it, such as "6 p.m." or "noon"."""
    return time_format(datetime.time(hour, minutes), "P")


def hours_words(hours: Decimal | int) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", math.ceil(hours)) % {"n": amount(hours)}


def session_words(session: Session) -> str:
    """When it is, such as "6 p.m. to 8:30 p.m."."""
    minutes = int(session.length * 60)
    end = hour_words(session.start + minutes // 60, minutes % 60)
    return _("%(start)s to %(end)s") % {"start": hour_words(session.start), "end": end}


def shape_words(shape: Shape) -> str:
    """A week in words, such as "3 sessions of 2 hours, 6 hours a week"."""
    sessions = ngettext("%(n)s session", "%(n)s sessions", shape.count) % {"n": shape.count}
    return _("%(sessions)s of %(each)s, %(total)s a week") % {
        "sessions": sessions,
        "each": hours_words(shape.length),
        "total": hours_words(shape.total),
    }


class WeekForm:
    """`data` is what was sent, empty for the plain page."""

    def __init__(self, program: Program, data: QueryDict) -> None:
        level = program.level
        self.offer = planner.Offer.between(
            (program.sessions_min, program.sessions_max),
            (program.session_hours_min, program.session_hours_max),
            (level.hours_min, level.hours_max),
        )
        sent = set(data.getlist("t"))
        self.free = frozenset(hour for hour in _block(DAYS, HOURS) if _value(hour) in sent)
        self.pick = data.get("pick", "")
        if self.pick == CLEAR:
            self.free = frozenset()
        elif self.pick in PICKS:
            self.free |= PICKS[self.pick][1]
        else:
            self.pick = ""
        self.count = _known(data.get("sessions"), self.offer.counts)
        self.length = _known(data.get("hours"), self.offer.lengths)

    # What is asked

    def days(self) -> list[tuple[int, str, str]]:
        """(day, its name, its name in short)."""
        return [(day, str(WEEKDAYS[day]), str(WEEKDAYS_ABBR[day])) for day in DAYS]

    def rows(self) -> list[tuple[int, str, list[tuple[int, str, bool]]]]:
        """(hour, its name, cells) with a cell (day, value, whether it is ticked) for each day."""
        return [
            (
                hour,
                hour_words(hour),
                [(day, _value((day, hour)), (day, hour) in self.free) for day in DAYS],
            )
            for hour in HOURS
        ]

    def picks(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, (label, _hours) in PICKS.items()]

    def picked(self) -> str:
        """What a button has just done, in words."""
        if self.pick == CLEAR:
            return _("No times are ticked now.")
        return _("Ticked: %(times)s. Change what you like.") % {"times": PICKS[self.pick][0]}

    def counts(self) -> list[Option]:
        return _options(self.offer.counts, self.count, str)

    def lengths(self) -> list[Option]:
        return _options(self.offer.lengths, self.length, hours_words)

    # What is answered

    @cached_property
    def answer(self) -> planner.Answer:
        return planner.answer(
            self.free,
            self.offer.counts if self.count is None else (int(self.count),),
            self.offer.lengths if self.length is None else (Decimal(self.length),),
            self.offer,
        )

    def shape_words(self) -> str:
        return shape_words(self.answer.shape) if self.answer.shape else ""

    @property
    def total(self) -> str:
        return hours_words(self.answer.shape.total) if self.answer.shape else ""

    @property
    def off_band(self) -> str:
        """Where the total lies beside the level's hours: "below", "within", "above" or ""."""
        if self.answer.shape is None or None in (self.offer.low, self.offer.high):
            return ""
        distance = self.offer.distance(self.answer.shape.total)
        return "within" if not distance else "below" if distance < 0 else "above"

    @property
    def left_open(self) -> bool:
        """Whether more than one week that fits was asked for."""
        open_to = [
            one
            for one in self.answer.fitting
            if self.count in (None, one.count) and self.length in (None, one.length)
        ]
        return len(open_to) > 1

    def sessions(self) -> list[tuple[str, str]]:
        """(day, times) of each session."""
        return [(str(WEEKDAYS[one.day]), session_words(one)) for one in self.answer.sessions]

    def instead(self) -> list[tuple[str, str]]:
        """(which change, the week it gives) for weeks of the program that do fit."""
        found = (
            (_("Shorter sessions"), self.answer.shorter),
            (_("Fewer sessions"), self.answer.fewer),
            (_("Fewer and shorter sessions"), self.answer.smaller),
        )
        return [(change, shape_words(shape)) for change, shape in found if shape]

    def needs(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """(the week it would give, the further hours, the times to keep free) of each need."""
        return [
            (
                shape_words(need.shape),
                hours_words(need.hours),
                [(str(WEEKDAYS[one.day]), session_words(one)) for one in need.sessions],
            )
            for need in self.answer.needs
        ]

    def table(self) -> list[tuple[int, list[tuple[str, bool, bool]]]]:
        """(sessions, cells) with (hours a week, whether it fits, whether it is drawn)."""
        return [
            (
                count,
                [
                    (amount(one.total), one in self.answer.fitting, one == self.answer.shape)
                    for one in (Shape(count, length) for length in self.offer.lengths)
                ],
            )
            for count in self.offer.counts
        ]

    # What is drawn

    def free_boxes(self) -> list[Box]:
        """Free hours that follow each other, as one box."""
        boxes = []
        for (day, _run), hours in groupby(
            enumerate(sorted(self.free)), key=lambda item: (item[1][0], item[1][1] - item[0])
        ):
            run = [hour for _place, (_day, hour) in hours]
            boxes.append(Box(day, run[0] - HOURS.start, len(run)))
        return boxes

    def drawn_words(self) -> list[tuple[int, int, str]]:
        """(x, y, words) along the edges, in the drawing's own units: an hour is 12 high."""
        edges = [
            (0, 26 + 12 * (hour - HOURS.start), hour_words(hour))
            for hour in (7, 9, 12, 15, 18, HOURS.stop)
        ]
        return [*edges, *((48 + 42 * day, 12, str(WEEKDAYS_ABBR[day])) for day in DAYS)]

    def session_boxes(self) -> list[Box]:
        return [Box(one.day, one.start - HOURS.start, one.length) for one in self.answer.sessions]


def _value(hour: Hour) -> str:
    """How an hour is sent: the day, then the hour in two digits."""
    return f"{hour[0]}{hour[1]:02}"


def _known(sent: str | None, offered: Iterable[Decimal | int]) -> Decimal | int | None:
    return {_sent_as(one): one for one in offered}.get(sent or "")


def _sent_as(number: Decimal | int) -> str:
    """A number as the form sends it, whatever the language: "2", "2.5"."""
    return f"{Decimal(number).normalize():f}"


def _options(
    offered: Iterable[Any], chosen: Decimal | int | None, words: Callable[[Any], str]
) -> list[Option]:
    return [
        Option(ANY, _("Any"), chosen is None),
        *(Option(_sent_as(one), words(one), one == chosen) for one in offered),
    ]
