"""The workflow as people read it: the tables of docs/workflow.md, and the admin's page with its
diagram. All of it is made from transitions.py.

`manage.py shell -c "from admissions.workflow_table import markdown; print(markdown())"` prints the
tables anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from .transitions import CLOSES_FROM, QUARANTINE, TRANSITIONS, Action, Outcome, Status

# The drawing, in units of its view box.
WIDTH, GAP, HEIGHT, LEFT, MIDDLE = 160, 60, 44, 10, 130
LIFT, LINE = 26, 12  # an arc's height for each box it passes, and a label's line


@dataclass(frozen=True)
class Step:
    """A step, where it is taken, and the status it leads to."""

    start: str
    action: str
    end: str


@dataclass(frozen=True)
class Ending:
    """An outcome, and the statuses it can be closed with from."""

    outcome: str
    starts: str


def steps() -> list[Step]:
    """All steps, in the order of the statuses; those of quarantine last."""
    rows = [
        Step(str(start.label), str(action.label), str(end.label))
        for start, table in TRANSITIONS.items()
        for action, end in table.items()
    ]
    return rows + [
        Step(_("Set aside as possible spam"), str(action.label), str(end.label))
        for action, end in QUARANTINE.items()
    ]


def endings() -> list[Ending]:
    """All outcomes, and from where."""
    return [
        Ending(
            str(outcome.label),
            ", ".join(str(s.label) for s in Status if s in CLOSES_FROM[outcome]),
        )
        for outcome in Outcome
    ]


def markdown() -> str:
    """Both tables, in English, as docs/workflow.md holds them."""
    with override("en"):
        lines = ["| from | step | to |", "|---|---|---|"]
        lines += [f"| {row.start} | {row.action} | {row.end} |" for row in steps()]
        lines += ["", "| outcome | from |", "|---|---|"]
        lines += [f"| {row.outcome} | {row.starts} |" for row in endings()]
    return "\n".join(lines)


# The diagram


@dataclass(frozen=True)
class Box:
    label: str
    x: int
    y: int = MIDDLE

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def base(self) -> int:
        return self.y + HEIGHT // 2 + 5


@dataclass(frozen=True)
class Arc:
    """A way from one box to another: ahead above the boxes, back below them."""

    path: str
    labels: list[tuple[str, int, int]]  # words, x, y


@dataclass(frozen=True)
class Diagram:
    boxes: list[Box]
    arcs: list[Arc]
    width: int
    height: int
    box_width: int = WIDTH
    box_height: int = HEIGHT


def diagram() -> Diagram:
    """The statuses in a row, and the steps that lead from one to another."""
    order = list(TRANSITIONS)
    boxes = {
        status: Box(str(status.label), LEFT + number * (WIDTH + GAP))
        for number, status in enumerate(order)
    }
    ways: dict[tuple[Status, Status], list[str]] = {}
    for start, action, end in _moves():
        ways.setdefault((start, end), []).append(str(action.label))
    arcs = [
        _arc(boxes[start], boxes[end], order.index(end) - order.index(start), words)
        for (start, end), words in ways.items()
    ]
    width = 2 * LEFT + len(order) * WIDTH + (len(order) - 1) * GAP
    return Diagram(list(boxes.values()), arcs, width, 2 * MIDDLE + HEIGHT)


def _moves() -> Iterator[tuple[Status, Action, Status]]:
    for start, table in TRANSITIONS.items():
        for action, end in table.items():
            if start != end:
                yield start, action, end


def _arc(start: Box, end: Box, boxes_on: int, words: list[str]) -> Arc:
    ahead = boxes_on > 0
    edge = start.y if ahead else start.y + HEIGHT
    far = edge + (-1 if ahead else 1) * LIFT * abs(boxes_on)
    # From the right half of the one to the left half of the other, so that arcs do not meet.
    shift = WIDTH // 4 if ahead else -WIDTH // 4
    left, right = start.middle + shift, end.middle - shift
    path: Any = f"M{left},{edge} C{left},{far} {right},{far} {right},{edge}"
    top = edge + (far - edge) * 3 // 4
    first = top - 4 - LINE * (len(words) - 1) if ahead else top + LINE
    middle = (left + right) // 2
    labels = [(text, middle, first + LINE * number) for number, text in enumerate(words)]
    return Arc(path, labels)
