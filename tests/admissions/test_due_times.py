"""Opening hours, closed days or the promise change: whoever waits is due by the new ones."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from admissions import clock, due_times, workflow
from admissions.models import Inquiry
from programs.models import Clinic, ClosedDay, OpeningHours
from tests.factories import InquiryFactory


def local(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    return timezone.make_aware(datetime(2031, month, day, hour, minute))


@pytest.fixture
def clinic(db):
    """Open from 9 to 5 on weekdays; an answer within an hour."""
    clinic = Clinic.current()
    clinic.call_back_minutes = 60
    clinic.save()
    for day in range(5):
        OpeningHours.objects.create(clinic=clinic, weekday=day, opens=time(9), closes=time(17))
    return clinic


@pytest.fixture
def watcher():
    return due_times.Watcher()


def waiting_since(at: datetime, **more) -> Inquiry:
    return InquiryFactory(received_at=at, due_at=clock.due_at(at), **more)


def due(inquiry) -> datetime:
    return Inquiry.objects.get(pk=inquiry.pk).due_at


def test_later_opening_moves_what_is_due(clinic, watcher):
    inquiry = waiting_since(local(2, 20))  # a Monday evening
    assert due(inquiry) == local(3, 10)
    watcher(timezone.now())
    OpeningHours.objects.filter(weekday=1).update(opens=time(11))
    assert watcher(timezone.now()) == 1
    assert due(inquiry) == local(3, 12)


def test_a_day_that_becomes_a_closed_one_is_passed_over(clinic, watcher):
    inquiry = waiting_since(local(2, 20))
    ClosedDay.objects.create(clinic=clinic, date=date(2031, 6, 3))
    watcher(timezone.now())
    assert due(inquiry) == local(4, 10)


def test_another_promise_counts_from_when_they_wrote(clinic, watcher):
    inquiry = waiting_since(local(2, 10))
    clinic.call_back_minutes = 15
    clinic.save()
    watcher(timezone.now())
    assert due(inquiry) == local(2, 10, 15)


@pytest.mark.parametrize(
    ("month", "saturday", "hours"), [(3, 8, 2), (11, 1, 4)], ids=["spring", "autumn"]
)
def test_the_night_the_clocks_change_is_an_hour_shorter_or_longer(
    clinic, watcher, month, saturday, hours
):
    """Open round the clock, with three hours promised at 11 p.m. before the change."""
    OpeningHours.objects.all().delete()
    for day in range(7):
        OpeningHours.objects.create(clinic=clinic, weekday=day, opens=time(0), closes=time(23, 59))
    inquiry = waiting_since(local(saturday, 23, month=month))
    clinic.call_back_minutes = 240
    clinic.save()
    watcher(timezone.now())
    moved = due(inquiry)
    assert moved - inquiry.received_at == timedelta(hours=4)
    assert timezone.localtime(moved).hour == hours + (2 if month == 3 else -2)


def test_a_clock_that_restarted_is_counted_from_then(clinic, watcher, coordinator):
    inquiry = waiting_since(
        local(2, 10), status="claimed", assignee=coordinator, first_attempt_at=local(2, 11)
    )
    with time_machine.travel(local(2, 12), tick=False):
        back = workflow.release(inquiry=inquiry, actor=coordinator, version=1)
    clinic.call_back_minutes = 5
    clinic.save()
    watcher(timezone.now())
    assert due(inquiry) == clock.due_at(back.restarted_at)


def test_whoever_was_tried_or_closed_keeps_their_due_time(clinic, watcher, coordinator):
    tried = waiting_since(
        local(2, 10), status="claimed", assignee=coordinator, first_attempt_at=local(2, 11)
    )
    closed = waiting_since(local(2, 10), status="closed", outcome="spam", closed_at=local(2, 12))
    clinic.call_back_minutes = 15
    clinic.save()
    assert watcher(timezone.now()) == 0
    assert due(tried) == due(closed) == local(2, 11)


def test_nothing_is_counted_while_nothing_changed(clinic, watcher, django_assert_num_queries):
    waiting_since(local(2, 10))
    watcher(timezone.now())
    watcher(timezone.now())
    with django_assert_num_queries(3):
        assert watcher(timezone.now()) == 0


def test_one_on_its_way_in_while_hours_changed_is_counted_the_next_time(clinic, watcher):
    watcher(timezone.now())
    clinic.call_back_minutes = 15
    clinic.save()
    watcher(timezone.now())
    late = InquiryFactory(received_at=local(2, 10), due_at=local(2, 11))  # by the old promise
    watcher(timezone.now())
    assert due(late) == local(2, 10, 15)


def test_all_batches_are_counted(clinic, watcher, monkeypatch):
    monkeypatch.setattr(due_times, "BATCH", 2)
    for _n in range(5):
        waiting_since(local(2, 10))
    clinic.call_back_minutes = 15
    clinic.save()
    assert watcher(timezone.now()) == 5
    assert set(Inquiry.objects.values_list("due_at", flat=True)) == {
        local(2, 10, 15).astimezone(UTC)
    }
