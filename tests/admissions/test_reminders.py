"""Leads are reminded once: of what is overdue and unclaimed, and of what lies aside unseen."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from admissions import meanwhile, outbox, reminders, workflow
from admissions.models import Inquiry, Notification
from tests.factories import InquiryFactory

START = datetime.datetime(2026, 11, 23, 20, tzinfo=datetime.UTC)  # noon in San Diego
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def clock(db):
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def inquiry(clock):
    """Received at START, due half an hour later."""
    return InquiryFactory()


def remind():
    return reminders.remind(timezone.now())


def kinds():
    return list(Notification.objects.values_list("kind", flat=True))


class TestOverdue:
    def test_nothing_before_it_is_due_and_one_reminder_after(self, clock, inquiry):
        clock.shift(30 * MINUTE)
        assert (remind(), kinds()) == (0, [])
        clock.shift(MINUTE)
        assert (remind(), kinds()) == (1, ["overdue"])
        clock.shift(MINUTE)
        assert (remind(), kinds()) == (0, ["overdue"])

    @pytest.mark.usefixtures("coordinator")
    def test_the_leads_read_it_and_nobody_else(self, clock, inquiry, lead, smtp, settings):
        settings.SITE_URL = "https://desk.example.org"
        clock.shift(HOUR)
        remind()
        outbox.send_next()
        [(to, text)] = smtp.messages
        assert to == (lead.email,)
        assert f"Subject: Overdue inquiry, reference {inquiry.reference}" in text
        assert f"https://desk.example.org{inquiry.get_absolute_url()}" in text
        assert inquiry.name not in text

    def test_nothing_once_somebody_has_taken_it(self, clock, inquiry, coordinator):
        workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
        clock.shift(HOUR)
        assert remind() == 0

    def test_nothing_for_what_lies_aside(self, clock, inquiry):
        Inquiry.objects.update(quarantined_at=START, first_viewed_at=START)
        clock.shift(HOUR)
        assert remind() == 0

    @pytest.mark.usefixtures("lead")
    def test_a_reminder_not_sent_before_it_was_taken_is_dropped(
        self, clock, inquiry, coordinator, smtp
    ):
        clock.shift(HOUR)
        remind()
        workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
        outbox.send_next()
        assert smtp.messages == []
        assert Notification.objects.dropped().count() == 1

    @pytest.mark.usefixtures("lead")
    def test_it_comes_again_when_the_clock_has_started_anew(
        self, clock, inquiry, coordinator, smtp
    ):
        clock.shift(HOUR)
        remind()
        outbox.send_next()
        taken = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
        workflow.record_attempt(
            inquiry=taken, actor=coordinator, channel="call", outcome="no-answer"
        )
        workflow.release(inquiry=taken, actor=coordinator, version=taken.version)
        assert remind() == 0
        clock.shift(HOUR)
        assert (remind(), kinds()) == (1, ["overdue"])
        outbox.send_next()
        assert len(smtp.messages) == 2
        assert remind() == 0

    def test_what_became_overdue_while_no_worker_ran_is_found_too(self, clock, inquiry):
        clock.shift(3 * DAY)
        assert remind() == 0
        assert reminders.remind_of_all(timezone.now()) == 1
        assert reminders.remind_of_all(timezone.now()) == 0

    def test_many_are_reminded_of_some_at_a_time(self, clock, inquiry, monkeypatch):
        InquiryFactory()
        monkeypatch.setattr(reminders, "AT_ONCE", 1)
        clock.shift(HOUR)
        assert [remind(), remind(), remind()] == [1, 1, 0]

    def test_two_workers_that_look_at_once_make_one(self, clock, inquiry):
        clock.shift(HOUR)
        remind()
        # The other found the same before this one had written.
        before = Notification.objects.values().get()
        outbox.start_anew(Notification.Kind.OVERDUE, [inquiry.pk], at=timezone.now() + MINUTE)
        outbox.put_in([Notification.Kind.OVERDUE], [inquiry.pk], at=timezone.now() + MINUTE)
        assert Notification.objects.values().get() == before


class TestSetAside:
    @pytest.fixture
    def aside(self, clock):
        return InquiryFactory(quarantined_at=START, suspicions=["links"])

    def test_one_reminder_once_the_time_to_call_back_has_passed(self, clock, aside):
        assert remind() == 0
        clock.shift(31 * MINUTE)
        assert (remind(), kinds()) == (1, ["quarantined"])
        clock.shift(2 * DAY)
        assert remind() == 0

    def test_nothing_once_somebody_has_looked(self, clock, aside):
        meanwhile.mark_viewed(inquiry=aside)
        clock.shift(HOUR)
        assert remind() == 0

    def test_it_leads_to_the_quarantine(self, clock, aside, lead, smtp):
        clock.shift(HOUR)
        remind()
        outbox.send_next()
        [(to, text)] = smtp.messages
        assert to == (lead.email,)
        assert "?show=quarantine" in text

    def test_one_reminder_speaks_for_a_flood(self, clock, aside):
        for _n in range(5):
            InquiryFactory(quarantined_at=START)
        clock.shift(HOUR)
        assert [remind(), remind()] == [1, 0]
        clock.shift(2 * DAY)
        assert remind() == 0

    def test_what_came_after_it_is_told_of_a_day_later(self, clock, aside):
        clock.shift(HOUR)
        remind()
        InquiryFactory(quarantined_at=timezone.now())
        clock.shift(HOUR)
        assert remind() == 0
        clock.shift(DAY)
        assert remind() == 1


def test_a_look_costs_the_same_with_ten_times_the_inquiries(clock, django_assert_num_queries):
    for count in (3, 30):
        for _n in range(count):
            InquiryFactory()
        with django_assert_num_queries(3):
            remind()


def test_what_nobody_has_taken_is_found_by_index(db):
    at = timezone.now()
    rows = Inquiry.objects.overdue_and_unclaimed(at).filter(due_at__gte=at - HOUR)
    plan = rows.order_by("due_at", "pk").values_list("pk").explain()
    if connection.vendor == "sqlite":  # PostgreSQL reads a table this small from end to end
        assert "USING INDEX inquiry_" in plan.replace("COVERING ", "")
        assert "SCAN admissions_inquiry\n" not in plan
