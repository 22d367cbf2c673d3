"""Sending what the outbox holds: that an inquiry came, and nothing about whom it is from.

Delivery is at least once. A notification is taken by a lease (its due time moves ahead), sent,
and then marked; a worker that dies between sending and marking leaves a row that is due again when
the lease ends, and a colleague may read "new inquiry" twice. The other order could lose one.

A notification ends as sent, or as dropped: when what it says is no longer so, or when the one
address it is for refuses it for good. Until then it is tried again.
"""

from __future__ import annotations

import datetime
import logging
import smtplib
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import duty, letters, meanwhile, replying
from .models import Event, Inquiry, Notification
from .protection.fields import Illegible
from .protection.keys import Unreadable

logger = logging.getLogger(__name__)

Kind = Notification.Kind

LEASE = datetime.timedelta(minutes=2)
FIRST_RETRY = datetime.timedelta(minutes=1)
LAST_RETRY = datetime.timedelta(hours=1)
# A confirmation that comes days later only unsettles.
CONFIRM_WITHIN = datetime.timedelta(days=3)
# Once a colleague has it, others whose mail server says "not now" are tried some two hours more.
ATTEMPTS_FOR_THE_REST = 8
# While it says so of everybody on a list, the next list is asked from this attempt on.
ATTEMPTS_BEFORE_OTHERS = 3
# What `last_error` can say besides the class of an exception.
NOBODY = "nobody to notify"
NOT_NEEDED = "no longer needed"
REFUSED = "address refused for good"
TOO_LATE = "too late to confirm"
_DOUBLINGS = 6  # 1 minute doubled six times passes the hour
# What the timeline says of a reply that was dropped.
_UNSENT = {
    NOT_NEEDED: _("There is no address any more, or no consent to e-mail."),
    REFUSED: _("The mail server does not take this address."),
}
_PERMANENT = 500  # SMTP replies from here on say "never", below it "not now"
_AGAIN: dict[str, Any] = {
    "sent_at": None,
    "dropped_at": None,
    "attempts": 0,
    "told": [],
    "last_error": "",
}
_TO_LEADS = (Kind.OVERDUE, Kind.QUARANTINED)


class Refused(Exception):
    """The mail server does not take this message, others perhaps; `__cause__` says why."""

    def __init__(self, *, for_good: bool) -> None:
        super().__init__()
        self.for_good = for_good


class Dropped(Exception):
    """This notification will never be sent; `str()` is the reason kept on the row."""


# Putting in


def announce(inquiry: Inquiry, *, at: datetime.datetime) -> None:
    """Put what a new inquiry sets off into the outbox, in the transaction that stores it.

    Also for one that was set aside and is cleared now. What has been sent is not sent again. One
    query for a new inquiry, two for a cleared one.
    """
    kinds = [Kind.NEW_INQUIRY]
    if inquiry.confirmation_wanted:
        kinds.append(Kind.CONFIRMATION)
    if at > inquiry.received_at:  # cleared: what was dropped while it lay aside counts again
        again = Notification.objects.dropped().filter(inquiry=inquiry, kind__in=kinds)
        again.update(made_at=at, due_at=at, **_AGAIN)
    put_in(kinds, [inquiry.pk], at=at)


def announce_again(inquiry: Inquiry, *, at: datetime.datetime) -> None:
    """Tell staff, who had dealt with `inquiry`, that its sender has changed the answers."""
    Notification.objects.update_or_create(
        kind=Kind.SENT_AGAIN,
        inquiry=inquiry,
        defaults={"made_at": at, "due_at": at, **_AGAIN},
    )


def confirm_again(inquiry: Inquiry, *, at: datetime.datetime) -> None:
    """Confirm to a sender who has corrected their address; nothing when no confirmation is wanted.

    A confirmation that is no longer wanted is dropped when its turn comes.
    """
    if inquiry.confirmation_wanted and not inquiry.is_quarantined:
        Notification.objects.update_or_create(
            kind=Kind.CONFIRMATION,
            inquiry=inquiry,
            defaults={"made_at": at, "due_at": at, **_AGAIN},
        )


def put_in_reply(entry: Event, *, at: datetime.datetime) -> None:
    """Send the text of a timeline's `entry` to the person. One query."""
    Notification.objects.create(
        kind=Kind.REPLY, inquiry=entry.inquiry, event=entry, made_at=at, due_at=at
    )


def put_in(kinds: list[Kind], inquiries: list[int], *, at: datetime.datetime) -> None:
    """Notifications of each kind for each inquiry (by key), where there is none. One query."""
    Notification.objects.bulk_create(
        (
            Notification(kind=kind, inquiry_id=pk, made_at=at, due_at=at)
            for pk in inquiries
            for kind in kinds
        ),
        ignore_conflicts=True,
    )


def start_anew(kind: Kind, inquiries: list[int], *, at: datetime.datetime) -> None:
    """Send once more what was made before the inquiry's clock last started. One query."""
    rows = Notification.objects.filter(
        kind=kind, inquiry__in=inquiries, made_at__lt=F("inquiry__due_at")
    )
    rows.update(made_at=at, due_at=at, **_AGAIN)


# Sending


def send_next(at: datetime.datetime | None = None) -> bool:
    """Take one due notification and try to send it. False when there is nothing to do now.

    Without EMAIL_URL, and with nobody to send to, notifications wait and no attempt is counted.
    Raises DatabaseError only; a failed sending is written on the row. One query when nothing is
    due.
    """
    if not settings.EMAIL_CONFIGURED:
        return False
    at = at or timezone.now()
    if not Notification.objects.due(at).exists():
        return False
    unreachable = _kinds_without_people(at)
    if unreachable:
        stuck = Notification.objects.due(at).filter(kind__in=unreachable)
        stuck.exclude(last_error=NOBODY).update(last_error=NOBODY)
    notification = take(at, but=unreachable)
    if notification is None:
        return False
    _send_and_mark(notification, at)
    return True


def take(at: datetime.datetime, *, but: list[Kind] | None = None) -> Notification | None:
    """The notification that has been due longest, leased to this caller; None when there is none.

    The lease is one conditional UPDATE, so that of two workers one gets the row.
    """
    due = Notification.objects.due(at).exclude(kind__in=but or [])
    for pk, due_at in due.values_list("pk", "due_at")[:10]:
        leased = Notification.objects.waiting().filter(pk=pk, due_at=due_at)
        if leased.update(due_at=at + LEASE, attempts=F("attempts") + 1):
            return (
                Notification.objects.select_related("inquiry", "event__inquiry")
                .filter(pk=pk)
                .first()
            )
    return None


def retry_after(attempts: int) -> datetime.timedelta:
    """How long to wait after the failure of attempt number `attempts` (from 1)."""
    return min(FIRST_RETRY * 2 ** min(attempts - 1, _DOUBLINGS), LAST_RETRY)


def _kinds_without_people(at: datetime.datetime) -> list[Kind]:
    """The kinds that nobody could be sent now. A confirmation's reader is the sender."""
    kinds = []
    if next(duty.for_inquiries(at), None) is None:
        kinds += [Kind.NEW_INQUIRY, Kind.SENT_AGAIN]
    if next(duty.for_reminders(), None) is None:
        kinds += _TO_LEADS
    return kinds


def _send_and_mark(notification: Notification, at: datetime.datetime) -> None:
    row = Notification.objects.filter(pk=notification.pk)
    try:
        if not _still_so(notification, at):
            raise Dropped(NOT_NEEDED)
        if notification.kind == Kind.CONFIRMATION:
            _confirm(notification, at)
        elif notification.kind == Kind.REPLY:
            _reply(notification)
        else:
            _tell_staff(notification, at)
    except DatabaseError:
        raise
    except Dropped as reason:
        _drop(notification, str(reason))
    except Exception as error:  # whatever a mail server or a network can do
        # The kind only: a server's answer quotes addresses.
        kind = type(error.__cause__ if isinstance(error, Refused) else error).__name__
        row.update(due_at=timezone.now() + retry_after(notification.attempts), last_error=kind)
        logger.warning(
            "Notification %s was not sent (attempt %s): %s",
            notification.pk,
            notification.attempts,
            kind,
        )
    else:
        row.update(sent_at=timezone.now(), last_error="")


@transaction.atomic
def _drop(notification: Notification, reason: str) -> None:
    """End it without sending. A reply that ends so has reached nobody: its inquiry says so."""
    waiting = Notification.objects.waiting().filter(pk=notification.pk)
    ended = waiting.update(dropped_at=timezone.now(), last_error=reason)
    if ended and notification.event is not None:
        meanwhile.reply_not_sent(notification.event, why=str(_UNSENT[reason]))


def _still_so(notification: Notification, at: datetime.datetime) -> bool:
    """Whether what the notification would say is still so. No query; one for a reply."""
    inquiry = notification.inquiry
    match Kind(notification.kind):
        case Kind.CONFIRMATION:
            wanted = inquiry.confirmation_wanted and inquiry.erased_at is None
            return wanted and inquiry.quarantined_at is None
        case Kind.REPLY:
            return inquiry.erased_at is None and replying.may_be_sent(inquiry)
        case Kind.QUARANTINED:
            return inquiry.is_quarantined
        case Kind.OVERDUE:
            unclaimed = inquiry.status == Inquiry.Status.NEW and not inquiry.is_quarantined
            return unclaimed and inquiry.is_overdue(at)
        case Kind.NEW_INQUIRY if inquiry.source != Inquiry.Source.WEB and inquiry.assignee_id:
            return False  # whoever took the call or the visit down goes on with it
        case _:
            return inquiry.is_open and not inquiry.is_quarantined


# To staff


def _tell_staff(notification: Notification, at: datetime.datetime) -> None:
    """Tell the first of the lists that takes it. Raises when nobody did, or someone is to be tried
    again.

    An address that is refused is passed over, or one closed mailbox would keep everybody else's
    notification coming back for ever. Each person told is written down at once, so that the next
    try writes to the others alone. Any other failure ends the attempt.
    """
    lists = duty.for_reminders() if notification.kind in _TO_LEADS else duty.for_inquiries(at)
    refusals: list[Refused] = []
    with get_connection() as connection:
        for people in lists:
            refusals += _refusals(notification, people, connection)
            if notification.told:
                break
            if not _wait_no_longer(notification, refusals):
                break
    not_now = [refusal for refusal in refusals if not refusal.for_good]
    if not_now and notification.attempts < ATTEMPTS_FOR_THE_REST:
        raise not_now[0]
    if refusals and not notification.told:
        raise refusals[0]


def _refusals(
    notification: Notification, people: duty.People, connection: object
) -> Iterator[Refused]:
    """One message to each of `people` who has not had it; those that were not taken."""
    for person in people:
        if person.pk in notification.told:
            continue
        try:
            _deliver(letters.to_staff(notification, person.email, connection))
        except Refused as refusal:
            if refusal.for_good:
                logger.warning("The mail server refuses the address of account %s.", person.pk)
            yield refusal
        else:
            notification.told.append(person.pk)
            notification.save(update_fields=["told"])


def _wait_no_longer(notification: Notification, refusals: list[Refused]) -> bool:
    """Whether the next list is asked: at once after "never", after some tries at "not now"."""
    never = all(refusal.for_good for refusal in refusals)
    return never or notification.attempts >= ATTEMPTS_BEFORE_OTHERS


# To the sender


def _confirm(notification: Notification, at: datetime.datetime) -> None:
    """Send the confirmation. Raises Dropped when its one address will never take it."""
    if at - notification.made_at > CONFIRM_WITHIN:
        raise Dropped(TOO_LATE)
    inquiry = notification.inquiry
    _send_to_person(
        inquiry, lambda address, connection: letters.to_sender(inquiry, address, connection)
    )


def _reply(notification: Notification) -> None:
    """Send a reply. Raises Unreadable without the text's key, Dropped as `_confirm` does."""
    entry = notification.event
    if entry is None or isinstance(entry.text, Illegible):
        raise Unreadable("reply")
    _send_to_person(
        notification.inquiry,
        lambda address, connection: letters.reply(entry, address, connection),
    )


def _send_to_person(inquiry: Inquiry, letter: Callable[[str, object], EmailMessage]) -> None:
    address = inquiry.email
    if isinstance(address, Illegible):
        raise Unreadable("e-mail")
    if not address:
        raise Dropped(NOT_NEEDED)
    with get_connection() as connection:
        try:
            _deliver(letter(address, connection))
        except Refused as refusal:
            if refusal.for_good:
                raise Dropped(REFUSED) from refusal
            raise


def _deliver(message: EmailMessage) -> None:
    """Hand one message to the mail server. Raises Refused when the fault is in its address."""
    try:
        message.send()
    except (ValueError, smtplib.SMTPNotSupportedError) as error:
        raise Refused(for_good=True) from error  # not an address that a server can be asked about
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _reply in error.recipients.values()]
        raise Refused(for_good=min(codes) >= _PERMANENT) from error
    except smtplib.SMTPDataError as error:
        raise Refused(for_good=error.smtp_code >= _PERMANENT) from error
