"""A proposed week lies in free time, and what is called impossible is impossible."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import planner
from programs.planner import DAYS, HOURS, Offer, Session, Shape

IOP = Offer.between((3, 5), (Decimal(2), Decimal(4)), (9, 19))
EVENINGS = frozenset((day, hour) for day in range(5) for hour in range(17, 21))

# Runs of free hours, as people have them; scattered hours would seldom hold a session.
runs = st.builds(
    lambda day, start, length: {(day, hour) for hour in range(start, min(start + length, 21))},
    st.sampled_from(DAYS),
    st.sampled_from(HOURS),
    st.integers(1, 6),
)
free_times = st.lists(runs, max_size=12).map(lambda parts: frozenset().union(*parts))
lengths = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal("2.5"), Decimal(3), Decimal(4)])
shapes = st.builds(Shape, st.integers(1, 7), lengths)

# A busy machine is no reason to call a test broken.
unhurried = settings(deadline=None)


def every_session(length: Decimal) -> list[Session]:
    whole = -int(-length // 1)
    return [Session(day, hour, length) for day in DAYS for hour in range(7, 21 - whole + 1)]


def days_that_hold_one(free: frozenset, length: Decimal) -> set[int]:
    """Written anew, without the planner's own search."""
    return {session.day for session in every_session(length) if set(session.hours()) <= free}


@unhurried
@given(free_times, shapes)
def test_every_session_lies_in_free_time_one_a_day_and_of_the_right_length(free, shape):
    if not planner.fits(free, shape):
        return
    sessions = planner.place(free, shape)

    assert [session.length for session in sessions] == [shape.length] * shape.count
    assert len({session.day for session in sessions}) == shape.count
    assert [session.day for session in sessions] == sorted(session.day for session in sessions)
    for session in sessions:
        assert set(session.hours()) <= free
        assert session.start >= 7
        assert session.start + session.length <= 21


@unhurried
@given(free_times, shapes)
def test_it_fits_just_when_enough_days_hold_a_session(free, shape):
    assert planner.fits(free, shape) == (len(days_that_hold_one(free, shape.length)) >= shape.count)


@unhurried
@given(free_times, shapes)
def test_no_other_choice_of_days_lies_further_apart(free, shape):
    if not planner.fits(free, shape):
        return
    days = [session.day for session in planner.place(free, shape)]
    others = combinations(sorted(days_that_hold_one(free, shape.length)), shape.count)

    assert planner.spread(days) == min(map(planner.spread, others))


@unhurried
@given(free_times, shapes)
def test_the_times_it_asks_for_make_the_shape_fit(free, shape):
    need = planner.need(free, shape)
    further = {hour for session in need.sessions for hour in session.hours()} - free

    assert {hour for _day, hour in further} <= set(HOURS)
    assert len(further) == need.hours
    assert planner.fits(free | further, shape)
    assert (need.hours == 0) == planner.fits(free, shape)


@unhurried
@given(free_times, shapes)
def test_no_fewer_hours_would_make_it_fit(free, shape):
    """By brute force over every choice of one session a day on every choice of days."""
    cheapest = {
        day: min(
            sum(hour not in free for hour in session.hours())
            for session in every_session(shape.length)
            if session.day == day
        )
        for day in DAYS
    }
    least = min(sum(cheapest[day] for day in days) for days in combinations(DAYS, shape.count))

    assert planner.need(free, shape).hours == least


@unhurried
@given(
    free_times,
    st.sampled_from([IOP.counts, (3,), (4,), (5,)]),
    st.sampled_from([IOP.lengths, *((length,) for length in IOP.lengths)]),
)
def test_an_answer_gives_what_was_asked_or_says_truly_what_would_fit(free, counts, lengths):
    answer = planner.answer(free, counts, lengths, IOP)
    offered = [Shape(count, length) for count in IOP.counts for length in IOP.lengths]
    possible = {
        shape for shape in offered if len(days_that_hold_one(free, shape.length)) >= shape.count
    }
    asked = {shape for shape in possible if shape.count in counts and shape.length in lengths}

    assert answer.fitting == possible
    if asked:
        assert answer.shape in asked
        assert len(answer.sessions) == answer.shape.count
        return
    assert answer.shape is None
    assert answer.sessions == ()
    instead = {answer.shorter, answer.fewer, answer.smaller} - {None}
    assert instead <= possible
    assert bool(instead) == bool(possible)
    assert all(need.hours > 0 for need in answer.needs)


def test_three_evenings_are_spread_over_the_week_at_the_same_time():
    sessions = planner.place(EVENINGS, Shape(3, Decimal(3)))

    assert [(one.day, one.start) for one in sessions] == [(0, 17), (2, 17), (4, 17)]


def test_four_evenings_leave_one_free_in_the_middle():
    sessions = planner.place(EVENINGS, Shape(4, Decimal(3)))

    assert [one.day for one in sessions] == [0, 1, 3, 4]


def test_sunday_and_monday_count_as_neighbours():
    free = EVENINGS | {(6, hour) for hour in range(17, 21)}
    days = [one.day for one in planner.place(free - {(4, 19)}, Shape(3, Decimal(3)))]

    assert days == [1, 3, 6]


def test_each_day_begins_at_the_hour_that_the_days_share():
    free = frozenset(
        {(day, hour) for day in (0, 2, 4) for hour in range(17, 20)}
        | {(2, hour) for hour in range(8, 15)}
    )

    assert {one.start for one in planner.place(free, Shape(3, Decimal(3)))} == {17}


def test_among_weeks_equally_spread_the_one_with_like_times_is_drawn():
    mixed = {(day, start + hour) for day, start in ((0, 8), (2, 12), (4, 17)) for hour in range(3)}
    alike = {(day, 17 + hour) for day in (1, 3, 5) for hour in range(3)}
    sessions = planner.place(frozenset(mixed | alike), Shape(3, Decimal(3)))

    assert [(one.day, one.start) for one in sessions] == [(1, 17), (3, 17), (5, 17)]


def test_left_open_it_draws_the_smallest_week_within_the_level():
    answer = planner.answer(EVENINGS, IOP.counts, IOP.lengths, IOP)

    assert answer.shape == Shape(3, Decimal(3))
    assert answer.shape.total == 9


def test_left_open_below_the_level_it_draws_the_week_nearest_to_it():
    free = frozenset((day, hour) for day in range(4) for hour in (18, 19))

    assert planner.answer(free, IOP.counts, IOP.lengths, IOP).shape == Shape(4, Decimal(2))


def test_one_more_evening_is_asked_for_at_the_time_of_the_others_and_apart_from_them():
    free = frozenset((day, hour) for day in (0, 2) for hour in (18, 19, 20))
    answer = planner.answer(free, (3,), (Decimal(3),), IOP)
    (need,) = answer.needs[:1]

    assert answer.shape is None
    assert [(one.day, one.start) for one in need.sessions] == [(4, 18)]
    assert need.hours == 3


def test_an_hour_that_is_nearly_there_is_asked_for_before_a_whole_evening():
    free = frozenset({(0, 18), (0, 19), (2, 18), (2, 19), (3, 18)})
    need = planner.need(free, Shape(3, Decimal(2)))

    assert [(one.day, need.hours) for one in need.sessions] == [(3, 1)]


def test_shorter_and_fewer_sessions_that_fit_are_named():
    free = frozenset(
        {(day, hour) for day in range(4) for hour in (18, 19, 20)}
        | {(4, hour) for hour in (18, 19)}
    )
    answer = planner.answer(free, (5,), (Decimal(3),), IOP)

    assert (answer.shorter, answer.fewer) == (Shape(5, Decimal(2)), Shape(4, Decimal(3)))
    assert answer.smaller is None


def test_where_neither_alone_would_do_both_together_are_named():
    free = frozenset((day, hour) for day in range(3) for hour in (18, 19))
    answer = planner.answer(free, (4,), (Decimal(4),), IOP)

    assert (answer.shorter, answer.fewer) == (None, None)
    assert answer.smaller == Shape(3, Decimal(2))


def test_where_nothing_fits_the_smallest_week_s_needs_stand_beside_those_asked_for():
    answer = planner.answer(frozenset({(0, 18)}), (5,), (Decimal(4),), IOP)

    assert [need.shape for need in answer.needs] == [Shape(5, Decimal(4)), Shape(3, Decimal(2))]
    assert answer.needs[1].hours == 5


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ((2, 4), [2, 3, 4]),
        (("2.5", "3.2"), ["2.5", "3.2"]),
        (("1.5", "3.5"), ["1.5", "2.5", "3.5"]),
        ((3, 3), [3]),
    ],
)
def test_lengths_are_an_hour_apart_with_both_ends(lengths, expected):
    offer = Offer.between((3, 5), tuple(map(Decimal, lengths)))

    assert list(offer.lengths) == [Decimal(each) for each in expected]


def test_a_program_of_more_than_seven_sessions_is_planned_with_one_a_day():
    assert Offer.between((5, 14), (Decimal(2), Decimal(2))).counts == (5, 6, 7)
    assert Offer.between((9, 14), (Decimal(2), Decimal(2))).counts == (7,)


@pytest.mark.parametrize(("total", "distance"), [(6, -3), (9, 0), (19, 0), (20, 1)])
def test_a_total_is_measured_against_the_level_s_hours(total, distance):
    assert IOP.distance(Decimal(total)) == distance
