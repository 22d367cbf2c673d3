"""The outbox: who is told, what they read, and what happens when it cannot be sent."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.utils import timezone

from admissions import outbox
from admissions.models import Notification
from tests.factories import InquiryFactory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def notification(db):
    inquiry = InquiryFactory(
        name="Rosa Cruz", phone="+16195550134", email="rosa@example.org", message="A private word"
    )
    return Notification.objects.create(kind="new-inquiry", inquiry=inquiry)


@pytest.fixture
def team(coordinator, lead):
    return [coordinator.email, lead.email]


def test_a_due_notification_is_sent_once_to_each_of_the_team(notification, smtp, team):
    assert outbox.send_next() is True
    assert sorted(to for to, _message in smtp.messages) == sorted((one,) for one in team)
    notification.refresh_from_db()
    assert notification.sent_at is not None
    assert (notification.attempts, notification.last_error) == (1, "")
    assert outbox.send_next() is False
    assert len(smtp.messages) == 2


def test_the_message_names_the_inquiry_and_nobody(notification, smtp, team, settings):
    settings.SITE_URL = "https://desk.example.org"
    outbox.send_next()
    [(_to, text), _other] = smtp.messages
    inquiry = notification.inquiry
    assert f"Subject: New inquiry, reference {inquiry.reference}" in text
    assert f"https://desk.example.org{inquiry.get_absolute_url()}" in text
    for private in ("Rosa", "Cruz", "555-0134", "5550134", "rosa@", "private word"):
        assert private not in text


def test_without_a_site_address_the_message_holds_the_path(notification, mail_on, team, settings):
    settings.SITE_URL = ""
    outbox.send_next()
    body = mail.outbox[0].body
    assert notification.inquiry.get_absolute_url() in body
    assert "http" not in body


@pytest.mark.usefixtures("editor", "auditor", "outsider", "mail_on", "notification")
def test_only_active_staff_who_answer_inquiries_are_told(coordinator, colleague, lead):
    colleague.is_active = False
    colleague.save()
    lead.email = ""
    lead.save()
    outbox.send_next()
    assert [message.to for message in mail.outbox] == [[coordinator.email]]
    assert mail.outbox[0].bcc == mail.outbox[0].cc == []


def test_somebody_in_both_groups_is_told_once(notification, mail_on, lead):
    lead.groups.add(Group.objects.get(name="Coordinators"))
    outbox.send_next()
    assert len(mail.outbox) == 1


def test_without_mail_set_up_everything_waits_and_nothing_is_counted(notification, team, settings):
    settings.EMAIL_CONFIGURED = False
    before = Notification.objects.values().get()
    assert outbox.send_next() is False
    assert Notification.objects.values().get() == before
    assert mail.outbox == []


def test_with_nobody_to_tell_it_waits_and_says_so(notification, mail_on, editor):
    assert outbox.send_next() is False
    notification.refresh_from_db()
    assert notification.last_error == "nobody to notify"
    assert (notification.attempts, notification.sent_at) == (0, None)
    assert Notification.objects.due().exists()


def test_it_goes_out_once_there_is_somebody(notification, mail_on, request):
    outbox.send_next()
    request.getfixturevalue("coordinator")
    assert outbox.send_next() is True
    notification.refresh_from_db()
    assert (notification.last_error, len(mail.outbox)) == ("", 1)


def test_what_is_not_due_yet_waits(notification, mail_on, team):
    Notification.objects.update(due_at=timezone.now() + MINUTE)
    assert outbox.send_next() is False
    assert outbox.send_next(at=timezone.now() + 2 * MINUTE) is True


def test_the_one_due_longest_goes_first(notification, mail_on, team):
    earlier = Notification.objects.create(
        kind="new-inquiry", inquiry=InquiryFactory(), due_at=timezone.now() - 5 * MINUTE
    )
    outbox.send_next()
    assert earlier.inquiry.reference in mail.outbox[0].subject


def test_a_failure_backs_off_and_keeps_only_its_kind(notification, smtp, team):
    smtp.controller.stop()  # nobody listens on the port any more
    before = timezone.now()
    assert outbox.send_next() is True
    notification.refresh_from_db()
    assert notification.sent_at is None
    assert notification.last_error == "ConnectionRefusedError"
    assert timedelta(seconds=55) < notification.due_at - before < 1.5 * MINUTE
    assert outbox.send_next() is False


def test_it_is_sent_when_the_server_is_back(notification, smtp, team):
    smtp.refuse = dict.fromkeys(team, "451 Try again later")
    outbox.send_next()
    notification.refresh_from_db()
    assert notification.last_error == "SMTPRecipientsRefused"
    assert "@" not in notification.last_error
    smtp.refuse = {}
    assert outbox.send_next(at=notification.due_at) is True
    notification.refresh_from_db()
    assert (notification.attempts, notification.last_error) == (2, "")
    assert notification.sent_at is not None


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (5000, 60)]
)
def test_waits_double_from_a_minute_to_an_hour(attempts, minutes):
    assert outbox.retry_after(attempts) == minutes * MINUTE


def test_who_has_it_does_not_get_it_again_while_another_is_tried(notification, smtp, team):
    smtp.refuse = {team[1]: "452 Mailbox full"}
    outbox.send_next()
    notification.refresh_from_db()
    assert (notification.sent_at, notification.last_error) == (None, "SMTPRecipientsRefused")
    outbox.send_next(at=notification.due_at)
    assert smtp.readers == [team[0]]
    smtp.refuse = {}
    notification.refresh_from_db()
    outbox.send_next(at=notification.due_at)
    notification.refresh_from_db()
    assert smtp.readers == sorted(team)
    assert notification.sent_at is not None


def test_a_mailbox_that_stays_full_is_given_up_once_a_colleague_has_it(notification, smtp, team):
    smtp.refuse = {team[1]: "452 Mailbox full"}
    at = timezone.now()
    for _attempt in range(outbox.ATTEMPTS_FOR_THE_REST):
        assert outbox.send_next(at=at) is True
        at += outbox.LAST_RETRY
    notification.refresh_from_db()
    assert notification.sent_at is not None
    assert smtp.readers == [team[0]]


def test_one_closed_mailbox_does_not_hold_up_the_others(notification, smtp, team):
    smtp.refuse = {team[0]: "550 No such user"}
    outbox.send_next()
    notification.refresh_from_db()
    assert notification.sent_at is not None
    assert [to for to, _text in smtp.messages] == [(team[1],)]


def test_when_every_mailbox_is_refused_it_is_tried_again(notification, smtp, team):
    smtp.refuse = dict.fromkeys(team, "550 No such user")
    outbox.send_next()
    notification.refresh_from_db()
    assert (notification.sent_at, notification.last_error) == (None, "SMTPRecipientsRefused")


def test_a_worker_that_dies_leaves_a_row_that_is_due_again(notification, mail_on, team):
    now = timezone.now()
    assert outbox.take(now) == notification  # taken, and then nothing more is heard
    assert outbox.send_next(at=now) is False
    assert outbox.send_next(at=now + outbox.LEASE) is True
    notification.refresh_from_db()
    assert (notification.attempts, len(mail.outbox)) == (2, 2)


def test_failures_log_no_address(notification, smtp, team, caplog):
    smtp.refuse = dict.fromkeys(team, "550 <cora@staff.example> unknown")
    outbox.send_next()
    assert "SMTPRecipientsRefused" in caplog.text
    assert not [r for r in caplog.records if r.name.startswith("admissions") and "@" in r.message]


def test_what_became_untrue_meanwhile_is_dropped_and_not_sent(notification, smtp, team):
    inquiry = notification.inquiry
    type(inquiry).objects.filter(pk=inquiry.pk).update(
        status="closed", outcome="spam", closed_at=timezone.now()
    )
    assert outbox.send_next() is True
    notification.refresh_from_db()
    assert (notification.sent_at, notification.last_error) == (None, "no longer needed")
    assert notification.dropped_at is not None
    assert smtp.messages == []
    assert outbox.send_next(at=timezone.now() + 100 * MINUTE) is False


def test_an_empty_outbox_costs_one_query(mail_on, team, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.send_next()


def test_no_message_names_the_machine_it_was_sent_from(notification, smtp, team, settings):
    settings.DEFAULT_FROM_EMAIL = "Desk <desk@mail.example>"
    outbox.send_next()
    text = smtp.messages[0][1]
    assert "@mail.example>" in next(line for line in text.splitlines() if "Message-ID" in line)
