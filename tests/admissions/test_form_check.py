"""Check your answers: shown in words, sent again by hidden inputs, changed by a button."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from admissions.models import Inquiry
from programs.models import Clinic
from tests.admissions.answers import (
    CHECK,
    FORM,
    FULL,
    KEY,
    SHORT,
    control,
    post,
    soup_of,
    values_in,
)
from tests.pages import missing_help

pytestmark = pytest.mark.django_db


def _rows(soup) -> dict[str, str]:
    rows = soup.main.find("dl", class_="summary-list").find_all("div", recursive=False)
    return {row.button["value"]: row.dd.get_text("\n", strip=True) for row in rows}


def test_every_answer_is_shown_in_words(client) -> None:
    response = post(client, CHECK, **FULL)
    assert response.status_code == 200
    assert _rows(soup_of(response)) == {
        "asking_for": "Someone I care about",
        "relationship": "sister",
        "name": "Rosa Example",
        "contact_by": "Phone call",
        "phone": "(619) 555-0134 ext. 12",
        "email": "rosa@example.com",
        "voicemail_ok": "Yes",
        "ask_for": "Rosie",
        "best_time": "Morning, Evening",
        "language": "Spanish (español)",
        "situation": "Finishing, or just out of, detoxification",
        "payer": "Medi-Cal",
        "message": "First line.\nSecond line.",
        "confirmation": "No answer",
        "consent": "Amity San Diego may call me, Amity San Diego may e-mail me",
    }


def test_a_number_abroad_is_shown_with_its_country(client) -> None:
    rows = _rows(soup_of(post(client, CHECK, phone="+52 664 123 4567")))
    assert rows["phone"].startswith("+52 ")


def test_what_was_left_out_is_shown_as_no_answer(client) -> None:
    rows = _rows(soup_of(post(client, CHECK)))
    assert rows["message"] == rows["consent"] == rows["payer"] == "No answer"


def test_nobody_is_asked_how_they_know_themselves(client) -> None:
    assert "relationship" not in _rows(soup_of(post(client, CHECK)))
    # Nothing is sent that the person does not see.
    assert _rows(soup_of(post(client, CHECK, relationship="sister")))["relationship"] == "sister"


def test_a_clinic_that_takes_nobody_new_says_so_before_anything_is_sent(client) -> None:
    Clinic.objects.create(
        pk=1, accepting_new_clients=False, accepting_checked_on=timezone.localdate()
    )
    assert "We are not taking new clients right now" in soup_of(post(client, CHECK)).main.get_text()


def test_the_check_carries_the_crisis_lines_and_their_warnings(client) -> None:
    assert missing_help(soup_of(post(client, CHECK))) == set()


def test_checking_stores_nothing_anywhere(client) -> None:
    response = post(client, CHECK, **FULL)
    assert not Inquiry.objects.exists()
    assert not Session.objects.exists()
    assert set(response.cookies) <= {"csrftoken"}


def test_the_page_holds_the_same_answers_ready_to_send(client) -> None:
    soup = soup_of(post(client, CHECK, **FULL))
    form = soup.main.form
    assert (form["action"], form["method"]) == (FORM, "post")
    sent = values_in(soup)
    client.post(FORM, sent)
    inquiry = Inquiry.objects.get()
    assert str(inquiry.idempotency_key) == KEY
    assert inquiry.message == "First line.\nSecond line."
    assert inquiry.best_time == ["morning", "evening"]


def test_one_button_sends_and_names_what_it_does(client) -> None:
    buttons = soup_of(post(client, CHECK)).main.form.find_all("button")
    [send] = [button for button in buttons if not button.get("name")]
    assert (send["type"], send.get_text()) == ("submit", "Send my request")


def test_each_row_has_a_button_that_says_what_it_changes(client) -> None:
    buttons = soup_of(post(client, CHECK, **FULL)).main.form.find_all("button", {"name": "change"})
    names = [button.get_text() for button in buttons]
    assert len(set(names)) == len(buttons) == 15
    assert "Change: Your name" in names


@pytest.mark.parametrize(
    ("field", "focused"),
    [
        ("asking_for", "id_asking_for_0"),
        ("phone", "id_phone"),
        ("best_time", "id_best_time_0"),
    ],
)
def test_change_goes_back_to_the_form_with_every_answer_and_that_field_in_focus(
    client, field, focused
) -> None:
    sent = values_in(soup_of(post(client, CHECK, **FULL)))
    response = client.post(FORM, sent | {"change": field})
    del sent["checked"]  # a signature over the answers before they are changed
    assert response.status_code == 200
    soup = soup_of(response)
    kept = values_in(soup)
    for name, value in sent.items():
        assert sorted(kept[name]) == sorted(value), name
    assert [item["id"] for item in soup.find_all(autofocus=True)] == [focused]
    assert not soup.main.find(class_="error-summary")
    assert not Inquiry.objects.exists()


def test_changing_an_unknown_field_just_shows_the_form(client) -> None:
    response = client.post(FORM, SHORT | {"change": "<b>"})
    assert response.status_code == 200
    assert not soup_of(response).find_all(autofocus=True)


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_check_page_leads_to_the_form(client, method) -> None:
    response = getattr(client, method)(CHECK)
    assert response.status_code in {302, 303}
    assert response.headers["Location"] == FORM


def test_search_engines_leave_the_check_page_alone(client) -> None:
    robots = soup_of(post(client, CHECK)).find("meta", {"name": "robots"})
    assert robots["content"] == "noindex"


def test_what_was_typed_cannot_become_markup(client) -> None:
    hostile = '"><script>alert(1)</script>'
    soup = soup_of(post(client, CHECK, name=hostile, message=hostile))
    assert not soup.main.find("script")
    assert _rows(soup)["name"] == hostile
    assert control(soup, "name")["value"] == hostile


@pytest.mark.parametrize("key", ["", "abc", "{3d3c5c1e}", "00000000-0000-0000-0000-000000000000"])
def test_a_missing_or_malformed_key_gets_a_fresh_one(client, key) -> None:
    kept = values_in(soup_of(post(client, CHECK, key=key)))["key"]
    assert len(kept[0]) == 36
    assert kept != [key]


def test_a_key_of_ours_is_kept_through_errors_checks_and_changes(client) -> None:
    for path, more in ((CHECK, {}), (FORM, {"name": ""}), (FORM, {"change": "name"})):
        assert values_in(soup_of(post(client, path, key=KEY, **more)))["key"] == [KEY]
