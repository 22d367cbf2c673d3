"""receive(): what is stored, once, in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from admissions import intake, workflow
from admissions.models import Consent, Event, Inquiry, Notification
from tests.admissions.answers import FORM, FULL, KEY, SHORT, post
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

ANSWERS = {
    "asking_for": "self",
    "name": "Rosa",
    "contact_by": "call",
    "phone": "+16195550134",
    "voicemail_ok": False,
}
AT = datetime(2025, 6, 2, 17, 0, tzinfo=UTC)


def test_a_form_posted_at_once_is_stored_as_it_was_answered(client) -> None:
    assert post(client, **FULL).status_code == 302
    inquiry = Inquiry.objects.get()
    stored = {name: getattr(inquiry, name) for name in intake.Answers.__annotations__}
    assert stored == {
        "asking_for": "family",
        "relationship": "sister",
        "name": "Rosa Example",
        "ask_for": "Rosie",
        "phone": "+16195550134",
        "phone_extension": "12",
        "email": "rosa@example.com",
        "contact_by": "call",
        "best_time": ["morning", "evening"],
        "voicemail_ok": True,
        "language": "es",
        "situation": "after-detox",
        "payer": "medi-cal",
        "message": "First line.\nSecond line.",
    }
    assert str(inquiry.idempotency_key) == KEY
    assert (inquiry.source, inquiry.site_language, inquiry.version) == ("web", "en", 1)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("6195550134", "+16195550134"),
        ("(619) 555-0134", "+16195550134"),
        ("619.555.0134", "+16195550134"),
        ("+1 619 555 0134", "+16195550134"),
        ("1-619-555-0134", "+16195550134"),
        ("٦١٩٥٥٥٠١٣٤", "+16195550134"),
        ("+52 664 123 4567", "+526641234567"),
    ],
)
def test_a_phone_number_in_any_format_is_stored_as_e164(client, typed, stored) -> None:
    post(client, phone=typed)
    assert Inquiry.objects.get().phone.as_e164 == stored


def test_an_inquiry_comes_with_its_event_its_notification_and_its_due_time() -> None:
    inquiry = intake.receive(key=uuid4(), at=AT, **ANSWERS)
    event = Event.objects.get(inquiry=inquiry)
    assert (event.kind, event.at, event.to_status, event.actor) == ("received", AT, "new", None)
    notification = Notification.objects.get(inquiry=inquiry)
    assert (notification.kind, notification.due_at) == ("new-inquiry", AT)
    inquiry.refresh_from_db()
    assert (inquiry.received_at, inquiry.due_at) == (AT, AT + timedelta(minutes=30))
    assert inquiry.status == "new"


def test_each_consent_is_stored_with_its_words_language_and_time() -> None:
    inquiry = intake.receive(
        key=uuid4(), consent=["text", "call"], site_language="es", at=AT, **ANSWERS
    )
    rows = Consent.objects.filter(inquiry=inquiry).values_list(
        "channel", "wording_version", "language", "given_at", "revoked_at"
    )
    version = intake.CONSENT_WORDING_VERSION
    assert list(rows) == [("call", version, "es", AT, None), ("text", version, "es", AT, None)]


def test_no_consent_is_needed(client) -> None:
    assert post(client).status_code == 302
    assert not Consent.objects.exists()


def test_nothing_is_stored_when_a_part_of_it_fails() -> None:
    with pytest.raises(IntegrityError):
        intake.receive(key=uuid4(), consent=["fax"], **ANSWERS)
    for model in (Inquiry, Event, Consent, Notification):
        assert not model.objects.exists()


def test_the_table_refuses_answers_that_no_form_would_send() -> None:
    with pytest.raises(DatabaseError):
        intake.receive(key=uuid4(), **ANSWERS | {"phone": ""})


def test_the_same_form_posted_twice_is_one_inquiry_with_one_reference(client) -> None:
    first = post(client, key=KEY)
    second = post(client, key=KEY)
    assert first.status_code == second.status_code == 302
    inquiry = Inquiry.objects.get()
    assert inquiry.reference in first.headers["Location"]
    assert inquiry.reference in second.headers["Location"]
    assert inquiry.version == 1
    assert [event.kind for event in inquiry.events.all()] == ["received"]
    assert Notification.objects.count() == 1


def test_posts_without_a_key_are_inquiries_of_their_own(client) -> None:
    post(client)
    post(client)
    assert Inquiry.objects.count() == 2


def test_different_answers_under_the_same_key_become_the_current_ones(client) -> None:
    post(client, **FULL)
    post(client, **FULL | {"phone": "619-555-0177", "message": "", "consent": ["call", "text"]})
    inquiry = Inquiry.objects.get()
    assert (inquiry.phone.as_e164, inquiry.phone_extension) == ("+16195550177", "")
    assert (inquiry.message, inquiry.version) == ("", 2)
    current = inquiry.consents.filter(revoked_at__isnull=True)
    assert sorted(row.channel for row in current) == ["call", "text"]
    assert inquiry.consents.get(channel="email").revoked_at is not None


def test_a_correction_says_which_answers_changed_and_keeps_the_earlier_ones(client) -> None:
    post(client, **FULL)
    post(client, **FULL | {"phone": "619-555-0177", "message": "", "consent": []})
    event = Event.objects.get(kind="corrected")
    lines = event.text.splitlines()
    assert lines[0] == "Changed: phone, phone_extension, message, consent."
    assert "phone before: +16195550134" in lines
    assert "phone_extension before: 12" in lines
    assert "First line.\nSecond line." in event.text
    assert "consent before: call, email" in lines
    assert "Rosa" not in event.text
    assert (event.actor, event.from_status, event.to_status) == (None, "new", "new")


@pytest.mark.parametrize(
    ("status", "then"), [("claimed", "claimed"), ("closed", "claimed"), ("new", "new")]
)
def test_a_correction_keeps_an_open_inquiry_where_it_is_and_opens_a_closed_one(
    client, coordinator, status, then
) -> None:
    closed = {"outcome": "withdrew", "closed_at": AT} if status == "closed" else {}
    holder = None if status == "new" else coordinator
    known = InquiryFactory(
        idempotency_key=UUID(KEY), status=status, assignee=holder, version=7, **closed
    )
    post(client, key=KEY, name="Lena")
    inquiry = Inquiry.objects.get()
    assert (inquiry.pk, inquiry.name, inquiry.version) == (known.pk, "Lena", 8)
    assert (inquiry.status, inquiry.assignee, inquiry.outcome) == (then, holder, "")
    event = inquiry.events.get(kind="corrected")
    assert (event.from_status, event.to_status) == (status, then)


def test_a_correction_starts_a_clock_that_had_stopped_anew(coordinator) -> None:
    key = uuid4()
    intake.receive(key=key, at=AT, **ANSWERS)
    later = AT + timedelta(hours=5)
    Inquiry.objects.update(status="claimed", assignee=coordinator, first_attempt_at=AT, tried_at=AT)
    intake.receive(key=key, at=later, **ANSWERS | {"name": "Lena"})
    inquiry = Inquiry.objects.get()
    assert (inquiry.tried_at, inquiry.due_at) == (None, later + timedelta(minutes=30))
    assert inquiry.first_attempt_at == AT


def test_staff_hear_of_a_correction_once_somebody_dealt_with_the_inquiry(coordinator) -> None:
    key = uuid4()
    inquiry = intake.receive(key=key, at=AT, **ANSWERS)
    intake.receive(key=key, at=AT, **ANSWERS | {"name": "Lena"})
    assert list(inquiry.notifications.values_list("kind", flat=True)) == ["new-inquiry"]
    Inquiry.objects.update(status="claimed", assignee=coordinator)
    intake.receive(key=key, at=AT, **ANSWERS | {"name": "Lea"})
    inquiry.notifications.update(sent_at=AT)
    intake.receive(key=key, at=AT, **ANSWERS | {"name": "Lea M."})
    assert inquiry.notifications.waiting().get().kind == "sent-again"
    assert inquiry.notifications.count() == 2


def test_a_correction_leaves_the_clock_alone() -> None:
    key = uuid4()
    intake.receive(key=key, at=AT, **ANSWERS)
    intake.receive(key=key, at=AT + timedelta(hours=5), **ANSWERS | {"name": "Lena"})
    inquiry = Inquiry.objects.get()
    assert (inquiry.received_at, inquiry.due_at) == (AT, AT + timedelta(minutes=30))


@pytest.mark.parametrize("signs", [[], ["links"]])
def test_what_staff_closed_as_spam_waits_in_quarantine_when_it_is_sent_again(
    coordinator, signs
) -> None:
    key = uuid4()
    inquiry = intake.receive(key=key, at=AT, suspicions=signs, **ANSWERS)
    inquiry.notifications.all().delete()
    if not signs:
        inquiry = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    workflow.close(inquiry=inquiry, actor=coordinator, version=inquiry.version, outcome="spam")
    later = timezone.now() + timedelta(hours=1)
    intake.receive(key=key, at=later, suspicions=signs, **ANSWERS | {"name": "Lena"})
    inquiry = Inquiry.objects.get()
    assert (inquiry.status, inquiry.outcome, inquiry.assignee) == ("new", "", None)
    assert inquiry.quarantined_at == later
    assert not inquiry.notifications.exists()
    told = list(inquiry.events.values_list("kind", flat=True))
    assert told[-3:] == ["closed", "corrected", "set-aside"]


def test_a_reference_that_is_taken_is_drawn_again(monkeypatch) -> None:
    taken = intake.receive(key=uuid4(), **ANSWERS).reference
    drawn = iter([taken, taken, "0000-0000-00"])
    monkeypatch.setattr(intake, "new_reference", lambda: next(drawn))
    second = intake.receive(key=uuid4(), **ANSWERS)
    assert second.reference == "0000-0000-00"
    assert Inquiry.objects.count() == 2
    assert Event.objects.filter(kind="received").count() == 2


def test_what_a_submission_costs_does_not_depend_on_the_number_of_inquiries(
    client, django_assert_max_num_queries
) -> None:
    counts = []
    for _n in range(2):
        with django_assert_max_num_queries(13) as queries:
            post(client, consent=["call", "text", "email"])
        counts.append(len(queries))
        InquiryFactory.create_batch(20)
    assert counts[0] == counts[1]


def test_a_refused_form_costs_no_write(client, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(6) as queries:
        client.post(FORM, SHORT | {"name": ""})
    assert not [q for q in queries.captured_queries if not q["sql"].startswith("SELECT")]
