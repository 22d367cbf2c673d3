"""The response clock: received plus the promise, counted in opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admissions import clock
from programs.models import Clinic, ClosedDay, OpeningHours

PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass
class Hours:
    weekday: int
    opens: time
    closes: time


def local(text: str) -> datetime:
    """A moment in the clinic's zone, such as "2025-06-02 10:00" (a Monday)."""
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC)


def week(opens: int = 9, closes: int = 17, days=range(5)) -> list[Hours]:
    return [Hours(day, time(opens), time(closes)) for day in days]


@pytest.mark.parametrize(
    ("received", "minutes", "due"),
    [
        ("2025-06-02 10:00", 30, "2025-06-02 10:30"),
        # Closing time itself still counts, a minute more is the next day's first.
        ("2025-06-02 16:30", 30, "2025-06-02 17:00"),
        ("2025-06-02 16:30", 31, "2025-06-03 09:01"),
        ("2025-06-02 16:50", 60, "2025-06-03 09:50"),
        # Before opening, after closing, on Friday night and at the weekend.
        ("2025-06-02 03:00", 30, "2025-06-02 09:30"),
        ("2025-06-02 17:00", 30, "2025-06-03 09:30"),
        ("2025-06-06 22:00", 30, "2025-06-09 09:30"),
        ("2025-06-08 12:00", 30, "2025-06-09 09:30"),
        # Longer than a day of opening time.
        ("2025-06-02 09:00", 16 * 60, "2025-06-03 17:00"),
    ],
)
def test_the_promise_is_counted_in_opening_hours(received, minutes, due) -> None:
    assert clock.count(local(received), minutes=minutes, hours=week()) == local(due)


def test_closed_days_are_skipped() -> None:
    closed = [date(2025, 6, 3), date(2025, 6, 4)]
    due = clock.count(local("2025-06-02 18:00"), minutes=30, hours=week(), closed_days=closed)
    assert due == local("2025-06-05 09:30")


def test_two_spans_of_a_day_leave_the_lunch_hour_out() -> None:
    hours = [Hours(0, time(13), time(17)), Hours(0, time(9), time(12))]
    assert clock.count(local("2025-06-02 11:50"), minutes=30, hours=hours) == local(
        "2025-06-02 13:20"
    )


@pytest.mark.parametrize("closes", [time(23, 59), time(0, 0)])
def test_hours_that_end_at_midnight_run_on_into_the_next_day(closes) -> None:
    hours = [Hours(0, time(20), closes), Hours(1, time(0), time(4))]
    assert clock.count(local("2025-06-02 23:50"), minutes=30, hours=hours) == local(
        "2025-06-03 00:20"
    )


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Spring: 02:00 becomes 03:00. Autumn: 01:00 to 02:00 comes twice.
        ("2025-03-09 01:50", "2025-03-09T10:20+00:00"),
        ("2025-11-02 00:50", "2025-11-02T08:20+00:00"),
        ("2025-11-02 01:50", "2025-11-02T09:20+00:00"),
    ],
)
def test_half_an_hour_stays_half_an_hour_when_clocks_change(received, due) -> None:
    all_day = [Hours(day, time(0), time(23, 59)) for day in range(7)]
    assert clock.count(local(received), minutes=30, hours=all_day) == datetime.fromisoformat(due)


def test_a_night_shift_is_an_hour_shorter_when_clocks_change_within_it() -> None:
    # Sunday 01:00 to 06:00 is four hours long on the day that loses one.
    hours = [Hours(6, time(1), time(6))]
    saturday = local("2025-03-08 12:00")
    assert clock.count(saturday, minutes=120, hours=hours) == local("2025-03-09 04:00")
    assert clock.count(saturday, minutes=241, hours=hours) == local("2025-03-16 01:01")


def test_opening_hours_follow_the_wall_clock_across_the_change() -> None:
    # Friday evening in standard time, due on Monday morning in daylight time.
    assert clock.count(local("2025-03-07 18:00"), minutes=30, hours=week()) == datetime(
        2025, 3, 10, 16, 30, tzinfo=UTC
    )


def test_without_promise_and_hours_it_is_30_minutes_round_the_clock() -> None:
    assert clock.count(local("2025-06-08 03:00")) == local("2025-06-08 03:30")


def test_a_promise_alone_runs_round_the_clock() -> None:
    assert clock.count(local("2025-06-08 03:00"), minutes=120) == local("2025-06-08 05:00")


def test_hours_alone_mean_30_minutes_of_opening_time() -> None:
    assert clock.count(local("2025-06-08 03:00"), hours=week()) == local("2025-06-09 09:30")


def test_a_clinic_that_stays_closed_for_400_days_counts_round_the_clock() -> None:
    received = local("2025-06-02 10:00")
    closed = [received.date() + timedelta(days=n) for n in range(401)]
    due = clock.count(received, minutes=60, hours=week(), closed_days=closed)
    assert due == received + timedelta(hours=1)


@settings(deadline=None)
@given(
    received=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    minutes=st.integers(5, 7 * 24 * 60),
    spans=st.lists(
        st.tuples(
            st.integers(0, 6),
            st.times().map(lambda t: t.replace(second=0, microsecond=0)),
            st.times().map(lambda t: t.replace(second=0, microsecond=0)),
        ),
        max_size=6,
    ),
)
def test_it_always_ends_and_is_never_earlier_than_the_promise(received, minutes, spans) -> None:
    hours = [Hours(day, min(a, b), max(a, b)) for day, a, b in spans if a != b]
    assert clock.count(received, minutes=minutes, hours=hours) >= received + timedelta(
        minutes=minutes
    )


@pytest.fixture
def clinic(db) -> Clinic:
    clinic = Clinic.objects.create(pk=1, call_back_minutes=60)
    OpeningHours.objects.create(clinic=clinic, weekday=0, opens=time(9), closes=time(17))
    OpeningHours.objects.create(clinic=clinic, weekday=1, opens=time(9), closes=time(17))
    ClosedDay.objects.create(clinic=clinic, date=date(2025, 6, 3))
    return clinic


def test_the_clinics_own_hours_and_closed_days_count(clinic) -> None:
    assert clock.due_at(local("2025-06-02 16:30")) == local("2025-06-09 09:30")


def test_a_site_without_a_clinic_record_has_a_clock_all_the_same(db) -> None:
    assert clock.due_at(local("2025-06-02 16:30")) == local("2025-06-02 17:00")


def test_the_clock_takes_three_queries_however_many_closed_days_there_are(
    clinic, django_assert_num_queries
) -> None:
    ClosedDay.objects.bulk_create(
        ClosedDay(clinic=clinic, date=date(2020, 1, 1) + timedelta(days=n)) for n in range(300)
    )
    with django_assert_num_queries(3):
        clock.due_at(local("2025-06-02 16:30"))


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (30, "within 30 minutes of opening time"),
        (60, "within 1 hour of opening time"),
        (90, "within 90 minutes of opening time"),
        (1440, "within 24 hours of opening time"),
    ],
)
def test_the_promise_reads_as_people_say_it(clinic, minutes, words) -> None:
    clinic.call_back_minutes = minutes
    assert clock.promise_in_words(clinic) == words


def test_round_the_clock_promises_do_not_speak_of_opening_time(db) -> None:
    assert clock.promise_in_words(Clinic(pk=1, call_back_minutes=45)) == "within 45 minutes"


def test_no_promise_has_no_words(clinic) -> None:
    clinic.call_back_minutes = None
    assert clock.promise_in_words(clinic) == ""
