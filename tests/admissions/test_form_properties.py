"""Whatever is typed: the form never fails, and keeps an answer whole or refuses it."""

from __future__ import annotations

from urllib.parse import quote_plus
from uuid import uuid4

from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from admissions.forms import InquiryForm
from admissions.forms.fields import UNSTORABLE
from admissions.intake import receive
from admissions.models import Inquiry
from tests.admissions.answers import SHORT

# Every character, halves of surrogate pairs included.
anything = st.text(st.characters(exclude_categories=()), max_size=200)
LENGTHS = {"name": 120, "ask_for": 120, "relationship": 60, "message": 2000}


def _data(answers: dict[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(answers)
    return data


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*InquiryForm.base_fields, "key", "change"]), anything))
def test_no_text_in_any_field_makes_the_form_fail(answers) -> None:
    data = _data(answers)
    for form in (InquiryForm(data), InquiryForm.again(data, focus=answers.get("change", ""))):
        for _title, fields in form.sections:
            "".join(str(field) for field in fields).encode()
        assert all(words for _target, words in form.error_links)
    if InquiryForm(data).is_valid():
        assert InquiryForm(data).rows


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_body_makes_the_form_fail(body) -> None:
    form = InquiryForm(QueryDict(body))
    form.is_valid()
    assert form.key


class StoredOrRefused(TestCase):
    """Through the form, into the table and out again."""

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(sorted(LENGTHS)), anything)
    def test_a_text_is_stored_whole_or_refused(self, name, text) -> None:
        form = InquiryForm(_data(SHORT | {name: text}))
        if not form.is_valid():
            assert name in form.errors
            assert UNSTORABLE.search(text) or len(text) > LENGTHS[name] or name == "name"
            return
        pk = receive(key=uuid4(), **form.answers()).pk
        stored = getattr(Inquiry.objects.get(pk=pk), name)
        typed = _unix(text) if name == "message" else " ".join(_split(text))
        assert stored in {typed.strip(), ""}
        assert stored or not any(character.isalnum() for character in text)

    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.sampled_from([*sorted(LENGTHS), "email"]), anything, min_size=2))
    def test_what_was_checked_is_what_is_sealed_and_read_again(self, typed) -> None:
        checked = InquiryForm(_data(SHORT | typed))
        if not checked.is_valid():
            assert set(checked.errors) <= set(typed)
            return
        shown = {row.name: row.answer for row in checked.rows()}
        body = "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in checked.posted())
        sent = InquiryForm(QueryDict(body))
        assert sent.is_valid() and sent.was_checked()
        pk = receive(key=uuid4(), **sent.answers()).pk
        stored = Inquiry.objects.get(pk=pk)
        for name in typed:
            assert getattr(stored, name) == shown.get(name, "")
            sealed = stored.__dict__[name]
            assert sealed is None or len(sealed.blob) > len(shown[name].encode())

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.sampled_from("0123456789+-(). x#,;٣"), max_size=30))
    def test_a_phone_number_is_stored_as_e164_or_refused(self, typed) -> None:
        form = InquiryForm(_data(SHORT | {"phone": typed}))
        if not form.is_valid():
            assert list(form.errors) == ["phone"]
            return
        pk = receive(key=uuid4(), **form.answers()).pk
        inquiry = Inquiry.objects.get(pk=pk)
        inquiry.full_clean()
        assert inquiry.phone.as_e164.startswith("+")


def _split(text: str) -> list[str]:
    for character in "\t\r":
        text = text.replace(character, "\n")
    parts = text.split("\n")
    # A run of breaks is one space; spaces of the text itself stay.
    return [part for n, part in enumerate(parts) if part or n in {0, len(parts) - 1}]


@settings(deadline=None)
@given(anything)
def test_sending_the_same_answers_again_gives_the_same_answers(text) -> None:
    form = InquiryForm(_data(SHORT | {"name": text, "message": text}))
    if form.is_valid():
        body = "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in form.posted())
        again = InquiryForm(QueryDict(body))
        assert again.is_valid()
        assert again.answers() == form.answers()
