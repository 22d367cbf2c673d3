"""Erasing a person: what goes, what stays, and when it is refused."""

import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from admissions import intake, ledger, related, retention, workflow
from admissions.models import SEALED, Consent, ContactAttempt, Event, Inquiry, Notification
from admissions.workflow import Action, IllegalTransition, StaleInquiry
from tests.admissions.people import KEY, ROSA, received

SECRETS = ("Rosa", "Cruz", "6195550134", "rosa@example.org", "evenings")


@pytest.fixture
def inquiry(db):
    """As it lies after a form with every kind of answer, a consent and an attempt."""
    return received(consent=["text"], site_language="es", came_from="condition")


@pytest.fixture
def worked(inquiry, coordinator):
    claimed = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    workflow.add_note(inquiry=claimed, actor=coordinator, text="Rosa wants evenings")
    return workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="reached", note="Spoke to Rosa"
    )


@pytest.fixture
def closed(worked, coordinator):
    return workflow.close(
        inquiry=worked,
        actor=coordinator,
        version=worked.version,
        outcome="referred-on",
        referral="level-of-care",
        reason="Rosa goes to detox first",
    )


def test_nothing_of_the_person_is_left(closed, lead):
    erased = retention.erase(closed, actor=lead)
    assert erased.erased_at is not None
    assert [getattr(erased, name) for name in SEALED] == ["", "", "", "", "", "", [], False, ""]
    [stored] = Inquiry.objects.filter(pk=erased.pk).values_list(*SEALED, "data_key")
    assert set(stored) == {None}
    assert erased.key_id == ""
    assert not erased.lookup_tokens.exists()
    for words in SECRETS:
        assert not related.search(Inquiry.objects.all(), words).exists()


def test_what_statistics_need_stays(closed, lead):
    erased = retention.erase(closed, actor=lead)
    for name in (
        *("reference", "received_at", "source", "site_language", "asking_for", "contact_by"),
        *("situation", "payer", "came_from", "status", "outcome", "assignee_id", "due_at"),
        *("first_attempt_at", "first_contact_at", "closed_at"),
    ):
        assert getattr(erased, name) == getattr(closed, name), name
    assert erased.attempts.count() == 1


def test_the_timeline_keeps_its_entries_and_loses_its_words(closed, lead, caplog):
    kinds = list(closed.events.values_list("kind", flat=True))
    erased = retention.erase(closed, actor=lead)
    with caplog.at_level(logging.DEBUG):
        entries = list(Event.objects.filter(inquiry=erased).select_related("inquiry"))
        texts = {entry.text for entry in entries}
    assert [entry.kind for entry in entries] == [*kinds, "erased"]
    assert texts == {"", "(erased)"}
    assert "admissions" not in caplog.text  # nothing is wrong, so nothing is logged
    assert (entries[-1].actor, entries[-1].text) == (lead, "")


def test_the_words_cannot_be_opened_with_the_keys_from_the_environment(closed, lead):
    note = closed.events.get(kind="noted")
    retention.erase(closed, actor=lead)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM admissions_event WHERE id = %s", [note.pk])
        sealed = bytes(cursor.fetchone()[0])
    assert sealed
    assert b"Rosa" not in sealed
    assert not Inquiry.objects.get(pk=closed.pk).is_readable


def test_an_open_inquiry_is_closed_as_withdrawn(worked, lead):
    erased = retention.erase(worked, actor=lead)
    assert (erased.status, erased.outcome) == ("closed", "withdrew")
    assert erased.closed_at == erased.erased_at
    entry = erased.events.get(kind="closed")
    assert (entry.from_status, entry.actor) == ("contacted", lead)


def test_one_set_aside_as_spam_can_be_erased(db, lead):
    inquiry = received(suspicions=["links"])
    assert retention.erase(inquiry, actor=lead).status == "closed"


def test_consents_keep_their_channel_and_time(inquiry, lead):
    before = list(inquiry.consents.values_list("channel", "given_at"))
    retention.erase(inquiry, actor=lead)
    assert list(Consent.objects.values_list("channel", "given_at")) == before
    assert ContactAttempt.objects.count() == 0


def test_what_has_not_been_sent_is_not_sent(inquiry, lead):
    Notification.objects.filter(inquiry=inquiry).update(sent_at=inquiry.received_at)
    Notification.objects.create(inquiry=inquiry, kind="overdue")
    retention.erase(inquiry, actor=lead)
    assert list(inquiry.notifications.values_list("kind", flat=True)) == ["new-inquiry"]


def test_the_form_sent_once_more_is_a_new_inquiry(inquiry, lead):
    erased = retention.erase(inquiry, actor=lead)
    again = received()
    assert again.pk != erased.pk
    assert again.idempotency_key == KEY
    assert Inquiry.objects.get(pk=erased.pk).idempotency_key != KEY


def test_the_version_rises_so_that_open_pages_are_out_of_date(worked, lead):
    assert retention.erase(worked, actor=lead).version == worked.version + 1


def test_it_is_found_by_its_reference_still(inquiry, lead):
    retention.erase(inquiry, actor=lead)
    spoken = inquiry.reference.lower().replace("-", " ")
    assert related.search(Inquiry.objects.all(), spoken).get() == inquiry


def test_the_ledger_has_its_reference_and_no_more(inquiry, lead, settings):
    erased = retention.erase(inquiry, actor=lead)
    [line] = settings.ERASURE_LEDGER.read_text().splitlines()
    assert line.split() == [str(line.split()[0]), erased.reference]
    assert list(ledger.read()) == [erased.reference]


# Refused


def assert_untouched(inquiry, settings):
    row = Inquiry.objects.get(pk=inquiry.pk)
    assert (row.name, row.version) == (inquiry.name, inquiry.version)
    assert not settings.ERASURE_LEDGER.exists()


def test_a_coordinator_may_not(inquiry, coordinator, settings):
    with pytest.raises(PermissionDenied):
        retention.erase(inquiry, actor=coordinator)
    assert_untouched(inquiry, settings)


def test_legal_hold_refuses_and_says_so(inquiry, lead, settings):
    Inquiry.objects.filter(pk=inquiry.pk).update(legal_hold=True)
    with pytest.raises(retention.OnLegalHold, match="legal hold"):
        retention.erase(inquiry, actor=lead)
    assert_untouched(inquiry, settings)


def test_one_that_changed_since_is_not_erased_unseen(worked, lead, settings):
    with pytest.raises(StaleInquiry):
        retention.erase(worked, actor=lead, version=worked.version - 1)
    assert_untouched(worked, settings)


def test_twice_is_refused_the_second_time(inquiry, lead):
    retention.erase(inquiry, actor=lead)
    with pytest.raises(IllegalTransition, match="erased"):
        retention.erase(inquiry, actor=lead)
    assert list(ledger.read()) == [inquiry.reference]


def test_no_step_can_be_taken_afterwards(closed, lead):
    erased = retention.erase(closed, actor=lead)
    assert workflow.legal_actions(erased, lead) == []
    assert Action.NOTE in workflow.legal_actions(closed, lead)
    with pytest.raises(IllegalTransition, match="erased"):
        workflow.add_note(inquiry=erased, actor=lead, text="Rosa called")
    with pytest.raises(IllegalTransition, match="erased"):
        workflow.reopen(inquiry=erased, actor=lead, version=erased.version, reason="Why not")


@pytest.mark.parametrize(
    "change",
    [
        {"name": None, "erased_at": None},
        {"erased_at": "2030-01-01T00:00Z"},
        {"data_key": None},
    ],
)
def test_the_database_refuses_half_an_erasure(change, closed):
    with pytest.raises(IntegrityError), transaction.atomic():
        Inquiry.objects.filter(pk=closed.pk).update(**change)


def test_an_erased_inquiry_takes_no_words_again(closed, lead):
    erased = retention.erase(closed, actor=lead)
    erased.name = "Rosa"
    with pytest.raises(Exception, match="destroyed"):
        erased.save()


def test_the_answers_sent_again_cannot_reach_an_erased_inquiry(inquiry, lead):
    retention.erase(inquiry, actor=lead)
    again = intake.receive(key=KEY, **(ROSA | {"message": "Mornings now"}))
    assert Inquiry.objects.get(pk=inquiry.pk).name == ""
    assert again.name == "Rosa Cruz"
