"""What a reader prints: on no sheet does one line of words stand on another, or a ground over it.

Blocks lie elsewhere on paper than in a window of the same width, because they break over sheets;
so the lines are read from the PDF that Chromium prints.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import pytest

from tests.browser.visits import DESKTOP, assert_none, go
from tests.pages import COMPONENTS, PROGRAM

PRINTED = [
    "/",
    "/programs/",
    PROGRAM,
    COMPONENTS[0],
    "/conditions/",
    "/questions/",
    "/families/",
    "/admissions/",
    "/help-now/",
    "a week that fits",
    "the guide's answer",
]
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
NUMBER = r"-?[\d.]+"
# A drawing keeps its place (q), goes back to it (Q), moves (cm) or writes one run of letters (BT).
STEP = re.compile(rf"^(q|Q)$|^((?:{NUMBER} ){{6}})cm$|^BT$(.*?)^ET$", re.MULTILINE | re.DOTALL)
RUN = re.compile(rf"/\w+ ({NUMBER}) Tf\n1 0 0 -1 ({NUMBER}) ({NUMBER}) Tm\n(.*)", re.DOTALL)
# Letters that stand together say no width; no font of the site has narrower ones on average.
NARROW = 0.3
GROUNDS_BEYOND_THEIR_BLOCK = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility()
    && getComputedStyle(element).boxShadow !== "none")
  .map((element) => `${element.tagName}.${element.className}`)"""


@dataclass(frozen=True)
class Line:
    """A run of letters on a sheet: its ends, its baseline and its size, in points."""

    left: float
    right: float
    base: float
    size: float

    def stands_on(self, other: Line) -> bool:
        """True when more than half a letter's width and of its height is shared."""
        size = min(self.size, other.size)
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > size / 2 and abs(self.base - other.base) < size / 2


@dataclass
class Place:
    """Where a sheet's units lie: Chromium scales and moves, and never turns."""

    across: float = 1
    down: float = 1
    x: float = 0
    y: float = 0

    def within(self, across: float, down: float, x: float, y: float) -> Place:
        return Place(
            self.across * across,
            self.down * down,
            self.x + self.across * x,
            self.y + self.down * y,
        )


def sheets(pdf: bytes) -> Iterator[str]:
    """The drawing of each sheet that has words."""
    for packed in STREAM.findall(pdf):
        try:
            drawn = zlib.decompress(packed)
        except zlib.error:
            continue
        if b"\nBT\n" in drawn:
            yield drawn.decode("latin-1")


def line_of(text: str, place: Place) -> Line:
    """The run of letters that stands between BT and ET."""
    size, x, y, letters = RUN.search(text).groups()
    steps = sum(float(step) for step in re.findall(rf"({NUMBER}) 0 Td", letters))
    rest = len(re.findall(r"<(\w*)>", letters)[-1]) // 4 * NARROW * float(size)
    start = place.within(1, 1, float(x), float(y))
    end = start.x + place.across * (steps + rest)
    return Line(start.x, end, start.y, float(size) * abs(place.down))


def lines_of(sheet: str) -> list[Line]:
    place, kept, found = Place(), [], []
    for mark, moved, text in STEP.findall(sheet):
        if mark == "q":
            kept.append(place)
        elif mark:
            place = kept.pop()
        elif moved:
            across, _, _, down, x, y = (float(number) for number in moved.split())
            place = place.within(across, down, x, y)
        else:
            found.append(line_of(text, place))
    return found


@pytest.fixture(scope="module")
def printed(visits) -> Callable[[str], tuple[list[str], list[str]]]:
    """`printed(stop)`: its sheets' drawings, and what casts a ground over its neighbours."""

    @cache
    def print_it(stop: str) -> tuple[list[str], list[str]]:
        context = visits.context(DESKTOP)
        page = context.new_page()
        go(page, stop)
        drawn = list(sheets(page.pdf(format="A4", prefer_css_page_size=True)))
        page.emulate_media(media="print")
        grounds = page.evaluate(GROUNDS_BEYOND_THEIR_BLOCK)
        context.close()
        return drawn, grounds

    return print_it


@pytest.mark.parametrize("stop", PRINTED)
def test_no_line_is_printed_over_another(printed, stop):
    drawn, _grounds = printed(stop)
    over = [
        f"sheet {number}: {line} / {other}"
        for number, sheet in enumerate(drawn, 1)
        for line, other in combinations(lines_of(sheet), 2)
        if line.stands_on(other)
    ]
    assert sum(len(lines_of(sheet)) for sheet in drawn) > 10
    assert_none(over)


@pytest.mark.parametrize("stop", PRINTED)
def test_no_ground_is_printed_over_its_neighbours(printed, stop):
    assert_none(printed(stop)[1])


def test_the_judge_of_this_file_sees_lines_over_each_other(tab):
    tab.set_content("""<p>A line of words</p><p style="margin-top: -2rem">Another line of it</p>
      <p>Words and <a href="#">a link</a> in one line</p>""")
    (sheet,) = sheets(tab.pdf(format="A4"))
    lines = lines_of(sheet)
    assert sum(line.stands_on(other) for line, other in combinations(lines, 2)) == 1
