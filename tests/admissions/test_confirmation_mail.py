"""The confirmation to a sender: only if they asked, and it says nothing of what it is about."""

import re
from datetime import timedelta
from email import message_from_string, policy

import pytest
from django.utils import timezone

from admissions import outbox
from admissions.models import Inquiry, Notification
from tests.admissions.people import received

TELLING = re.compile(
    r"amity|san diego|clinic|clínica|treat|tratamiento|recover|recuper|program|iop|outpatient|"
    r"admission|admisi|inquiry|alcohol|drug|droga|health|salud|substance|rosa|555|sister",
    re.IGNORECASE,
)


@pytest.fixture
def mail_from(settings):
    settings.DEFAULT_FROM_EMAIL = "desk@mail.example"
    settings.SITE_URL = "https://amity.example.org"


def confirmation():
    return Notification.objects.filter(kind="confirmation").first()


def asked(**more):
    return received(confirmation_wanted=True, **more)


@pytest.fixture(autouse=True)
def _only_confirmations(smtp, mail_from, db):
    """Nobody works here, so that only senders get mail."""


def send(at=None):
    return outbox.send_next(at=at)


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "We received your message"), ("es", "Recibimos su mensaje")]
)
def test_it_is_in_the_language_of_the_form_and_tells_nothing(language, subject, smtp):
    inquiry = asked(site_language=language)
    assert send() is True
    [(to, raw)] = smtp.messages
    assert to == (inquiry.email,)
    message = message_from_string(raw, policy=policy.default)
    assert message["Subject"] == subject
    assert message["Content-Language"] == language
    text = message.get_content()
    assert inquiry.reference in text
    assert "http" not in text
    # Every byte of it, the address it goes to aside.
    assert TELLING.findall(raw.replace(inquiry.email, "")) == []
    assert TELLING.findall(text) == []


def test_nobody_gets_one_who_did_not_ask(smtp):
    received()
    assert confirmation() is None


def test_it_is_made_in_the_transaction_that_stores_the_inquiry():
    inquiry = asked()
    assert confirmation().inquiry == inquiry
    assert confirmation().made_at == inquiry.received_at


def test_without_an_address_it_is_dropped(smtp):
    asked(email="")
    send()
    assert confirmation().last_error == "no longer needed"


def test_while_it_lies_aside_nothing_is_sent_and_once_cleared_it_is(smtp):
    inquiry = asked(suspicions=["links"])
    assert confirmation() is None
    Inquiry.objects.update(quarantined_at=None)
    inquiry.refresh_from_db()
    outbox.announce(inquiry, at=timezone.now())
    send()
    assert smtp.readers == [inquiry.email]


def test_set_aside_before_it_went_out_it_waits_for_the_clearing(smtp):
    inquiry = asked()
    Inquiry.objects.update(quarantined_at=timezone.now())
    send()
    assert smtp.messages == []
    Inquiry.objects.update(quarantined_at=None)
    outbox.announce(inquiry, at=timezone.now())
    send()
    assert smtp.readers == [inquiry.email]


def test_it_is_not_sent_twice_when_the_inquiry_is_cleared_after_it(smtp):
    inquiry = asked()
    send()
    outbox.announce(inquiry, at=timezone.now())
    assert send() is False
    assert len(smtp.messages) == 1


def test_an_address_refused_for_good_ends_it(smtp):
    inquiry = asked()
    smtp.refuse = {inquiry.email: "550 No such user"}
    send()
    row = confirmation()
    assert (row.sent_at, row.last_error) == (None, "address refused for good")
    assert row.dropped_at is not None
    assert send(at=timezone.now() + timedelta(days=1)) is False


def test_a_message_refused_for_good_ends_it(smtp):
    asked()
    smtp.refuse_text = "554 Not taken"
    send()
    assert confirmation().last_error == "address refused for good"


def test_refused_for_now_it_is_tried_again(smtp):
    inquiry = asked()
    smtp.refuse = {inquiry.email: "451 Try again later"}
    send()
    assert confirmation().last_error == "SMTPRecipientsRefused"
    smtp.refuse = {}
    send(at=confirmation().due_at)
    assert confirmation().sent_at is not None


def test_after_three_days_it_is_too_late(smtp):
    asked()
    send(at=timezone.now() + timedelta(days=4))
    assert confirmation().last_error == "too late to confirm"
    assert smtp.messages == []


def test_one_that_cannot_be_opened_keeps_its_error_and_holds_up_nobody(smtp, settings, caplog):
    broken = asked()
    Inquiry.objects.filter(pk=broken.pk).update(data_key=b"\0" * 60)
    whole = asked(key=None, email="other@example.org")
    assert [send(), send(), send()] == [True, True, False]
    row = Notification.objects.get(kind="confirmation", inquiry=broken)
    assert (row.last_error, row.attempts) == ("Unreadable", 1)
    assert smtp.readers == [whole.email]


def test_it_follows_a_corrected_address(smtp):
    asked(email="typo@example.org")
    send()
    asked(email="rosa@example.org")
    send()
    assert smtp.readers == ["rosa@example.org", "typo@example.org"]


def test_who_takes_the_wish_back_gets_none(smtp):
    asked()
    received(confirmation_wanted=False)
    send()
    assert smtp.messages == []
    assert confirmation().last_error == "no longer needed"


def test_the_log_holds_no_address(smtp, caplog):
    inquiry = asked()
    smtp.refuse = {inquiry.email: f"550 <{inquiry.email}> unknown"}
    send()
    asked(key=None)
    smtp.refuse = {inquiry.email: f"451 <{inquiry.email}> later"}
    send()
    ours = [record.getMessage() for record in caplog.records if "admissions" in record.name]
    assert ours
    assert not [line for line in ours if "@" in line]
