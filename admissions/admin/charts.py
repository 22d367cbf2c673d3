"""Geometry of the lead's charts: bars, columns and a heat map, drawn as SVG by their templates.

Colours and strokes are in static/css/desk_figures.css; nothing here is styled. Each chart stands
above a table with the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LEVELS = 5  # shades of the heat map, beside the one for nothing
CELL, GAP = 24, 2
LEFT, TOP = 46, 18  # room for the names of the days and the hours
COLUMN_HEIGHT = 120
TICKS = 6  # a heat map names every sixth hour


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart: `width` is its share of the longest, in percent."""

    label: Any
    number: int
    href: str
    width: float


@dataclass(frozen=True)
class Column:
    """One column, in the coordinates of its drawing (`Columns`)."""

    label: Any
    number: int
    href: str
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Columns:
    columns: list[Column]
    width: int
    most: int
    height: int = COLUMN_HEIGHT


@dataclass(frozen=True)
class Cell:
    x: int
    y: int
    level: int
    title: str
    number: int


@dataclass(frozen=True)
class HeatMap:
    """Days down, hours across."""

    cells: list[Cell]
    days: list[tuple[int, str]]
    hours: list[tuple[int, str]]
    names: list[str]
    table: list[tuple[str, list[int]]]  # an hour, and its number on each day
    width: int = LEFT + 24 * (CELL + GAP)
    height: int = TOP + 7 * (CELL + GAP)
    size: int = CELL


def bars(values: Sequence[tuple[Any, int, str]]) -> list[Bar]:
    """Bars of (label, number, address), in that order."""
    most = max((number for _label, number, _href in values), default=0)
    return [
        Bar(label, number, href, round(100 * number / most, 2) if most else 0)
        for label, number, href in values
    ]


def columns(values: Sequence[tuple[Any, int, str]]) -> Columns:
    """Columns of (label, number, address), from left to right."""
    most = max((number for _label, number, _href in values), default=0)
    drawn = []
    for place, (label, number, href) in enumerate(values):
        height = round(COLUMN_HEIGHT * number / most, 2) if most else 0
        drawn.append(Column(label, number, href, place * 10, COLUMN_HEIGHT - height, height))
    return Columns(drawn, max(len(drawn), 1) * 10, most)


def heat_map(
    numbers: Sequence[Sequence[int]], days: Sequence[str], hours: Sequence[str]
) -> HeatMap:
    """7 rows of 24 numbers, with the names of the days and of the hours."""
    most = max(max(row) for row in numbers)
    cells = [
        Cell(
            *(LEFT + hour * (CELL + GAP), TOP + day * (CELL + GAP)),
            -(-number * LEVELS // most) if most else 0,
            f"{days[day]} {hours[hour]}: {number}",
            number,
        )
        for day, row in enumerate(numbers)
        for hour, number in enumerate(row)
    ]
    return HeatMap(
        cells,
        [(TOP + n * (CELL + GAP) + CELL * 2 // 3, name[:3]) for n, name in enumerate(days)],
        [(LEFT + n * (CELL + GAP), hours[n]) for n in range(0, 24, TICKS)],
        list(days),
        [(name, [row[n] for row in numbers]) for n, name in enumerate(hours)],
    )
