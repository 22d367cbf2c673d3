"""The outbox: who is told, what they read, and what happens when it cannot be sent."""

import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
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
def mail_on(settings):
    settings.EMAIL_CONFIGURED = True


@pytest.fixture
def team(coordinator, lead):
    return [coordinator.email, lead.email]


class Postbox:
    """A mail server's memory; `refuse` answers an address with an SMTP reply."""

    def __init__(self):
        self.messages = []
        self.refuse = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.messages.append((tuple(envelope.rcpt_tos), envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def smtp(settings, mail_on):
    """A real mail server on a free port, and mail that goes there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    box.controller = controller
    yield box
    if controller.server is not None:
        controller.stop()


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
