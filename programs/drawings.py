"""The geometry of the two drawings: a week at a glance, and the levels of care as stairs.

Plain numbers in, plain numbers out. Nothing here knows of HTML or of the database. Across, a
length is in percent of the drawing's width; down, it is in em. So a drawing stretches with the
page and grows with the reader's text, and its words stay as large as the words around it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Number = Decimal | float | int


@dataclass(frozen=True)
class Box:
    """A rectangle: `x` and `width` in percent, `y` and `height` in em."""

    x: float
    y: float
    width: float
    height: float
    kind: str = ""


@dataclass(frozen=True)
class Mark:
    """A place in a drawing (`x` in percent, `y` in em) and the words that stand there."""

    x: float
    y: float
    text: str = ""


# ---- A week at a glance ------------------------------------------------------------------------

DAYS = 7
COLUMN = 100 / DAYS  # a column's width
# Sessions spread over the week before any day gets its neighbour, the weekend last.
FILL_ORDER = (0, 2, 4, 1, 3, 5, 6)
COLUMN_GAP = 0.16  # of a column's width
HOUR_EM = 2.2  # an hour's height, unless the fullest day would be taller than PLOT_EM
PLOT_EM = 11.0
TOP_EM = 0.8
AXIS_EM = 1.7  # the days' names, below
LINE_EM = 1.2  # two labels of the hours stand at least this far apart
KINDS = ("light", "full")
SESSION_GAP_EM = 0.15  # between two sessions of a day


@dataclass(frozen=True)
class WeekDrawing:
    """`blocks` are of kind "light" (in the lightest week) or "full" (what the fullest adds).

    `x` is in percent of the seven columns, which the hours' labels stand left of. `base` is where
    the days stand; `hours` mark how high so many hours reach.
    """

    height: float
    base: float
    blocks: tuple[Box, ...]
    days: tuple[Mark, ...]
    hours: tuple[Mark, ...]

    @property
    def kinds(self) -> list[tuple[str, list[Box]]]:
        """The blocks by kind, the kinds that the drawing has."""
        groups = [(kind, [box for box in self.blocks if box.kind == kind]) for kind in KINDS]
        return [(kind, boxes) for kind, boxes in groups if boxes]


def week(
    *,
    sessions: tuple[int, int],
    hours: tuple[Number, Number],
    days: Sequence[str],
) -> WeekDrawing:
    """A week with the fewest and the most sessions (1 or more) and hours a session (above 0).

    Both are (low, high) with low <= high; `days` names the seven columns. The areas of the light
    blocks and of all blocks are to each other as the hours of the lightest and the fullest week.
    """
    fewest, most = sessions
    shortest, longest = float(hours[0]), float(hours[1])
    rows = -(-most // DAYS)  # sessions on the fullest day
    hour = min(HOUR_EM, PLOT_EM / (rows * longest))
    base = TOP_EM + rows * longest * hour + (rows - 1) * SESSION_GAP_EM
    blocks: list[Box] = []
    for number in range(most):
        floor = base - (number // DAYS) * (longest * hour + SESSION_GAP_EM)
        sure = shortest if number < fewest else 0.0
        for kind, start, end in (("light", 0.0, sure), ("full", sure, longest)):
            if end > start:
                top, height = floor - end * hour, (end - start) * hour
                blocks.append(_block(kind, FILL_ORDER[number % DAYS], top=top, height=height))
    return WeekDrawing(
        height=round(base + AXIS_EM, 2),
        base=round(base, 2),
        blocks=tuple(blocks),
        days=tuple(
            Mark(round((place + 0.5) * COLUMN, 2), round(base, 2), str(name))
            for place, name in enumerate(days[:DAYS])
        ),
        hours=_hour_marks(shortest, longest, hour=hour, base=base),
    )


def _block(kind: str, day: int, *, top: float, height: float) -> Box:
    """A block in the column of a day (0 to 6)."""
    x, width = (day + COLUMN_GAP / 2) * COLUMN, COLUMN * (1 - COLUMN_GAP)
    return Box(round(x, 2), round(top, 3), round(width, 2), round(height, 3), kind)


def _hour_marks(shortest: float, longest: float, *, hour: float, base: float) -> tuple[Mark, ...]:
    """How high a session of so many hours reaches; the lower mark gives way to the higher."""
    shown = [longest]
    if (longest - shortest) * hour >= LINE_EM:
        shown.append(shortest)
    return tuple(Mark(0, round(base - hours * hour, 2), f"{hours:g}") for hours in shown)


# ---- The levels of care ------------------------------------------------------------------------

STAIRS = 34.0  # percent that the last step stands further right than the first
WIDEST_STEP = 6.0
# The drawing's width on the smallest phone decides where names break. There the letters are
# smaller (_drawings.scss): these are its 282 pixels in terms of the usual letters.
NARROW_PX = 322.0
CHARACTER_PX = 10.6  # of a wide font, with the letters spaced as readers may ask for
PADDING_PX = 16.0
NAME_EM = 1.3  # a line of a name
STEP_PADDING_EM = 0.65
TREAD_EM = 1.9  # between two steps: the arrow down


@dataclass(frozen=True)
class Step:
    """A level of care as a step of the stairs: its box, and the lines of its name."""

    box: Box
    lines: tuple[Mark, ...]
    here: bool


@dataclass(frozen=True)
class StepDown:
    """The way from one level to the next. `marked` when the program is at either end of it."""

    at: Mark
    marked: bool


@dataclass(frozen=True)
class Stairs:
    height: float
    steps: tuple[Step, ...]
    ways: tuple[StepDown, ...]


def stairs(levels: Sequence[tuple[str, str]], *, here: int | None) -> Stairs:
    """Levels of care as stairs, the most support on top.

    `levels` are (name, second line or "") from the most support to the least; `here` is the place
    of the program's own level among them, None where it is not there.
    """
    shift = min(WIDEST_STEP, STAIRS / max(len(levels) - 1, 1))
    steps: list[Step] = []
    ways: list[StepDown] = []
    y = 0.1
    for place, (name, note) in enumerate(levels):
        x = place * shift
        width = 100 - x
        room = max(int((NARROW_PX * width / 100 - PADDING_PX) / CHARACTER_PX), 8)
        words = [*textwrap.wrap(name, room), *textwrap.wrap(note, room)] or [""]
        height = len(words) * NAME_EM + 2 * STEP_PADDING_EM
        lines = tuple(
            Mark(round(x, 2), round(y + STEP_PADDING_EM + (row + 0.75) * NAME_EM, 2), line)
            for row, line in enumerate(words)
        )
        box = Box(round(x, 2), round(y, 2), round(width - 0.5, 2), round(height, 2))
        steps.append(Step(box, lines, here=place == here))
        y += height
        if place + 1 < len(levels):
            marked = here is not None and place in (here - 1, here)
            ways.append(StepDown(Mark(round(x + shift, 2), round(y, 2)), marked))
            y += TREAD_EM
    return Stairs(round(y + 0.1, 2), tuple(steps), tuple(ways))
