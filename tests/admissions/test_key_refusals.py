"""A wrong or missing key stops the start with one clear line, and /readyz says it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.management import call_command
from environs import Env, EnvError

from admissions.models import LookupKeyMark
from admissions.protection import keys
from admissions.protection.startup import mark_lookup_key, require_keys
from amity_site import environment, keyfiles
from tests.admissions.answers import post
from tests.factories import InquiryFactory

GOOD = "A" * 43


@pytest.mark.parametrize(
    "text", ["short", "A" * 42, "A" * 44, "!" * 43, f"{GOOD},short", f"{GOOD},{GOOD}", "ключ", ","]
)
def test_a_malformed_key_is_refused_without_being_repeated(text, monkeypatch):
    monkeypatch.setenv("INQUIRY_KEYS", text)
    with pytest.raises(EnvError, match="INQUIRY_KEYS") as caught:
        environment.inquiry_keys(Env())
    assert "AAAA" not in str(caught.value)
    assert "short" not in str(caught.value)


def test_several_keys_are_read_in_their_order(monkeypatch):
    monkeypatch.setenv("INQUIRY_KEYS", f"{GOOD}, {'B' * 42}A")
    first, second = environment.inquiry_keys(Env())
    assert (first, len(second)) == (bytes(32), 32)


def test_a_malformed_lookup_key_is_refused(monkeypatch):
    monkeypatch.setenv("LOOKUP_KEY", "short")
    with pytest.raises(EnvError, match="LOOKUP_KEY must be 32 random bytes"):
        environment.lookup_key(Env())


def test_with_nothing_set_keys_are_made_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("INQUIRY_KEYS", raising=False)
    monkeypatch.setattr(keyfiles, "FOLDER", tmp_path)
    made = keyfiles.read_or_make("INQUIRY_KEYS", folder=tmp_path, make=environment.new_key)
    again = keyfiles.read_or_make("INQUIRY_KEYS", folder=tmp_path, make=environment.new_key)
    assert made == again
    assert (tmp_path / "inquiry_keys").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_the_right_keys_are_no_problem():
    InquiryFactory()
    require_keys()


@pytest.mark.django_db
@pytest.mark.parametrize("others", [[b"a" * 32], [b"a" * 32, b"b" * 32, b"c" * 32]])
def test_a_start_without_the_key_of_a_stored_inquiry_is_refused(others, settings):
    needed = InquiryFactory().key_id
    settings.INQUIRY_KEYS = others
    with pytest.raises(EnvError, match=f"INQUIRY_KEYS lacks the key {needed}"):
        require_keys()


@pytest.mark.django_db
def test_a_start_with_another_lookup_key_is_refused(settings):
    mark_lookup_key()
    settings.LOOKUP_KEY = b"x" * 32
    with pytest.raises(EnvError, match="LOOKUP_KEY is not the key"):
        require_keys()


@pytest.mark.django_db
def test_the_mark_of_the_lookup_key_is_made_once_and_never_replaced(settings):
    LookupKeyMark.objects.all().delete()
    mark_lookup_key()
    first = keys.lookup_id()
    settings.LOOKUP_KEY = b"x" * 32
    mark_lookup_key()
    assert [mark.key_id for mark in LookupKeyMark.objects.all()] == [first]


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_not_judged(database_down):
    with database_down():
        require_keys()


@pytest.mark.django_db
def test_readyz_says_which_key_is_missing(client, settings):
    needed = InquiryFactory().key_id
    settings.INQUIRY_KEYS = [b"a" * 32]
    response = client.get("/readyz")
    assert response.status_code == 503
    assert f"lacks the key {needed}" in response.json()["problems"][0]


@pytest.mark.django_db
def test_the_worker_does_not_start_with_wrong_keys(settings):
    InquiryFactory()
    settings.INQUIRY_KEYS = [b"a" * 32]
    with pytest.raises(EnvError, match="INQUIRY_KEYS lacks the key"):
        call_command("work", "--once")


@pytest.mark.django_db
def test_a_form_sent_again_whose_key_is_missing_comes_back_with_its_answers(client, settings):
    key = str(uuid4())
    post(client, key=key)
    settings.INQUIRY_KEYS = [b"a" * 32]
    response = post(client, key=key, name="Rosalinda")
    assert response.status_code == 503
    assert b"Rosalinda" in response.content
