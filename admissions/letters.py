"""What notifications say. E-mail is not private: staff read a reference and a link, a sender
reads nothing that says what it is about.

The confirmation may be read by whoever shares the sender's mailbox: no name of the clinic, no
word of treatment, no link. Both its languages stand here, side by side.
"""

from __future__ import annotations

from email.utils import make_msgid, parseaddr
from typing import NamedTuple
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Event, Inquiry, Notification

Kind = Notification.Kind


class Words(NamedTuple):
    """A message with places for %(reference)s and %(link)s."""

    subject: str | Promise
    body: str | Promise


TO_STAFF = {
    Kind.NEW_INQUIRY: Words(
        _("New inquiry, reference %(reference)s"),
        _("A new inquiry is waiting in the admissions queue.\n\n%(link)s\n"),
    ),
    Kind.SENT_AGAIN: Words(
        _("Inquiry sent again, reference %(reference)s"),
        _("Somebody changed what they had sent before.\n\n%(link)s\n"),
    ),
    Kind.OVERDUE: Words(
        _("Overdue inquiry, reference %(reference)s"),
        _("Nobody has taken this inquiry, and its time to call back has passed.\n\n%(link)s\n"),
    ),
    Kind.QUARANTINED: Words(
        _("Inquiries set aside, nobody has looked, reference %(reference)s"),
        _(
            "At least one inquiry was set aside as possible spam, and nobody has looked at it. "
            "It may be from a person who waits for an answer.\n\n%(link)s\n"
        ),
    ),
}
TO_SENDER = {
    Inquiry.Language.ENGLISH: Words(
        "We received your message",
        "We received your message.\n\n"
        "Your reference: %(reference)s\n\n"
        "We will get back to you in the way you chose. "
        "If you call us, have this reference at hand.\n\n"
        "If you did not write to us, you can ignore this e-mail.\n",
    ),
    Inquiry.Language.SPANISH: Words(
        "Recibimos su mensaje",
        "Recibimos su mensaje.\n\n"
        "Su referencia: %(reference)s\n\n"
        "Nos comunicaremos con usted de la manera que eligió. "
        "Si nos llama, tenga a mano esta referencia.\n\n"
        "Si usted no nos escribió, puede ignorar este correo.\n",
    ),
}


REPLY_SUBJECT = {
    Inquiry.Language.ENGLISH: "A message for you",
    Inquiry.Language.SPANISH: "Un mensaje para usted",
}


def to_staff(notification: Notification, address: str, connection: object) -> EmailMessage:
    """What a member of staff reads: the inquiry's reference, and where to open it."""
    link = notification.inquiry.get_absolute_url()
    if notification.kind == Kind.QUARANTINED:
        link = reverse("admin:admissions_inquiry_changelist") + "?show=quarantine"
    words = TO_STAFF[Kind(notification.kind)]
    return _message(words, notification.inquiry, address, connection, link=link)


def to_sender(inquiry: Inquiry, address: str, connection: object) -> EmailMessage:
    """What the sender reads, in the language of the form they filled in."""
    message = _message(
        TO_SENDER[Inquiry.Language(inquiry.site_language)], inquiry, address, connection
    )
    message.extra_headers["Content-Language"] = inquiry.site_language
    return message


def reply(entry: Event, address: str, connection: object) -> EmailMessage:
    """What staff answered. The subject says nothing: others may see it on a locked screen."""
    inquiry = entry.inquiry
    subject = REPLY_SUBJECT[Inquiry.Language(inquiry.language)]
    message = _message(Words(subject, ""), inquiry, address, connection)
    message.body = entry.text
    # Somebody wrote it: answers to it are welcome, automatic ones too.
    del message.extra_headers["Auto-Submitted"]
    return message


def _message(
    words: Words, inquiry: Inquiry, address: str, connection: object, *, link: str = ""
) -> EmailMessage:
    if link and settings.SITE_URL:
        link = urljoin(settings.SITE_URL, link)
    facts = {"reference": inquiry.reference, "link": link}
    return EmailMessage(
        subject=str(words.subject) % facts,
        body=str(words.body) % facts,
        to=[address],
        connection=connection,
        headers={
            "Auto-Submitted": "auto-generated",
            # Stock, it names the machine that the worker runs on.
            "Message-ID": make_msgid(domain=_sending_domain()),
        },
    )


def _sending_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
