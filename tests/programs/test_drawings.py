"""The two drawings: their geometry for whatever the record may hold, and their redrawing."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from programs import drawings
from programs.models import LevelOfCare, Program
from tests.pages import PROGRAM, read

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# What the database allows: 1 to 14 sessions, half an hour to 12 hours in tenths.
SESSIONS = st.tuples(st.integers(1, 14), st.integers(1, 14)).map(lambda pair: tuple(sorted(pair)))
TENTHS = st.integers(5, 120).map(lambda tenths: Decimal(tenths) / 10)
HOURS = st.tuples(TENTHS, TENTHS).map(lambda pair: tuple(sorted(pair)))
NAMES = st.text(st.sampled_from("abcde fghi"), min_size=1, max_size=120)


def week(sessions=(3, 5), hours=(2, 4)) -> drawings.WeekDrawing:
    return drawings.week(sessions=sessions, hours=hours, days=DAYS)


def bottom(box: drawings.Box) -> float:
    return box.y + box.height


def overlap(one: drawings.Box, other: drawings.Box) -> bool:
    """Whether two boxes share more than an edge (and a rounding)."""
    return (
        one.x + one.width > other.x + 0.02
        and other.x + other.width > one.x + 0.02
        and bottom(one) > other.y + 0.02
        and bottom(other) > one.y + 0.02
    )


@given(sessions=SESSIONS, hours=HOURS)
@example(sessions=(14, 14), hours=(Decimal(12), Decimal(12)))
@example(sessions=(1, 1), hours=(Decimal("0.5"), Decimal("0.5")))
@example(sessions=(1, 14), hours=(Decimal("0.5"), Decimal(12)))
def test_every_block_of_a_week_stands_inside_the_drawing_and_on_its_own(sessions, hours):
    drawing = week(sessions, hours)
    for block in drawing.blocks:
        assert block.x >= 0
        assert block.x + block.width <= 100
        assert block.y >= 0
        assert bottom(block) <= drawing.base + 0.02
        assert block.width > 0
        assert block.height > 0
    pairs = [(a, b) for n, a in enumerate(drawing.blocks) for b in drawing.blocks[n + 1 :]]
    assert not any(overlap(one, other) for one, other in pairs)
    assert drawing.height <= 16


@given(sessions=SESSIONS, hours=HOURS)
def test_the_areas_are_to_each_other_as_the_hours_of_the_lightest_and_the_fullest_week(
    sessions, hours
):
    blocks = week(sessions, hours).blocks
    light = sum(block.height for block in blocks if block.kind == "light")
    everything = sum(block.height for block in blocks)
    fewest, most = sessions[0] * hours[0], sessions[1] * hours[1]
    assert light / everything == pytest.approx(float(fewest / most), rel=0.05)


@given(sessions=SESSIONS, hours=HOURS)
def test_a_session_of_the_lightest_week_is_a_light_block(sessions, hours):
    kinds = [block.kind for block in week(sessions, hours).blocks]
    assert kinds.count("light") == sessions[0]
    same_hours = hours[0] == hours[1]
    assert kinds.count("full") == sessions[1] - (sessions[0] if same_hours else 0)


@given(hours=HOURS)
def test_the_marks_of_the_hours_never_run_into_each_other(hours):
    marks = week(hours=hours).hours
    assert Decimal(marks[0].text) == hours[1]
    heights = [mark.y for mark in marks]
    assert all(low - high >= drawings.LINE_EM - 0.01 for high, low in pairwise(heights))


def test_sessions_spread_over_the_week_before_any_day_gets_a_second_one():
    def columns(most):
        return {block.x for block in week((1, most), (2, 2)).blocks}

    assert [len(columns(most)) for most in (1, 3, 7, 8, 14)] == [1, 3, 7, 7, 7]


def test_a_week_of_a_fixed_plan_has_no_dashed_block():
    drawing = week((4, 4), (3, 3))
    assert [kind for kind, _blocks in drawing.kinds] == ["light"]
    assert [mark.text for mark in drawing.hours] == ["3"]


@given(names=st.lists(NAMES, min_size=1, max_size=12), data=st.data())
def test_the_steps_stand_one_below_the_other_and_hold_their_names(names, data):
    here = data.draw(st.none() | st.integers(0, len(names) - 1))
    drawing = drawings.stairs([(name, "") for name in names], here=here)
    assert len(drawing.steps) == len(names)
    for step in drawing.steps:
        assert step.box.x >= 0
        assert step.box.x + step.box.width <= 100
        assert step.box.width >= 60
        assert all(step.box.y < line.y < bottom(step.box) for line in step.lines)
    tops = [step.box for step in drawing.steps]
    assert all(bottom(above) < below.y for above, below in pairwise(tops))
    assert all(above.x < below.x for above, below in pairwise(tops))
    assert bottom(tops[-1]) <= drawing.height


@pytest.mark.parametrize(
    ("here", "marked"),
    [(None, [0, 0, 0]), (0, [1, 0, 0]), (2, [0, 1, 1]), (3, [0, 0, 1])],
)
def test_the_ways_to_and_from_the_program_s_level_are_marked_as_steps_down(here, marked):
    drawing = drawings.stairs([("A", ""), ("B", ""), ("C", ""), ("D", "")], here=here)
    assert [way.marked for way in drawing.ways] == [bool(each) for each in marked]


def test_a_long_name_breaks_into_lines_that_fit_the_narrowest_phone():
    step = drawings.stairs([("Intensive outpatient care for adults", "")], here=0).steps[0]
    assert [line.text for line in step.lines] == ["Intensive outpatient care", "for adults"]


# The pages


def svg(client, path: str, place: int):
    return read(client, path).main.find_all("svg", class_="drawing-svg", role="img")[place]


def blocks(client, path: str = "/", place: int = 0):
    return [rect.attrs for rect in svg(client, path, place).find_all("rect")]


@pytest.mark.usefixtures("site")
class TestPages:
    @pytest.mark.parametrize("path", ["/", PROGRAM])
    def test_changed_numbers_redraw_the_week(self, client, path):
        before, words = blocks(client, path), read(client, path).find("figure").get_text()
        assert len(before) == 8  # three of two parts each, two that are added whole
        Program.objects.update(sessions_max=7, session_hours_max=Decimal("3.5"))

        after, figure = blocks(client, path), read(client, path).find("figure")
        assert len(after) == 10
        assert {rect["height"] for rect in after} != {rect["height"] for rect in before}
        assert "3.5 h" in figure.svg.get_text()
        assert "24.5 hours in all" in figure.get_text()
        assert "20 hours in all" in words

    @pytest.mark.parametrize("path", ["/programs/", PROGRAM])
    def test_changed_numbers_and_levels_redraw_the_stairs(self, client, path):
        assert "6 to 20 h a week" in svg(client, path, -1).get_text()
        Program.objects.update(sessions_min=4)
        LevelOfCare.objects.filter(slug="detoxification").update(name_en="Withdrawal care")
        LevelOfCare.objects.filter(slug="regular-outpatient").update(live_from=None)

        stairs = svg(client, path, -1)
        assert "8 to 20 h a week" in stairs.get_text()
        assert "Withdrawal care" in stairs.get_text()
        assert len(stairs.find_all("rect")) == 3
        assert len(stairs.select(".way-marked text")) == 1

    @pytest.mark.parametrize("path", ["/", "/programs/", PROGRAM])
    def test_a_drawing_has_a_name_a_description_and_its_facts_in_words_beside_it(
        self, client, path
    ):
        soup = read(client, path)
        for drawing in soup.find_all("svg", role="img"):
            assert soup.find(id=drawing["aria-labelledby"]).get_text(strip=True)
            assert soup.find(id=drawing["aria-describedby"]).get_text(strip=True)
            beside = drawing.find_next(["figcaption", "ol"])
            assert beside.get_text(strip=True)

    @pytest.mark.parametrize("path", ["/", PROGRAM])
    def test_the_week_says_that_it_is_an_example_and_shows_no_real_times(self, client, path):
        words = " ".join(read(client, path).find("figcaption").get_text(" ").split())
        assert "only an example" in words
        assert "does not show the days or times of real sessions" in words

    def test_levels_without_a_live_program_are_drawn_without_a_mark(self, client):
        Program.objects.update(live_from=None)
        stairs = svg(client, "/programs/", -1)
        assert len(stairs.find_all("rect")) == 4
        assert not stairs.select(".stair-here, .way-marked")

    def test_a_drawing_carries_no_style_attribute(self, client):
        for path in ("/", "/programs/", PROGRAM):
            assert not read(client, path).main.find_all(style=True)

    def test_a_program_without_a_live_level_is_drawn_without_a_mark(self, client):
        LevelOfCare.objects.filter(slug="intensive-outpatient").update(live_from=None)
        stairs = svg(client, PROGRAM, -1)
        assert len(stairs.find_all("rect")) == 3
        assert not stairs.find(class_="stair-here")
        assert not stairs.select(".way-marked")
