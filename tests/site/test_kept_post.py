"""A form of the admin that arrives signed out, or with a token of before: it comes back whole."""

from __future__ import annotations

import json
import logging
from itertools import chain
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import serializers
from django.test import Client
from django.urls import reverse

from admissions import workflow
from admissions.models import AccessRecord, Event, Inquiry
from programs.models import Condition
from tests.admissions.people import received
from tests.admissions.test_arrivals import ADD, CALLER

pytestmark = pytest.mark.django_db

OURS = {"origin": "http://testserver"}
BROWSER = {"sec-fetch-site": "same-origin"}
ELSEWHERE = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
NOTE = "First line.\r\n\r\n  \"Second\" <b>line</b> & 'third' 🌊\r\n"
KEY = "3d3c5c1e-7f0a-4f7e-9d5b-0a1b2c3d4e5f"
INTAKE = CALLER | {"key": KEY, "best_time": ["evening", "morning"], "message": NOTE}
LOGIN = "/admin/login/"


@pytest.fixture
def inquiry(coordinator) -> Inquiry:
    return workflow.claim(inquiry=received(), actor=coordinator, version=1)


@pytest.fixture
def note(inquiry) -> str:
    """The address that takes a note."""
    return reverse("admin:admissions_inquiry_note", args=[inquiry.pk])


@pytest.fixture
def strict() -> Client:
    """A browser whose tokens are looked at."""
    return Client(enforce_csrf_checks=True)


def main_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html5lib").main


def carried(response) -> dict[str, list[str]]:
    """What the button would send, in the line ends that browsers send."""
    main = main_of(response)
    assert not main.form.has_attr("action"), "back to the address it was sent to"
    fields: dict[str, list[str]] = {}
    for field in main.form.find_all("input"):
        assert field["type"] == "hidden"
        value = field["value"].replace("\r\n", "\n").replace("\n", "\r\n")
        fields.setdefault(field["name"], []).append(value)
    return fields


def assert_kept(response, typed: dict[str, object]) -> None:
    """Refused, and all of `typed` is in the page's form, with a new token."""
    assert response.status_code == 403
    assert main_of(response).h1.get_text() == "Nothing was saved yet"
    fields = carried(response)
    assert len(fields.pop("csrfmiddlewaretoken")) == 1
    assert fields == {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    }


def signs(response) -> list[str]:
    """The page's ways to the sign-in."""
    return [link["href"] for link in main_of(response).select(f'a[href^="{LOGIN}"]')]


def stored() -> str:
    """Every row of every table."""
    models = [model for model in apps.get_models() if model._meta.managed]
    rows = chain.from_iterable(model._base_manager.order_by("pk") for model in models)
    return serializers.serialize("json", rows)


# Signed out


def test_a_note_of_somebody_signed_out_comes_back_whole(client, note):
    typed = {"version": "2", "text": NOTE}
    assert_kept(client.post(note, typed), typed)


def test_every_tick_of_a_caller_taken_in_comes_back(client, db):
    assert_kept(client.post(ADD, INTAKE), INTAKE)
    assert not Inquiry.objects.exists()


def test_a_content_record_comes_back(client, site):
    record = Condition.objects.first()
    url = reverse("admin:programs_condition_change", args=[record.pk])
    typed = {"name_en": "Grief", "text_en": NOTE, "_continue": "Save and continue editing"}
    assert_kept(client.post(url, typed), typed)
    assert_kept(client.post(reverse("admin:programs_condition_add"), typed), typed)
    assert not Condition.objects.filter(name_en="Grief").exists()


def test_a_form_of_many_parts_comes_back_too(strict, note):
    """Browsers post the content forms that way when a widget asks for it."""
    typed = {"text": NOTE}
    assert_kept(strict.post(note, typed, headers=OURS), typed)
    body = urlencode(typed)
    kind = "application/x-www-form-urlencoded"
    assert_kept(strict.post(note, body, content_type=kind, headers=OURS), typed)


def test_the_sign_in_opens_beside_what_was_typed(client, note):
    response = client.post(note, {"text": NOTE})
    link = main_of(response).find("a", href=LOGIN)
    assert (link["target"], link["rel"]) == ("_blank", ["noopener"])
    assert "new tab" in link.get_text()
    assert signs(response) == [LOGIN]


def test_nothing_typed_is_stored_or_logged(client, note, caplog):
    before = stored()
    with caplog.at_level(logging.DEBUG):
        response = client.post(note, {"text": "Sensitive words"})
    assert response.headers["Cache-Control"] == "no-store"
    assert stored() == before
    assert not Session.objects.exists()
    assert "sessionid" not in response.cookies
    assert "Sensitive" not in str(response.headers) + caplog.text


def test_a_refusal_of_nobody_is_recorded_as_little_as_before(client, strict, note):
    before = AccessRecord.objects.count()
    client.post(note, {"text": NOTE})
    strict.post(note, {"text": NOTE}, headers=OURS)
    assert AccessRecord.objects.count() == before


def test_an_account_that_is_no_longer_staff_is_led_to_the_sign_in_and_recorded(client, note):
    client.force_login(User.objects.create_user("former"))
    response = client.post(note, {"text": NOTE})
    assert (response.status_code, response.url) == (302, f"{LOGIN}?next={note}")
    assert AccessRecord.objects.latest("pk").action == AccessRecord.Action.DENIED


def test_an_address_that_is_not_there_answers_the_same(client, note):
    there = client.post(note, {"text": NOTE})
    for path in ("/admin/nothing/", "/admin/admissions/inquiry/999999/note/"):
        nowhere = client.post(path, {"text": NOTE})
        assert nowhere.status_code == there.status_code
        assert carried(nowhere).keys() == carried(there).keys()


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_leads_to_the_sign_in_as_ever(client, note, method):
    response = getattr(client, method)(note)
    assert (response.status_code, response.url) == (302, f"{LOGIN}?next={note}")


# An older token


@pytest.mark.parametrize("headers", [OURS, BROWSER, OURS | BROWSER])
def test_a_form_from_before_the_last_sign_in_comes_back_in_the_desk(
    strict, coordinator, note, headers
):
    strict.force_login(coordinator)
    typed = {"version": "2", "text": NOTE}
    response = strict.post(note, typed | {"csrfmiddlewaretoken": "x" * 64}, headers=headers)
    assert_kept(response, typed)
    assert response.headers["Cache-Control"] == "no-store"
    main = main_of(response)
    assert coordinator.username in main.get_text()
    assert main.find("a", href=reverse("admin:index"))
    assert signs(response) == []
    assert not Event.objects.filter(kind=Event.Kind.NOTED).exists()


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    "headers",
    [
        ELSEWHERE,
        {},
        {"origin": "null"},
        {"origin": "null"} | BROWSER,
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_what_another_site_sends_is_refused_as_before(
    strict, coordinator, note, headers, signed_in
):
    if signed_in:
        strict.force_login(coordinator)
    response = strict.post(note, {"text": "planted words"}, headers=headers)
    assert response.status_code == 403
    page = response.content.decode()
    assert "This form had been open too long" in page
    assert "planted words" not in page


def test_the_whole_way_signed_out_and_in_again(strict, coordinator, inquiry, note):
    typed = {"version": str(inquiry.version), "seen": "0", "text": NOTE}
    kept = strict.post(note, typed, headers=OURS)
    sign_in = strict.get(LOGIN)  # in the other tab
    token = sign_in.context["csrf_token"]
    strict.post(
        LOGIN,
        {"username": "cora", "password": "pw-for-tests-only", "csrfmiddlewaretoken": token},
        headers=OURS,
    )
    again = strict.post(note, carried(kept), headers=OURS)
    assert_kept(again, typed)
    assert signs(again) == []
    taken = strict.post(note, carried(again), headers=OURS)
    assert (taken.status_code, taken.url) == (302, inquiry.get_absolute_url())
    noted = Event.objects.get(kind=Event.Kind.NOTED)
    assert noted.actor == coordinator
    assert noted.text.replace("\r\n", "\n") == NOTE.replace("\r\n", "\n").strip()


def test_a_database_that_stops_meanwhile_is_a_503(strict, coordinator, note, database_down):
    strict.force_login(coordinator)
    with database_down():
        response = strict.post(note, {"text": NOTE}, headers=OURS)
    assert response.status_code == 503


# What is never shown again


@pytest.mark.parametrize(
    "name", ["password", "old_password", "new_password1", "Password2", "token-otp_token"]
)
def test_a_password_is_never_in_the_page(client, strict, coordinator, name):
    url = reverse("admin:auth_user_add")
    typed = {"username": "new", name: "secret words"}
    assert client.post(url, typed).url == f"{LOGIN}?next={url}"
    strict.force_login(coordinator)
    response = strict.post(url, typed, headers=OURS)
    assert response.status_code == 403
    assert "secret words" not in response.content.decode()
    assert "This form had been open too long" in response.content.decode()


def test_signing_in_with_an_old_token_is_refused_as_before(strict, db):
    response = strict.post(LOGIN, {"username": "cora"}, headers=OURS)
    assert response.status_code == 403
    assert "This form had been open too long" in response.content.decode()


@pytest.mark.parametrize("there", ["/admin/nothing/", ADD])
def test_what_is_no_form_is_led_to_the_sign_in(client, db, there):
    response = client.post(there, json.dumps({"a": 1}), content_type="application/json")
    assert (response.status_code, response.url) == (302, f"{LOGIN}?next={there}")


def test_a_file_is_not_carried(client, note, tmp_path):
    file = tmp_path / "scan.txt"
    file.write_text("scanned words")
    with file.open() as scan:
        assert client.post(note, {"text": NOTE, "scan": scan}).status_code == 302


def test_the_look_up_while_typing_hears_that_there_is_no_answer(client, db):
    response = client.post(f"{ADD}earlier/", {"name": "Rosa Cruz"})
    assert response.status_code == 403  # the script takes nothing but a 2xx


# Signing out


def test_signing_out_without_a_session_leads_to_the_way_in(client, db):
    response = client.post(reverse("admin:logout"))
    assert (response.status_code, response.url) == (302, reverse("admin:index"))


def test_signing_out_with_an_old_token_asks_once_more_and_then_works(strict, coordinator):
    strict.force_login(coordinator)
    logout = reverse("admin:logout")
    response = strict.post(logout, {}, headers=OURS)
    assert main_of(response).h1.get_text() == "You are still signed in"
    assert main_of(response).form.button.get_text() == "Log out"
    strict.post(logout, carried(response), headers=OURS)
    assert strict.get(reverse("admin:index")).status_code == 302
