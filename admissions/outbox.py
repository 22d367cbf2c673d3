"""Sending what the outbox holds: that an inquiry came, and nothing about whom it is from.

Delivery is at least once. A notification is taken by a lease (its due time moves ahead), sent,
and then marked; a worker that dies between sending and marking leaves a row that is due again when
the lease ends, and colleagues may read "new inquiry" twice. The other order could lose one.
"""

from __future__ import annotations

import datetime
import logging
import smtplib
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from . import access
from .models import Inquiry, Notification

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(minutes=2)
FIRST_RETRY = datetime.timedelta(minutes=1)
LAST_RETRY = datetime.timedelta(hours=1)
NOBODY = "nobody to notify"
_DOUBLINGS = 6  # 1 minute doubled six times passes the hour
_PERMANENT = 500  # SMTP replies from here on say "never", below it "not now"


def announce(inquiry: Inquiry, *, at: datetime.datetime) -> None:
    """Put what a new inquiry sets off into the outbox, in the transaction that stores it."""
    Notification.objects.create(kind=Notification.Kind.NEW_INQUIRY, inquiry=inquiry, due_at=at)


def send_next(at: datetime.datetime | None = None) -> bool:
    """Take one due notification and try to send it. False when there is nothing to do now.

    Without EMAIL_URL, and with nobody to send to, notifications wait and no attempt is counted.
    Raises DatabaseError only; a failed sending is written on the row.
    """
    if not settings.EMAIL_CONFIGURED:
        return False
    at = at or timezone.now()
    addresses = _addresses()
    if not addresses:
        Notification.objects.due(at).exclude(last_error=NOBODY).update(last_error=NOBODY)
        return False
    notification = take(at)
    if notification is None:
        return False
    _send_and_mark(notification, addresses)
    return True


def take(at: datetime.datetime) -> Notification | None:
    """The notification that has been due longest, leased to this caller; None when there is none.

    The lease is one conditional UPDATE, so that of two workers one gets the row.
    """
    for pk, due_at in Notification.objects.due(at).values_list("pk", "due_at")[:10]:
        leased = Notification.objects.waiting().filter(pk=pk, due_at=due_at)
        if leased.update(due_at=at + LEASE, attempts=F("attempts") + 1):
            return Notification.objects.select_related("inquiry").get(pk=pk)
    return None


def retry_after(attempts: int) -> datetime.timedelta:
    """How long to wait after the failure of attempt number `attempts` (from 1)."""
    return min(FIRST_RETRY * 2 ** min(attempts - 1, _DOUBLINGS), LAST_RETRY)


def _send_and_mark(notification: Notification, addresses: list[str]) -> None:
    row = Notification.objects.filter(pk=notification.pk)
    try:
        _send(notification, addresses)
    except DatabaseError:
        raise
    except Exception as error:  # whatever a mail server or a network can do
        # The kind only: a server's answer quotes addresses.
        kind = type(error).__name__
        row.update(due_at=timezone.now() + retry_after(notification.attempts), last_error=kind)
        logger.warning(
            "Notification %s was not sent (attempt %s): %s",
            notification.pk,
            notification.attempts,
            kind,
        )
    else:
        row.update(sent_at=timezone.now(), last_error="")


def _send(notification: Notification, addresses: list[str]) -> None:
    """One message to each address. Raises unless the server took at least one of them.

    An address refused for good is passed over, or one closed mailbox would keep everybody else's
    notification coming back for ever. Any other failure ends the attempt.
    """
    refused: smtplib.SMTPRecipientsRefused | None = None
    taken = 0
    with get_connection() as connection:
        for address in addresses:
            try:
                _message(notification, address, connection).send()
            except smtplib.SMTPRecipientsRefused as error:
                if any(code < _PERMANENT for code, _reply in error.recipients.values()):
                    raise
                refused = error
            else:
                taken += 1
    if refused is not None:
        if not taken:
            raise refused
        logger.warning("The mail server refused an address; see the staff accounts' e-mail.")


def _message(notification: Notification, address: str, connection: object) -> EmailMessage:
    """The message, made only now. E-mail is not private: it names the inquiry, never a person."""
    inquiry = notification.inquiry
    if notification.kind == Notification.Kind.SENT_AGAIN:
        subject = _("Inquiry sent again, reference %(reference)s")
        body = _("Somebody changed what they had sent before.\n\n%(link)s\n")
    else:
        subject = _("New inquiry, reference %(reference)s")
        body = _("A new inquiry is waiting in the admissions queue.\n\n%(link)s\n")
    link = inquiry.get_absolute_url()
    if settings.SITE_URL:
        link = urljoin(settings.SITE_URL, link)
    return EmailMessage(
        subject=subject % {"reference": inquiry.reference},
        body=body % {"link": link},
        to=[address],
        connection=connection,
        headers={"Auto-Submitted": "auto-generated"},
    )


def _addresses() -> list[str]:
    """Where everybody who answers inquiries reads mail; while nobody does, the superusers."""
    staff = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    groups = [access.COORDINATORS, access.LEADS]
    return _mailboxes(staff.filter(groups__name__in=groups)) or _mailboxes(
        staff.filter(is_superuser=True)
    )


def _mailboxes(users: QuerySet[User]) -> list[str]:
    return list(users.order_by("email").values_list("email", flat=True).distinct())
