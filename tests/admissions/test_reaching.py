"""“Could not reach” needs attempts on different days, and says how many are still missing."""

from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.utils import timezone

from admissions import reaching, workflow
from admissions.models import DeskSettings, Notification
from admissions.workflow import IllegalTransition
from tests.admissions.people import received
from tests.factories import InquiryFactory


def local(day: int, hour: int, month: int = 3) -> datetime:
    return timezone.make_aware(datetime(2031, month, day, hour))


@pytest.fixture
def claimed(db, coordinator):
    with time_machine.travel(local(3, 9), tick=False):
        inquiry = InquiryFactory()
        return workflow.claim(inquiry=inquiry, actor=coordinator, version=1)


def attempt(inquiry, actor, at, outcome="no-answer"):
    with time_machine.travel(at, tick=False):
        return workflow.record_attempt(
            inquiry=inquiry, actor=actor, channel="call", outcome=outcome
        )


def give_up(inquiry, actor):
    return workflow.close(
        inquiry=inquiry, actor=actor, version=inquiry.version, outcome="could-not-reach"
    )


def test_three_attempts_on_one_day_are_one_day(claimed, coordinator):
    for hour in (9, 12, 18):
        claimed = attempt(claimed, coordinator, local(3, hour))
    with pytest.raises(IllegalTransition, match="1 of 3 days tried"):
        give_up(claimed, coordinator)


def test_attempts_on_three_days_are_enough(claimed, coordinator):
    for day in (3, 4, 7):
        claimed = attempt(claimed, coordinator, local(day, 9))
    assert give_up(claimed, coordinator).outcome == "could-not-reach"


def test_days_are_the_clinic_s_own(claimed, coordinator):
    """11 p.m. and 1 a.m. in San Diego are one day in UTC and two days here."""
    for at in (local(3, 23), local(4, 1)):
        claimed = attempt(claimed, coordinator, at)
    assert reaching.days_tried(claimed) == 2


def test_two_attempts_an_hour_apart_on_the_night_clocks_change_are_one_day(claimed, coordinator):
    for at in (local(9, 1), local(9, 4)):  # the clocks go ahead at 2 a.m.
        claimed = attempt(claimed, coordinator, at)
    assert reaching.days_tried(claimed) == 1


def test_the_desk_decides_how_many_days(claimed, coordinator):
    desk = DeskSettings.get_solo()
    desk.days_to_try = 1
    desk.save()
    claimed = attempt(claimed, coordinator, local(3, 9))
    assert give_up(claimed, coordinator).outcome == "could-not-reach"


def test_what_was_tried_before_the_clock_restarted_does_not_count(claimed, coordinator):
    for day in (3, 4, 5):
        claimed = attempt(claimed, coordinator, local(day, 9))
    with time_machine.travel(local(6, 9), tick=False):
        back = workflow.release(inquiry=claimed, actor=coordinator, version=claimed.version)
        again = workflow.claim(inquiry=back, actor=coordinator, version=back.version)
    again = attempt(again, coordinator, local(6, 10))
    with pytest.raises(IllegalTransition, match="1 of 3 days tried"):
        give_up(again, coordinator)


def test_a_day_on_which_the_person_was_reached_is_no_day_in_vain(claimed, coordinator):
    claimed = attempt(claimed, coordinator, local(3, 9), outcome="reached")
    assert reaching.days_tried(claimed) == 0


def test_the_workspace_says_how_many_days_are_missing(claimed, coordinator, client):
    claimed = attempt(claimed, coordinator, timezone.now() - timedelta(minutes=1))
    client.force_login(coordinator)
    page = client.get(claimed.get_absolute_url()).content.decode()
    soup = BeautifulSoup(page, "html5lib")
    assert "1 of 3 days tried" in soup.select_one("#id_close_outcome_helptext").text
    offered = [option["value"] for option in soup.select("#id_close_outcome option")]
    assert "could-not-reach" not in offered


@pytest.mark.usefixtures("mail_on")
def test_a_reply_that_has_not_left_is_no_day_tried(db, coordinator):
    DeskSettings.objects.update_or_create(pk=1, defaults={"days_to_try": 1})
    inquiry = received(consent=["email"])
    inquiry = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    inquiry = workflow.send_reply(
        inquiry=inquiry, actor=coordinator, version=inquiry.version, text="Hello"
    )
    with pytest.raises(IllegalTransition, match="0 of 1 days tried"):
        give_up(inquiry, coordinator)
    Notification.objects.filter(kind="reply").update(sent_at=timezone.now())
    assert give_up(inquiry, coordinator).outcome == "could-not-reach"
