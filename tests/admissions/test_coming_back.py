"""Nothing slips: an assessment brings its inquiry back, and an attempt proposes a day for it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.utils import timezone

from admissions import follow_up, workflow
from admissions.admin.wording import due_badge
from admissions.models import Inquiry
from programs.models import Clinic, ClosedDay, OpeningHours
from tests.factories import InquiryFactory

NOW = timezone.make_aware(datetime(2031, 3, 3, 10))  # a Monday
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


def in_state(coordinator, status="contacted", **more):
    return InquiryFactory(status=status, assignee=coordinator, **more)


def schedule(inquiry, actor, at):
    return workflow.schedule_assessment(
        inquiry=inquiry, actor=actor, version=inquiry.version, at=at
    )


def attempt(inquiry, actor, on=None):
    return workflow.record_attempt(
        inquiry=inquiry, actor=actor, channel="call", outcome="no-answer", next_follow_up=on
    )


def test_the_day_of_an_assessment_brings_the_inquiry_back(db, coordinator):
    at = NOW + 4 * DAY
    inquiry = schedule(in_state(coordinator), coordinator, at)
    assert inquiry.follow_up_on == date(2031, 3, 7)
    assert not Inquiry.objects.follow_up_due().exists()
    with time_machine.travel(at + 5 * DAY, tick=False):
        assert list(Inquiry.objects.follow_up_due()) == [inquiry]


def test_a_moved_assessment_moves_that_day(db, coordinator):
    inquiry = schedule(in_state(coordinator), coordinator, NOW + 4 * DAY)
    assert schedule(inquiry, coordinator, NOW + 9 * DAY).follow_up_on == date(2031, 3, 12)


def test_an_attempt_before_the_assessment_leaves_its_day(db, coordinator):
    inquiry = schedule(in_state(coordinator), coordinator, NOW + 4 * DAY)
    inquiry = workflow.set_follow_up(
        inquiry=inquiry, actor=coordinator, version=inquiry.version, on=NOW.date()
    )
    assert attempt(inquiry, coordinator).follow_up_on == date(2031, 3, 7)


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [
        (4, "Assessment Mar 7, 10:00 a.m.", "calm"),
        (-1, "Assessment was Mar 2, 10:00 a.m.", "late"),
    ],
)
def test_an_assessment_that_is_over_says_so(db, coordinator, days, text, tone):
    inquiry = in_state(coordinator, "assessment", assessment_at=NOW + days * DAY)
    badge = due_badge(inquiry, timezone.now())
    assert (badge.text, badge.tone) == (text, tone)


def open_on(*weekdays):
    clinic = Clinic.objects.create(pk=1)
    for day in weekdays:
        OpeningHours.objects.create(clinic=clinic, weekday=day, opens=time(9), closes=time(17))
    return clinic


def test_an_attempt_proposes_the_next_day_that_is_open(db, coordinator, client):
    clinic = open_on(0, 1, 3)
    ClosedDay.objects.create(clinic=clinic, date=date(2031, 3, 4))
    inquiry = in_state(coordinator, "claimed")
    client.force_login(coordinator)
    page = BeautifulSoup(client.get(inquiry.get_absolute_url()).content, "html5lib")
    assert page.select_one("#id_attempt_next_follow_up")["value"] == "2031-03-06"


def test_a_day_that_is_set_already_is_not_proposed_over(db, coordinator):
    inquiry = in_state(coordinator, follow_up_on=date(2031, 3, 20))
    assert follow_up.proposed(inquiry) is None


@pytest.mark.parametrize("on", [date(2031, 3, 3), date(2031, 2, 1)])
def test_a_day_that_has_come_is_followed_by_another(db, coordinator, on):
    assert follow_up.proposed(in_state(coordinator, follow_up_on=on)) == date(2031, 3, 4)


def test_an_attempt_without_a_day_still_needs_none(db, coordinator):
    assert attempt(in_state(coordinator), coordinator).follow_up_on is None
