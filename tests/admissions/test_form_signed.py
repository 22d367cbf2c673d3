"""What is sent after the check is what was checked."""

from __future__ import annotations

import pytest

from admissions.models import Inquiry
from tests.admissions.answers import CHECK, FORM, FULL, post, soup_of, values_in

pytestmark = pytest.mark.django_db


def checked(client, **answers):
    """What the check page would send if its last button were pressed."""
    return values_in(soup_of(post(client, CHECK, **FULL | answers)))


def test_the_answers_as_checked_are_stored(client):
    data = checked(client)
    assert data["checked"][0]
    assert client.post(FORM, data).status_code == 302
    assert Inquiry.objects.get().name == "Rosa Example"


@pytest.mark.parametrize("breaks", ["\n", "\r", "\r\n"])
def test_how_a_browser_writes_line_breaks_changes_nothing(client, breaks):
    data = checked(client, message="One.\nTwo.")
    data["message"] = [f"One.{breaks}Two."]
    assert client.post(FORM, data).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"phone": ["619-555-0199"]},
        {"consent": ["call", "text", "email"]},
        {"confirmation": ["yes"]},
        {"message": ["Something else."]},
        {"checked": ["forged"]},
        {"checked": [""]},
        {"key": ["0b8a1c92-9c0b-4a4e-8a44-5f3b1f6f2d11"]},
    ],
)
def test_other_answers_than_those_checked_are_shown_again_and_not_stored(client, change):
    response = client.post(FORM, checked(client) | change)
    assert response.status_code == 422
    page = soup_of(response)
    assert "Look at them again" in page.main.find(role="alert").get_text()
    assert not Inquiry.objects.exists()
    # Checked now, they can be sent.
    assert client.post(FORM, values_in(page)).status_code == 302


def test_a_form_sent_straight_away_needs_no_signature(client):
    assert post(client).status_code == 302


def test_a_signature_does_not_carry_over_to_changed_answers(client):
    data = checked(client) | {"change": ["name"]}
    form = values_in(soup_of(client.post(FORM, data)))
    assert "checked" not in form
