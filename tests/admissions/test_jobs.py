"""The timed jobs: each in its turn, and none at the expense of another."""

import datetime
import logging

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from admissions import figures, jobs
from admissions.jobs import JOBS, MINUTE, Job, Schedule
from admissions.models import Notification
from tests.factories import InquiryFactory

NOON = datetime.datetime(2026, 11, 23, 20, tzinfo=datetime.UTC)
HOUR = 60 * MINUTE


@pytest.fixture
def ran():
    return []


def test_each_runs_at_first_and_then_when_its_time_has_passed(ran):
    schedule = Schedule([Job("often", MINUTE, lambda at: ran.append("often")),
                         Job("seldom", HOUR, lambda at: ran.append("seldom"))])  # fmt: skip
    schedule.run_due(NOON)
    assert ran == ["often", "seldom"]
    schedule.run_due(NOON + MINUTE / 2)
    assert ran == ["often", "seldom"]
    schedule.run_due(NOON + MINUTE)
    assert ran == ["often", "seldom", "often"]
    schedule.run_due(NOON + HOUR)
    assert ran[3:] == ["often", "seldom"]


@pytest.mark.parametrize("failure", [ValueError, DatabaseError])
def test_one_that_fails_is_logged_by_its_kind_and_stops_no_other(failure, ran, caplog):
    def fail(at):
        raise failure("rosa@example.org")

    schedule = Schedule([Job("broken", HOUR, fail), Job("whole", HOUR, ran.append)])
    with caplog.at_level(logging.ERROR):
        schedule.run_due(NOON)
    assert ran == [NOON]
    assert f"The job “broken” failed: {failure.__name__}" in caplog.text
    assert "rosa" not in caplog.text


def test_one_that_failed_is_tried_again_soon(ran):
    def fail_once(at):
        ran.append(at)
        if len(ran) == 1:
            raise OSError

    schedule = Schedule([Job("daily", 24 * HOUR, fail_once)])
    schedule.run_due(NOON)
    schedule.run_due(NOON + jobs.RETRY)
    schedule.run_due(NOON + 2 * jobs.RETRY)
    assert ran == [NOON, NOON + jobs.RETRY]


def test_a_clock_that_is_set_back_silences_none(ran):
    schedule = Schedule([Job("often", MINUTE, ran.append)])
    schedule.run_due(NOON)
    schedule.run_due(NOON - 24 * HOUR)
    assert len(ran) == 2


def test_reminders_and_the_purge_are_on_the_list():
    assert {"reminders", "older reminders", "purge"} <= {job.name for job in JOBS}
    assert {figures.refresh, figures.recount} <= {job.run for job in JOBS}


def test_work_once_makes_reminders_and_sends_them(lead, smtp):
    received = timezone.now() - datetime.timedelta(days=1)
    InquiryFactory(received_at=received)
    call_command("work", once=True)
    assert smtp.readers == [lead.email]
    assert Notification.objects.get().kind == "overdue"


@pytest.mark.django_db
def test_expired_sessions_go_once_a_day_and_others_stay(admin_client):
    expired = Session.objects.create(
        session_key="expired", session_data="", expire_date=timezone.now() - HOUR
    )
    Schedule([job for job in JOBS if job.name == "old sessions"]).run_due(timezone.now())
    assert not Session.objects.filter(pk=expired.pk).exists()
    assert Session.objects.count() == 1
