"""Bad input: the right status, a page with a way on, never a traceback or half a record."""

from __future__ import annotations

import json
import unicodedata

import pytest
from django.test import Client

from admissions.models import Event, Inquiry
from tests.admissions.answers import CHECK, FORM, SHORT, errors_at, post, soup_of, values_in
from tests.pages import missing_help

pytestmark = pytest.mark.django_db

URLENCODED = "application/x-www-form-urlencoded"
PATHS = pytest.mark.parametrize("path", [FORM, CHECK])
TEXT_FIELDS = {
    "name": "Your name",
    "ask_for": "Who should we ask for?",
    "relationship": "How do you know this person?",
    "phone": "Phone number",
    "email": "E-mail address",
    "message": "What else should we know?",
}


@pytest.fixture
def client() -> Client:
    """Raises nothing: a traceback would be a 500, as visitors would see it."""
    return Client(raise_request_exception=False)


def _helps(response) -> bool:
    """Whether the page holds the crisis lines."""
    return not missing_help(soup_of(response))


@PATHS
@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x0b"])
def test_control_characters_are_refused_with_their_field_and_what_to_do(
    client, path, name, character
) -> None:
    response = post(client, path, **{name: f"Ro{character}sa"})
    assert response.status_code == 422
    soup = soup_of(response)
    words = errors_at(soup)[f"id_{name}"]
    assert f"“{TEXT_FIELDS[name]}” has hidden characters" in words or name != "message"
    assert "check the answer, then send it again" in words
    assert values_in(soup)[name] == ["Rosa"]
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("name", ["asking_for", "contact_by", "language", "payer", "consent"])
@pytest.mark.parametrize("value", ["\x00", "self\x00", "\u202e", "😀", "x" * 5000])
def test_choices_that_are_not_listed_are_refused(client, name, value) -> None:
    response = post(client, **{name: value})
    assert response.status_code == 422
    assert "Choose one of the answers listed." in errors_at(soup_of(response)).values()


@pytest.mark.parametrize(
    "text",
    [
        "Rosa 😀👩‍👩‍👧",
        "ליאת כהן",
        "فاطمة \u200fالزهراء",
        "Z\u0301a\u0300l\u0302g\u0303o",
        unicodedata.normalize("NFD", "José Nuñez"),
        "\u202eRosa",
        'O\'Neill & <Sons> "x" {{ 7*7 }} %s',
        "测试",
    ],
)
def test_names_and_words_of_every_script_are_stored_and_shown_as_typed(client, text) -> None:
    row = soup_of(post(client, CHECK, name=text)).main.find("button", value="name")
    shown = row.find_parent("div").dd
    assert shown.get_text() == text
    assert shown["dir"] == "auto"
    assert post(client, name=text, message=text).status_code == 302
    inquiry = Inquiry.objects.get()
    assert (inquiry.name, inquiry.message) == (text, text)


@pytest.mark.parametrize(("sent", "stored"), [("a\r\nb", "a\nb"), ("a\rb", "a\nb")])
def test_line_breaks_are_stored_in_one_way(client, sent, stored) -> None:
    post(client, message=sent)
    assert Inquiry.objects.get().message == stored


def test_a_message_of_2000_characters_fits_however_its_line_breaks_are_sent(client) -> None:
    post(client, message="\r\n".join(["x" * 9] * 200) + "\r\n")
    assert len(Inquiry.objects.get().message) == 1999


def test_a_line_break_in_a_one_line_answer_becomes_a_space(client) -> None:
    post(client, name="Rosa\r\nBcc: x@example.com", ask_for="a\tb")
    inquiry = Inquiry.objects.get()
    assert (inquiry.name, inquiry.ask_for) == ("Rosa Bcc: x@example.com", "a b")


@PATHS
def test_bytes_that_are_not_utf8_are_no_accident(client, path) -> None:
    body = b"asking_for=self&name=%ff%fe%80&contact_by=call&phone=6195550134&voicemail_ok=no"
    assert client.post(path, body, content_type=URLENCODED).status_code in {200, 302}
    assert client.post(path, b"\xff\xfe=\x80&\x00", content_type=URLENCODED).status_code == 422


@PATHS
@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "latin-1", "no-such-charset"])
def test_other_encodings_are_answered(client, path, charset) -> None:
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (SHORT | {"message": "+2AA-", "name": "+2AA- Rosa"}).items()
    )
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    # generic(): post() would encode the body anew.
    response = client.generic("POST", path, f"{parts}--b--\r\n".encode(), kind)
    assert response.status_code in {200, 302, 422}
    response = client.generic("POST", path, b"name=x", f"{URLENCODED}; charset={charset}")
    assert response.status_code in {400, 422}


@PATHS
def test_a_charset_that_is_not_ours_is_read_as_utf_8(client, path) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nRo+2AA-sa\r\n--b--\r\n'
    kind = "multipart/form-data; boundary=b; charset=utf-7"
    response = client.generic("POST", path, body, kind)
    assert response.status_code == 422
    assert values_in(soup_of(response))["name"] == ["Ro+2AA-sa"]


@pytest.mark.parametrize("charset", ["hex", "base64", "zlib", "undefined", "punycode", "idna"])
def test_an_address_with_a_query_is_read_whatever_charset_is_claimed(client, charset) -> None:
    kind = f"text/plain; charset={charset}"
    response = client.generic("GET", "/admissions/inquiry/?for=family", b"", kind)
    assert response.status_code == 200


@PATHS
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "image/png", "x"])
def test_a_body_that_is_not_a_form_is_refused_with_the_form(client, path, content_type) -> None:
    response = client.post(path, json.dumps(SHORT), content_type=content_type)
    assert response.status_code == 415
    assert soup_of(response).main.form
    assert _helps(response)
    assert not Inquiry.objects.exists()


@PATHS
def test_a_post_of_nothing_gets_the_form_with_what_is_missing(client, path) -> None:
    assert client.post(path, b"", content_type="").status_code == 422


@PATHS
def test_thousands_of_fields_are_refused(client, path) -> None:
    response = client.post(path, b"&".join([b"a=1"] * 1500), content_type=URLENCODED)
    assert response.status_code == 400
    assert _helps(response)


@PATHS
def test_thousands_of_fields_without_a_csrf_cookie_are_refused_too(path) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = strict.post(path, b"&".join([b"a=1"] * 1500), content_type=URLENCODED)
    assert response.status_code == 400


@PATHS
def test_a_torn_multipart_body_is_refused(client, path) -> None:
    for body in (b"--b\r\nContent-Disposition: form-data; name=", b"garbage", b""):
        response = client.post(path, body, content_type="multipart/form-data; boundary=b")
        assert response.status_code in {400, 422}
    assert client.post(path, b"x", content_type="multipart/form-data").status_code == 400


def test_a_file_is_no_answer(client) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="name"; filename="x.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nRosa\r\n--b--\r\n"
    )
    response = client.post(FORM, body, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 422
    assert "id_name" in errors_at(soup_of(response))


@PATHS
def test_a_10_mb_message_is_refused_by_its_length(client, path) -> None:
    response = post(client, path, message="x" * 10_000_000)
    assert response.status_code == 413
    assert _helps(response)


def test_a_message_just_below_the_limit_of_a_body_is_explained(client) -> None:
    response = post(client, message="x" * 60_000)
    assert response.status_code == 422
    assert "It has 60000 now" in errors_at(soup_of(response))["id_message"]
    assert values_in(soup_of(response))["message"] == ["x" * 60_000]


def test_many_repeated_fields_are_one_mistake(client) -> None:
    response = post(client, name=[f"Name {n}" for n in range(500)], best_time=["any"] * 300)
    assert response.status_code == 422
    assert errors_at(soup_of(response)) == {"id_name": "Answer this question once."}


def test_fields_that_the_form_does_not_have_change_nothing(client) -> None:
    post(client, status="closed", version="9", reference="AAAA", uuid="x", received_at="x")
    inquiry = Inquiry.objects.get()
    assert (inquiry.status, inquiry.version) == ("new", 1)
    assert inquiry.reference != "AAAA"


@PATHS
@pytest.mark.parametrize("query", ["?for=%00", "?for=%ff", "?" + "&".join(["for=self"] * 50), "?x"])
def test_hostile_query_strings_change_nothing(client, path, query) -> None:
    assert client.get(path + query).status_code in {200, 302}
    assert client.post(path + query, SHORT).status_code in {200, 302}


def test_a_refused_form_leaves_no_part_of_a_record(client) -> None:
    post(client, message="\x00")
    assert not Inquiry.objects.exists()
    assert not Event.objects.exists()
