"""The form while the database does not answer: honest, every answer kept, others named."""

from __future__ import annotations

import pytest

from admissions.models import Inquiry
from admissions.views import receipt
from programs.models import Clinic
from tests.admissions.answers import FULL, KEY, SHORT
from tests.pages import FORM, read, text_of

pytestmark = pytest.mark.usefixtures("site")
CHECK = f"{FORM}check/"


def test_the_form_says_that_it_cannot_be_sent_and_who_can_help(client, database_down):
    with database_down():
        page = read(client, FORM, status=503)
    words = text_of(page)
    assert "cannot be sent right now" in words
    for number in ("911", "988", "1-800-662-4357", "888-724-7240"):
        assert number in words


def test_it_does_not_ask_people_to_write_while_nothing_can_be_sent(client, database_down):
    Clinic.objects.update(accepting_new_clients=False, accepting_checked_on="2026-11-01")
    client.get("/")
    with database_down():
        assert "You can still write to us" not in text_of(read(client, FORM, status=503))


def test_it_says_when_to_try_again(client, database_down):
    with database_down():
        assert client.get(FORM).headers["Retry-After"] == "60"


def test_the_clinics_phone_as_last_known_is_on_it(client, database_down):
    Clinic.objects.update_or_create(pk=1, defaults={"phone": "+16195550123"})
    client.get("/")
    with database_down():
        assert "(619) 555-0123" in text_of(read(client, FORM, status=503))


@pytest.mark.parametrize("path", [FORM, CHECK])
def test_what_was_posted_is_in_the_form_again(client, database_down, path):
    with database_down():
        response = client.post(path, FULL)
    assert response.status_code == 503
    html = response.content.decode()
    assert "Nothing was sent" in html and "your answers are still here" in html
    assert 'value="Rosa Example"' in html and "Second line." in html
    assert f'value="{KEY}"' in html, "sent again, it is the same inquiry"


def test_sending_it_again_when_the_database_is_back_stores_it_once(client, database_down):
    with database_down():
        client.post(FORM, FULL)
    assert client.post(FORM, FULL).status_code == 302
    assert Inquiry.objects.count() == 1


def test_the_log_names_the_kind_of_error_and_no_values(client, database_down, caplog):
    with database_down():
        client.post(FORM, SHORT)
    assert "OperationalError" in caplog.text
    assert "010-0199" not in caplog.text


def test_who_was_given_a_reference_sees_it_all_the_same(client, database_down):
    address = f"{FORM}received/{receipt('ABCD-EFGH-JK')}/"
    with database_down():
        page = read(client, address)
    assert page.find(id="inquiry-reference").text == "ABCD-EFGH-JK"
    assert "988" in page.text
