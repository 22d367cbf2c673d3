"""When somebody may be called: as they wished, and while the clinic answers."""

from datetime import date, datetime, time

import pytest

from admissions import answering, calling
from admissions.clock import ZONE
from admissions.models import Inquiry
from programs.models import Clinic, ClosedDay, OpeningHours
from tests.factories import InquiryFactory

MONDAY = date(2026, 6, 1)


def at(hour, minute=0, day=MONDAY):
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def asked_for(*parts, **more):
    return InquiryFactory.build(best_time=list(parts), **more)


@pytest.mark.parametrize(
    ("parts", "hour", "may"),
    [
        (["morning"], 9, True),
        (["morning"], 12, False),
        (["midday"], 11, True),
        (["midday"], 15, False),
        (["evening"], 17, True),
        (["evening"], 16, False),
        (["morning", "evening"], 18, True),
        (["morning", "evening"], 13, False),
        (["any"], 16, True),
        ([], 16, True),
        (["any"], 7, False),
        (["any"], 20, False),
    ],
)
def test_the_times_somebody_named_count_by_the_clinic_s_clock(parts, hour, may):
    hours = [answering.NO_HOURS]
    assert calling.may_be_called(asked_for(*parts), hours, at(hour)) is may


@pytest.mark.parametrize("channel", ["text", "email"])
def test_nobody_is_called_who_asked_for_something_else(channel):
    inquiry = asked_for("any", contact_by=channel, email="a@example.org")
    assert not calling.may_be_called(inquiry, [answering.NO_HOURS], at(10))


def test_a_closed_inquiry_is_not_called():
    inquiry = asked_for("any", status=Inquiry.Status.CLOSED)
    assert not calling.may_be_called(inquiry, [answering.NO_HOURS], at(10))


def test_possible_spam_is_not_called():
    inquiry = asked_for("any", quarantined_at=at(9), suspicions=["links"])
    assert not calling.may_be_called(inquiry, [answering.NO_HOURS], at(10))


@pytest.fixture
def clinic(db):
    clinic = Clinic.objects.create(pk=1)
    OpeningHours.objects.create(clinic=clinic, weekday=0, opens=time(9), closes=time(17))
    OpeningHours.objects.create(clinic=clinic, weekday=1, opens=time(12), closes=time(23, 59))
    return clinic


def test_calls_are_made_in_opening_hours(clinic):
    hours = answering.hours_today(at(10))
    assert [calling.may_be_called(asked_for("any"), hours, at(hour)) for hour in (8, 10, 17)] == [
        *(False, True, False)
    ]


def test_a_day_without_hours_has_no_calls(clinic):
    wednesday = at(10, day=date(2026, 6, 3))
    assert answering.hours_today(wednesday) == []


def test_a_closed_day_has_no_calls(clinic):
    ClosedDay.objects.create(clinic=clinic, date=MONDAY)
    assert answering.hours_today(at(10)) == []


def test_without_hours_of_the_clinic_calls_are_made_by_day(db):
    assert answering.hours_today(at(10)) == [answering.NO_HOURS]


def test_the_day_is_the_clinic_s(clinic, django_assert_num_queries):
    late = datetime.fromisoformat("2026-06-02T05:30:00+00:00")  # Monday evening in San Diego
    with django_assert_num_queries(1):
        assert answering.hours_today(late) == [(time(9), time(17))]


def test_a_day_that_closes_at_midnight_is_open_to_its_last_minute():
    hours = [(time(12), time(23, 59))]
    assert calling.may_be_called(asked_for("any"), hours, at(23, 59))


def test_hours_are_read_once_a_minute_and_when_they_change(clinic, django_assert_num_queries):
    assert answering.hours_today(at(10)) == [(time(9), time(17))]
    with django_assert_num_queries(0):
        answering.hours_today(at(10))
    hours = OpeningHours.objects.get(weekday=0)
    hours.opens = time(10)
    hours.save()
    assert answering.hours_today(at(10)) == [(time(10), time(17))]
    ClosedDay.objects.create(clinic=clinic, date=MONDAY)
    assert answering.hours_today(at(10)) == []
    ClosedDay.objects.get().delete()
    assert answering.hours_today(at(10)) == [(time(10), time(17))]


@pytest.mark.parametrize(
    ("parts", "hour", "why"),
    [
        (["evening"], 18, ""),
        (["evening"], 10, "It is not a time they named: Evening (5 p.m. to 8 p.m.)."),
        (
            *(["morning", "midday"], 17),
            "It is not a time they named: Morning (8 a.m. to noon), Midday (11 a.m. to 3 p.m.).",
        ),
        (["any"], 6, "It is outside the hours in which we call."),
        ([], 21, "It is outside the hours in which we call."),
    ],
)
def test_a_wrong_time_is_said_in_words(parts, hour, why):
    assert calling.why_not_now(asked_for(*parts), [answering.NO_HOURS], at(hour)) == why


@pytest.mark.parametrize(
    ("after", "day"),
    [
        (date(2026, 6, 1), date(2026, 6, 2)),  # Monday: the next is Tuesday
        (date(2026, 6, 2), date(2026, 6, 15)),  # the Monday after is a closed day
    ],
)
def test_the_next_day_to_come_back_on_is_one_that_is_open(clinic, after, day):
    ClosedDay.objects.create(clinic=clinic, date=date(2026, 6, 8))
    ClosedDay.objects.create(clinic=clinic, date=date(2026, 6, 9))
    assert answering.week().next_day(after) == day


def test_without_hours_the_next_day_is_tomorrow(db):
    assert answering.week().next_day(MONDAY) == date(2026, 6, 2)
