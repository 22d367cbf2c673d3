"""`fake_inquiries`: made-up inquiries that look real, are marked as made up, and break no rule."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from admissions import faking, related, spam, workflow
from admissions.management.commands import fake_inquiries
from admissions.models import Consent, ContactAttempt, Event, Inquiry, Notification
from tests import append_only
from tests.factories import InquiryFactory

MANY = 400


@pytest.fixture
def many(coordinator, colleague, lead, editor):
    call_command("fake_inquiries", MANY, seed=7, verbosity=0)
    return Inquiry.objects.all()


def test_as_many_as_asked_for_are_added(many):
    assert many.count() == MANY
    assert Event.objects.filter(kind="received").count() == MANY


def test_every_status_outcome_and_channel_occurs(many, coordinator, colleague, lead):
    for field, values in {
        "status": Inquiry.Status.values,
        "outcome": ["", *Inquiry.Outcome.values],
        "contact_by": ["call", "text", "email"],
        "asking_for": Inquiry.AskingFor.values,
        "language": ["en", "es"],
    }.items():
        assert set(many.values_list(field, flat=True)) == set(values), field
    staff = {coordinator.pk, colleague.pk, lead.pk, None}
    assert set(many.values_list("assignee", flat=True)) == staff
    assert many.overdue().exists()
    assert many.unassigned().exists()


def test_the_made_up_is_plain_to_see(many):
    for inquiry in many:
        assert inquiry.message.startswith("Demo:")
        assert not inquiry.phone or str(inquiry.phone.as_e164).startswith("+161955501")
        assert not inquiry.email or inquiry.email.endswith("@example.org")


def test_each_is_found_by_what_it_says(many):
    for inquiry in many.prefetch_related("lookup_tokens"):
        stored = {(row.kind, bytes(row.digest)) for row in inquiry.lookup_tokens.all()}
        assert stored == {(row.kind, row.digest) for row in related.token_rows(inquiry)}


def test_each_has_a_key_of_its_own_and_shows_nothing_of_its_texts(many):
    assert len({bytes(inquiry.data_key) for inquiry in many}) == MANY
    with connection.cursor() as cursor:
        for table in ("admissions_inquiry", "admissions_event"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            cells = [cell for row in cursor.fetchall() for cell in row]
            blobs = [bytes(cell) for cell in cells if isinstance(cell, bytes | memoryview)]
            assert len(set(blobs)) == len(blobs) > MANY, "a nonce was used twice"
            assert not any(b"Demo" in blob or b"555" in blob for blob in blobs)
            assert not any("Demo" in cell for cell in cells if isinstance(cell, str))


def test_some_are_set_aside_with_reasons_that_exist(many):
    aside = many.quarantined()
    assert 0 < aside.count() < MANY / 10
    for inquiry in aside:
        assert set(inquiry.suspicions) <= set(spam.Sign.values)
        assert [event.kind for event in inquiry.events.all()] == ["received", "set-aside"]
    # Nothing that was not set aside has a reason to be.
    for inquiry in many.filter(quarantined_at__isnull=True):
        assert inquiry.suspicions == []


def test_consents_name_channels_the_person_can_be_reached_by(many):
    channels = set(Consent.objects.values_list("channel", flat=True))
    assert channels == {"call", "text", "email"}
    for consent in Consent.objects.select_related("inquiry"):
        assert consent.inquiry.email if consent.channel == "email" else consent.inquiry.phone


def test_batches_made_by_another_process_are_stored_like_one(db, monkeypatch):
    monkeypatch.setattr(faking, "BATCH", 4)
    call_command("fake_inquiries", 10, seed=2, verbosity=0)
    call_command("fake_inquiries", 10, verbosity=0)
    assert Inquiry.objects.count() == 20
    assert Event.objects.filter(kind="received").values("inquiry").distinct().count() == 20
    assert all(inquiry.message.startswith("Demo") for inquiry in Inquiry.objects.all())


def test_nobody_is_notified(many):
    assert not Notification.objects.exists()


def test_each_row_passes_the_model_s_own_checks(many):
    for model in (Inquiry, Event, ContactAttempt, Consent):
        for row in model.objects.select_related():
            row.full_clean()


def test_each_story_takes_only_legal_steps_and_ends_where_its_inquiry_is(many):
    actions = {
        "claimed": "claim",
        "attempted": "attempt",
        "noted": "note",
        "assessment": "assessment",
        "closed": "close",
    }
    for inquiry in many.prefetch_related("events"):
        status, before, versions = "", None, 1
        for event in inquiry.events.exclude(kind="set-aside"):
            assert event.from_status == status
            assert before is None or event.at >= before
            if event.kind != "received":
                action = workflow.Action(actions[event.kind])
                leads_to = workflow.TRANSITIONS[workflow.Status(status)][action]
                assert event.to_status in {status, leads_to}
                adds = {"attempted", "noted"}
                versions += event.kind not in adds or event.to_status != status
            status, before = event.to_status, event.at
        assert (inquiry.status, inquiry.version) == (status, versions)
        if inquiry.outcome:
            assert event.from_status in workflow.CLOSES_FROM[workflow.Outcome(inquiry.outcome)]


def test_attempts_agree_with_their_entries_and_times(many):
    attempts = ContactAttempt.objects.select_related("inquiry")
    assert attempts.count() == Event.objects.filter(kind="attempted").count() > 0
    for attempt in attempts:
        entry = Event.objects.get(
            inquiry=attempt.inquiry, kind="attempted", at=attempt.at, actor=attempt.actor
        )
        assert entry.at >= attempt.inquiry.first_attempt_at
    for inquiry in many.filter(status__in=["contacted", "assessment"]):
        assert inquiry.first_contact_at >= inquiry.first_attempt_at


def test_without_staff_inquiries_are_new_or_set_aside(db):
    call_command("fake_inquiries", 60, seed=1, verbosity=0)
    assert set(Inquiry.objects.values_list("status", flat=True)) == {"new", "closed"}
    assert not ContactAttempt.objects.exists()
    assert set(Inquiry.objects.closed().values_list("outcome", flat=True)) <= {
        "spam",
        "duplicate",
    }


def test_a_seed_gives_the_same_inquiries_again(db):
    def people():
        told = ("reference", "name", "phone", "best_time", "status", "message")
        return [[getattr(row, name) for name in told] for row in Inquiry.objects.order_by("pk")]

    call_command("fake_inquiries", 20, seed=3, verbosity=0)
    first = people()
    with append_only.lifted():
        Event.objects.all().delete()
    Inquiry.objects.all().delete()
    call_command("fake_inquiries", 20, seed=3, verbosity=0)
    assert people() == first


def test_a_reference_that_is_taken_is_drawn_again(db, monkeypatch):
    taken, draw = InquiryFactory().reference, faking._reference
    drawn = iter([taken])
    monkeypatch.setattr(faking, "_reference", lambda rng: next(drawn, None) or draw(rng))
    faking.fake(3)
    assert Inquiry.objects.count() == 4
    assert next(drawn, None) is None


def test_a_seed_used_twice_says_so_and_adds_nothing(db):
    call_command("fake_inquiries", 5, seed=3, verbosity=0)
    with pytest.raises(CommandError, match="seed 3 are here already"):
        call_command("fake_inquiries", 5, seed=3, verbosity=0)
    assert Inquiry.objects.count() == 5


@pytest.mark.parametrize("number", ["0", "-4", "many", "1.5"])
def test_a_number_that_is_none_is_refused(number, db):
    with pytest.raises(CommandError):
        call_command(fake_inquiries.Command(), "--", number)
    assert not Inquiry.objects.exists()
