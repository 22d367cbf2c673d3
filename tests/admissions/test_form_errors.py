"""Mistakes: what is said about them, where, and that no answer is lost over one."""

from __future__ import annotations

import pytest

from admissions.models import Inquiry
from tests.admissions.answers import (
    CHECK,
    FORM,
    FULL,
    control,
    errors_at,
    post,
    soup_of,
    values_in,
)

pytestmark = pytest.mark.django_db

LISTED = "Choose one of the answers listed."


@pytest.mark.parametrize("path", [FORM, CHECK])
def test_a_form_with_a_mistake_comes_back_and_stores_nothing(client, path) -> None:
    response = post(client, path, name="")
    assert response.status_code == 422
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("path", [FORM, CHECK])
def test_an_empty_form_names_every_question_that_needs_an_answer(client, path) -> None:
    response = client.post(path)
    assert response.status_code == 422
    assert errors_at(soup_of(response)) == {
        "id_asking_for_0": "Choose who this is for.",
        "id_name": "Enter your name. A first name is enough.",
        "id_contact_by_0": "Choose how we should reach you.",
    }


@pytest.mark.parametrize(
    ("wrong", "target", "words"),
    [
        ({"contact_by": "call", "phone": ""}, "id_phone", "so that we can call you"),
        ({"contact_by": "text", "phone": ""}, "id_phone", "so that we can text you"),
        ({"contact_by": "email"}, "id_email", "so that we can write to you"),
        ({"voicemail_ok": ""}, "id_voicemail_ok_0", "whether we may leave a voicemail"),
        ({"phone": "12345"}, "id_phone", "with its area code"),
        ({"phone": "after six"}, "id_phone", "with its area code"),
        ({"phone": "619-555-0134 ext 1234567890123"}, "id_phone", "up to 12 digits"),
        ({"contact_by": "email", "email": "rosa@"}, "id_email", "name@example.com"),
        ({"contact_by": "email", "email": "r" * 250 + "@example.com"}, "id_email", "254"),
        ({"name": "x" * 300}, "id_name", "It has 300 now"),
        ({"name": " \u200b\u200f "}, "id_name", "Enter your name"),
        ({"ask_for": "x" * 121}, "id_ask_for", "It has 121 now"),
        ({"relationship": "x" * 61}, "id_relationship", "It has 61 now"),
        ({"message": "x" * 2001}, "id_message", "It has 2001 now"),
        ({"asking_for": "everyone"}, "id_asking_for_0", LISTED),
        ({"contact_by": "fax"}, "id_contact_by_0", LISTED),
        ({"voicemail_ok": "maybe"}, "id_voicemail_ok_0", LISTED),
        ({"language": "xx"}, "id_language_0", LISTED),
        ({"situation": "nowhere"}, "id_situation", LISTED),
        ({"payer": "gold"}, "id_payer", LISTED),
        ({"best_time": ["morning", "midnight"]}, "id_best_time_0", LISTED),
        ({"consent": ["call", "fax"]}, "id_consent_0", LISTED),
        ({"name": ["Rosa", "Lena"]}, "id_name", "Answer this question once."),
        ({"asking_for": ["self", "family"]}, "id_asking_for_0", "Answer this question once."),
        ({"language": ["en", "es"]}, "id_language_0", "Answer this question once."),
    ],
)
def test_a_mistake_is_explained_in_the_summary_and_in_the_same_words_at_its_field(
    client, wrong, target, words
) -> None:
    response = post(client, **wrong)
    assert response.status_code == 422
    soup = soup_of(response)
    errors = errors_at(soup)
    assert list(errors) == [target]
    assert words in errors[target]
    at_field = soup.find(id=target).find_parent(class_="field").find(class_="invalid-feedback")
    assert at_field.p.get_text(strip=True).removeprefix("Error:").strip() == errors[target]


def test_a_repeated_field_with_one_and_the_same_answer_is_one_answer(client) -> None:
    assert post(client, name=["Rosa", "Rosa"]).status_code == 302
    assert Inquiry.objects.get().name == "Rosa"


def test_the_summary_comes_before_the_heading_and_takes_the_focus(client) -> None:
    soup = soup_of(client.post(CHECK))
    wrap = soup.main.find(True)
    first = wrap.find(True)
    assert first["class"] == ["error-summary"]
    assert not wrap.find_previous_sibling(True)
    assert (first["role"], first["tabindex"]) == ("alert", "-1")
    assert first.has_attr("autofocus")
    assert first.h2.get_text() == "There is a problem"
    assert len(soup.find_all(autofocus=True)) == 1


def test_the_title_says_that_there_is_an_error(client) -> None:
    assert soup_of(client.post(CHECK)).title.get_text().startswith("Error: ")
    assert not soup_of(client.get(FORM)).title.get_text().startswith("Error")


def test_a_field_with_an_error_says_so_to_a_screen_reader(client) -> None:
    soup = soup_of(post(client, name="", voicemail_ok=""))
    name = control(soup, "name")
    assert name["aria-invalid"] == "true"
    assert name["aria-describedby"].split() == ["id_name_helptext", "id_name_error"]
    assert soup.find(id="id_name_error")
    group = soup.find(id="div_id_voicemail_ok")
    assert "id_voicemail_ok_error" in group["aria-describedby"].split()
    assert not control(soup, "phone").has_attr("aria-invalid")


@pytest.mark.parametrize("path", [FORM, CHECK])
def test_every_answer_is_still_in_the_form(client, path) -> None:
    soup = soup_of(post(client, path, **FULL | {"email": "not an address"}))
    kept = values_in(soup)
    expected = FULL | {"email": "not an address", "message": "First line.\nSecond line."}
    for name, value in expected.items():
        wanted = sorted(value) if isinstance(value, list) else [value]
        assert sorted(kept[name]) == wanted, name


def test_a_number_that_was_not_understood_is_shown_as_it_was_typed(client) -> None:
    assert values_in(soup_of(post(client, phone="1 (23) x")))["phone"] == ["1 (23) x"]


def test_no_voicemail_answer_is_needed_when_we_do_not_call(client) -> None:
    assert post(client, contact_by="text", leave_out="voicemail_ok").status_code == 302
    assert Inquiry.objects.get().voicemail_ok is False


def test_a_missing_language_means_english(client) -> None:
    assert post(client, leave_out="language").status_code == 302
    assert Inquiry.objects.get().language == "en"
