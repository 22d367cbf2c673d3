"""What the desk says of a step is exact: of what was typed, and of what was done."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.urls import reverse

from admissions import workflow
from admissions.clock import ZONE
from admissions.models import SavedView
from programs.models import Clinic, ClosedDay, OpeningHours
from tests.admissions.people import received

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

MONDAY = datetime.datetime(2027, 1, 4, 10, tzinfo=ZONE)
TOO_LONG = "Works nights. " * 360
STEPS = {
    "note": "text",
    "reply": "text",
    "attempt": "note",
    "priority": "reason",
    "close": "reason",
}
VIEWS = "/admin/admissions/inquiry/views/?tab=mine&language=es"


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def inquiry(coordinator):
    """One whose person was reached, and may be e-mailed."""
    inquiry = received(consent=["call", "email"])
    workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    workflow.record_attempt(inquiry=inquiry, actor=coordinator, channel="call", outcome="reached")
    return inquiry


@pytest.fixture
def take(desk, inquiry):
    """Sends a step's form, and gives the answer."""

    def send(action, **answers):
        inquiry.refresh_from_db()
        address = reverse(f"admin:admissions_inquiry_{action}", args=[inquiry.pk])
        return desk.post(address, {"version": inquiry.version} | answers)

    return send


def said_after(response):
    """The message that the next page shows."""
    assert response.status_code == 302
    *_earlier, message = get_messages(response.wsgi_request)
    return str(message)


def complaint(response, field_id):
    """What is said at that field, the same in the summary; and what stands in it."""
    assert response.status_code == 422
    soup = BeautifulSoup(response.content.decode(), "html5lib")
    said = soup.select_one(f"#{field_id}_error").text
    assert soup.select_one(f'[role=alert] a[href="#{field_id}"]').text == said
    control = soup.find(id=field_id)
    return said, control.get("value") or control.text.removeprefix("\r").removeprefix("\n")


# Long and unusual texts


@pytest.mark.parametrize(("action", "field"), STEPS.items())
def test_no_text_is_cut_by_the_browser(action, field, desk, inquiry):
    page = BeautifulSoup(desk.get(inquiry.get_absolute_url()).content.decode(), "html5lib")
    assert not page.find(id=f"id_{action}_{field}").has_attr("maxlength")


@pytest.mark.parametrize(("action", "field"), STEPS.items())
def test_a_text_that_is_too_long_comes_back_whole_with_its_length(action, field, take):
    said, kept = complaint(take(action, **{field: TOO_LONG}), f"id_{action}_{field}")
    assert said == "Shorten it to 4,000 characters. It has 5,039 now."
    assert kept.strip() == TOO_LONG.strip()


def test_a_line_break_counts_as_one_character(take):
    assert take("note", text="\r\n".join(["x"] * 2000)).status_code == 302


@pytest.mark.parametrize(("action", "field"), STEPS.items())
def test_hidden_characters_are_taken_out_and_said(action, field, take):
    said, kept = complaint(take(action, **{field: "Works\x00 nights"}), f"id_{action}_{field}")
    assert "has hidden characters that we cannot store" in said
    assert kept == "Works nights"


def test_the_name_of_a_view_that_is_too_long_comes_back_whole_with_its_length(desk):
    name = "Spanish speakers " * 5
    response = desk.post(VIEWS, {"new-name": name})
    said, kept = complaint(response, "id_new-name")
    assert said == "Shorten the name to 60 characters. It has 84 now."
    assert kept == name
    assert b"maxlength" not in response.content
    assert not SavedView.objects.exists()


# Days and times


def test_a_follow_up_day_that_is_taken_away_is_said_to_be(take, inquiry):
    assert said_after(take("set-follow-up", on="2027-01-08")).endswith(" is set.")
    gone = said_after(take("set-follow-up", on=""))
    assert gone == f"{inquiry.reference} has no follow-up day any more."


@pytest.mark.parametrize("time", ["2027-03-14T02:30", "2027-11-07T01:30"])
def test_an_hour_that_the_clocks_skip_or_repeat_is_no_time_for_an_assessment(time, take, inquiry):
    said, kept = complaint(take("assessment", at=time), "id_assessment_at")
    assert said == "The clocks change then: choose another time."
    assert kept == time
    inquiry.refresh_from_db()
    assert inquiry.assessment_at is None


TIMES = [("2027-01-11T10:00", True), ("2027-01-11T03:00", False), ("2027-01-11T20:00", False)]


@pytest.fixture
def clinic():
    """Open on Mondays, from 9 to 5."""
    clinic = Clinic.objects.create(pk=1)
    OpeningHours.objects.create(
        clinic=clinic, weekday=0, opens=datetime.time(9), closes=datetime.time(17)
    )
    return clinic


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(("time", "is_open"), TIMES)
def test_an_assessment_outside_opening_hours_is_taken_and_remarked_on(time, is_open, take, inquiry):
    said = said_after(take("assessment", at=time))
    assert ("outside opening hours" in said) is not is_open
    inquiry.refresh_from_db()
    assert inquiry.assessment_at is not None


@pytest.mark.parametrize(("time", "is_open"), TIMES)
def test_an_assessment_at_night_is_remarked_on_while_no_hours_are_entered(time, is_open, take):
    assert ("outside opening hours" in said_after(take("assessment", at=time))) is not is_open


def test_an_assessment_on_a_closed_day_is_remarked_on(take, clinic):
    ClosedDay.objects.create(clinic=clinic, date=datetime.date(2027, 1, 11))
    said = said_after(take("assessment", at="2027-01-11T10:00"))
    assert said.endswith("is scheduled. That is outside opening hours.")
