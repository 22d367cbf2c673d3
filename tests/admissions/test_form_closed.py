"""While the clinic is full: the form says what that means, and takes a message if allowed."""

from __future__ import annotations

import datetime

import pytest

from admissions.models import DeskSettings, Inquiry
from programs.models import Clinic
from tests.admissions.answers import CHECK, FORM, KEY, post, soup_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(site):
    Clinic.objects.update(
        accepting_new_clients=False,
        accepting_checked_on=datetime.date(2026, 5, 4),
        phone="+16195550123",
    )


@pytest.fixture
def closed(full):
    DeskSettings.objects.update_or_create(defaults={"messages_while_full": False})


def test_a_full_clinic_still_takes_a_message(full, client):
    page = soup_of(client.get(FORM))
    assert "We are not taking new clients right now" in page.main.get_text()
    assert page.main.form is not None
    assert post(client).status_code == 302


def test_without_leave_to_write_there_is_no_form_but_a_way_on(closed, client):
    page = soup_of(client.get(FORM))
    assert page.main.find("form", class_="inquiry") is None
    text = page.main.get_text(" ", strip=True)
    assert "We cannot take messages here" in text
    links = {a["href"] for a in page.main.find_all("a")}
    assert {"tel:+16195550123", "tel:988", "tel:+18006624357"} <= links


@pytest.mark.parametrize("path", [FORM, CHECK])
def test_what_was_written_meanwhile_is_shown_and_not_stored(path, closed, client):
    response = post(client, path, message="Words that took an hour.")
    assert response.status_code == 409
    assert response.headers["Cache-Control"] == "no-store, private"
    text = soup_of(response).main.get_text(" ", strip=True)
    assert "Words that took an hour." in text
    assert "It was not sent and is not stored" in text
    assert not Inquiry.objects.exists()


def test_what_was_stored_before_is_confirmed_when_it_is_sent_again(full, client):
    first = post(client, key=KEY)
    DeskSettings.objects.update_or_create(defaults={"messages_while_full": False})
    again = post(client, key=KEY)
    assert (first.status_code, again.status_code) == (302, 302)
    assert Inquiry.objects.count() == 1


def test_opening_the_form_writes_nothing(full, client):
    DeskSettings.objects.all().delete()
    assert client.get(FORM).status_code == 200
    assert not DeskSettings.objects.exists()
