"""Inquiries at rest: sealed texts, wrapped keys, and what happens when either is tampered with."""

from __future__ import annotations

import logging
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from admissions import trail
from admissions.models import SEALED, Event, Inquiry
from admissions.protection import keys
from admissions.protection.envelope import Envelope
from admissions.protection.fields import Illegible
from admissions.protection.keys import Unreadable
from tests.factories import InquiryFactory

OLD, NEW = b"o" * 32, b"n" * 32
TABLE = "admissions_inquiry"


@pytest.fixture
def envelope(settings) -> Envelope:
    settings.INQUIRY_KEYS = [OLD]
    return Envelope.fresh(uuid4())[0]


def raw(inquiry: Inquiry, column: str) -> bytes:
    """The bytes in the column, past the field that would open them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {TABLE} WHERE id = %s", [inquiry.pk])  # noqa: S608
        return bytes(cursor.fetchone()[0])


def put(inquiry: Inquiry, column: str, value: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET {column} = %s WHERE id = %s",  # noqa: S608
            [value, inquiry.pk],
        )


# The envelope


@given(text=st.text(max_size=300))
def test_what_is_sealed_opens_again(text):
    envelope = Envelope(uuid4(), b"k" * 32)
    assert envelope.open("t", "c", envelope.seal("t", "c", text)) == text


@given(text=st.text(max_size=60), data=st.data())
def test_a_sealed_text_altered_in_any_byte_does_not_open(text, data):
    envelope = Envelope(uuid4(), b"k" * 32)
    sealed = bytearray(envelope.seal("t", "c", text))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        envelope.open("t", "c", bytes(sealed))


@given(text=st.text(max_size=60), data=st.data())
def test_a_sealed_text_cut_short_or_lengthened_does_not_open(text, data):
    envelope = Envelope(uuid4(), b"k" * 32)
    sealed = envelope.seal("t", "c", text)
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for wrong in (cut, sealed + b"\x00"):
        with pytest.raises(Unreadable):
            envelope.open("t", "c", wrong)


@pytest.mark.parametrize(("table", "column"), [("other", "name"), (TABLE, "email")])
def test_a_sealed_text_does_not_open_in_another_place(envelope, table, column):
    sealed = envelope.seal(TABLE, "name", "Rosa")
    with pytest.raises(Unreadable):
        envelope.open(table, column, sealed)


def test_a_sealed_text_does_not_open_in_another_inquiry_even_under_the_same_data_key():
    one, other = Envelope(uuid4(), b"k" * 32), Envelope(uuid4(), b"k" * 32)
    with pytest.raises(Unreadable):
        other.open(TABLE, "name", one.seal(TABLE, "name", "Rosa"))


def test_the_same_text_is_never_sealed_to_the_same_bytes(envelope):
    assert len({envelope.seal("t", "c", "Rosa") for _n in range(50)}) == 50


def test_a_wrapped_key_does_not_unwrap_for_another_inquiry(settings):
    settings.INQUIRY_KEYS = [OLD]
    _envelope, key_id, wrapped = Envelope.fresh(uuid4())
    with pytest.raises(Unreadable):
        Envelope.of(uuid4(), key_id, wrapped)


def test_a_data_key_opens_with_an_older_key_and_wraps_with_the_newest(settings):
    settings.INQUIRY_KEYS = [OLD]
    uuid = uuid4()
    envelope, key_id, wrapped = Envelope.fresh(uuid)
    sealed = envelope.seal("t", "c", "Rosa")
    settings.INQUIRY_KEYS = [NEW, OLD]
    assert Envelope.of(uuid, key_id, wrapped).open("t", "c", sealed) == "Rosa"
    assert Envelope.fresh(uuid)[1] == keys.key_id(NEW)


def test_the_id_of_a_key_gives_nothing_of_it_away():
    assert OLD.hex()[:8] not in keys.key_id(OLD)
    assert keys.key_id(OLD) != keys.key_id(NEW)


# The columns


@pytest.mark.django_db
def test_no_column_of_the_person_holds_what_was_written():
    said = {
        "relationship": "godmother",
        "name": "Rosalinda",
        "ask_for": "Zacarias",
        "phone": "+16195550134",
        "phone_extension": "774",
        "email": "rosalinda@example.org",
        "best_time": ["morning"],
        "voicemail_ok": True,
        "message": "umbrella",
    }
    assert set(said) == set(SEALED)
    inquiry = InquiryFactory(**said)
    for column in SEALED:
        plain = said[column]
        words = plain if isinstance(plain, list) else [str(plain)]
        assert all(word.encode() not in raw(inquiry, column) for word in words)
    found = Inquiry.objects.get()
    assert {n: getattr(found, n) for n in said if n != "phone"} == {
        n: v for n, v in said.items() if n != "phone"
    }
    assert found.phone.as_e164 == said["phone"]


@pytest.mark.django_db
def test_the_timeline_s_texts_are_sealed_with_the_inquiry_s_key():
    inquiry = InquiryFactory()
    event = Event(inquiry=inquiry, kind="noted", text="umbrella")
    trail.append(event)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM admissions_event WHERE id = %s", [event.pk])
        assert b"umbrella" not in bytes(cursor.fetchone()[0])
    assert Event.objects.select_related("inquiry").get(pk=event.pk).text == "umbrella"


@pytest.mark.django_db
def test_an_empty_answer_is_null_and_reads_as_empty():
    inquiry = InquiryFactory(message="", ask_for="", best_time=[])
    assert Inquiry.objects.filter(message__isnull=True, best_time__isnull=True).get() == inquiry
    found = Inquiry.objects.get()
    assert (found.message, found.ask_for, found.best_time) == ("", "", [])


@pytest.mark.django_db
def test_each_inquiry_has_a_key_of_its_own():
    first, second = InquiryFactory(), InquiryFactory()
    assert raw(first, "data_key") != raw(second, "data_key")
    put(second, "name", raw(first, "name"))
    second.refresh_from_db()
    assert isinstance(second.name, Illegible)


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["exact", "icontains", "startswith", "in", "regex", "gt"])
def test_sql_cannot_be_asked_about_a_sealed_text(how):
    with pytest.raises((FieldError, TypeError)):
        list(Inquiry.objects.filter(**{f"name__{how}": "Rosa"}))


@pytest.mark.django_db
def test_plain_text_can_never_be_written_past_the_seal():
    InquiryFactory()
    with pytest.raises(TypeError, match="name is sealed"):
        Inquiry.objects.update(name="Rosa")


@pytest.mark.django_db
def test_saving_without_reading_leaves_every_sealed_byte_as_it_was():
    inquiry = InquiryFactory(message="umbrella")
    before = {column: raw(inquiry, column) for column in ("name", "message", "data_key")}
    found = Inquiry.objects.get()
    found.priority = 2
    found.save()
    assert {column: raw(inquiry, column) for column in before} == before


@pytest.mark.django_db
def test_an_altered_text_reads_as_illegible_and_survives_a_save(caplog):
    inquiry = InquiryFactory(message="umbrella", name="Rosalinda")
    broken = raw(inquiry, "message")[:-1] + b"\x00"
    put(inquiry, "message", broken)
    found = Inquiry.objects.get()
    with caplog.at_level(logging.ERROR):
        assert isinstance(found.message, Illegible)
    assert found.name == "Rosalinda"
    assert "message" in caplog.text
    assert "umbrella" not in caplog.text
    found.message = found.message  # a form that shows it and sends it back
    found.save()
    assert raw(inquiry, "message") == broken


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["a lost key", "a cut text", "a swapped key"])
def test_one_unreadable_inquiry_takes_neither_the_queue_nor_its_workspace_down(
    broken, client, coordinator
):
    good, bad = InquiryFactory(name="Goodname"), InquiryFactory(name="Badname")
    if broken == "a lost key":
        Inquiry.objects.filter(pk=bad.pk).update(key_id="0" * 16)
    elif broken == "a cut text":
        put(bad, "name", b"short")
    else:
        put(bad, "data_key", raw(good, "data_key"))
    client.force_login(coordinator)
    page = client.get("/admin/admissions/inquiry/").content.decode()
    assert "Goodname" in page
    assert "(cannot be read)" in page
    workspace = client.get(bad.get_absolute_url())
    assert workspace.status_code == 200
    assert "Badname" not in workspace.content.decode()
