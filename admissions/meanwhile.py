"""What happens to an inquiry without a step of staff: its sender changes the answers or writes
again, a reply does not leave, somebody looks at it for the first time, it is erased.

Beside workflow.py the one place that changes a status. The caller has locked the row, or it is
locked here; nobody is asked for a permission.
"""

from __future__ import annotations

import datetime

from django.contrib.auth.models import User
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from . import access, clock, related, trail
from .models import ContactAttempt, Event, Inquiry
from .models.querysets import InquiryQuerySet
from .transitions import TRANSITIONS, Action, Outcome, Status


def sent_again(current: Inquiry, *, at: datetime.datetime) -> None:
    """The sender changed their answers: whoever had dealt with them has to look again.

    `current` is locked by the caller, who saves it. A clock that had stopped starts anew, and a
    closed inquiry is open again, what was closed as spam in quarantine; one nobody has tried yet
    keeps its place.
    """
    if current.status == Status.CLOSED:
        was_spam = current.outcome == Outcome.SPAM
        current.status = open_again(current, at)
        if was_spam:  # nobody has decided otherwise
            current.status, current.assignee, current.quarantined_at = Status.NEW, None, at
    elif current.tried_at is not None:
        restart_clock(current, at)


def wrote_again(new: Inquiry, *, at: datetime.datetime, answered: bool = False) -> None:
    """`new` came from the phone number or address of earlier inquiries: those that are open and
    whose clock had stopped have somebody waiting again (DESIGN, "The clock"). Nobody waits when
    they were `answered` in the same breath: the timelines say that they called, and that is all.

    Belongs into the transaction that puts `new` into the queue. One query when nobody waits again,
    four whatever their number.
    """
    # In the order of their keys, so that two who write at once never wait for each other in turn.
    rows = stopped(new).select_for_update(no_key=True).order_by("pk")
    earlier = [row for row in rows if row.is_readable]
    if not earlier:
        return
    if not answered:
        Inquiry.objects.filter(pk__in=[row.pk for row in earlier]).update(
            tried_at=None,
            # An earlier one may be of "later", by a host's clock that has been set back since.
            restarted_at=Greatest("received_at", Value(at)),
            due_at=Greatest("received_at", Value(new.due_at)),
            version=F("version") + 1,
        )
    trail.append(
        *(
            Event(
                inquiry=row,
                kind=Event.Kind.WROTE_AGAIN,
                at=at,
                from_status=row.status,
                to_status=row.status,
                text=new.reference,
            )
            for row in earlier
        )
    )


def stopped(new: Inquiry) -> InquiryQuerySet:
    """Open inquiries of the same phone number or address as `new` whose clock had stopped."""
    if not new.is_readable:
        return Inquiry.objects.none()
    same = Inquiry.objects.open().filter(pk__in=related.of_same_route(new)).exclude(pk=new.pk)
    return same.filter(tried_at__isnull=False)


def reply_not_sent(entry: Event, *, why: str) -> None:
    """The reply of `entry` will never leave, and so was no attempt: whoever works the inquiry
    reads it, and a clock that it had stopped runs on from where it was.

    Belongs into the transaction that drops the reply. Nothing is said of one erased meanwhile.
    """
    current = Inquiry.objects.select_for_update(no_key=True).get(pk=entry.inquiry_id)
    if not current.is_readable:
        return
    attempts = current.attempts.order_by("at")
    attempts.filter(at=entry.at, actor=entry.actor, outcome=ContactAttempt.Result.SENT).delete()
    since = attempts.filter(at__gte=entry.at).values_list("at", flat=True).first()
    for first in ("first_attempt_at", "tried_at"):
        if getattr(current, first) == entry.at:
            setattr(current, first, since)
    current.version += 1
    current.save(update_fields=["first_attempt_at", "tried_at", "version"])
    trail.add(current, Event.Kind.NOT_SENT, None, before=current.status, text=why)


def withdraw(current: Inquiry, *, actor: User | None, at: datetime.datetime) -> None:
    """Close an inquiry that is about to be erased, if it is open: nobody may work it any more.

    `current` is locked by the caller, who raises its version.
    """
    if current.status == Status.CLOSED:
        return
    before = current.status
    current.status, current.outcome = Status.CLOSED, Outcome.WITHDREW
    current.closed_at, current.follow_up_on = max(at, current.received_at), None
    current.save(update_fields=["status", "outcome", "closed_at", "follow_up_on"])
    trail.add(current, Event.Kind.CLOSED, actor, before=before, text="", at=at)


def open_again(current: Inquiry, at: datetime.datetime) -> Status:
    """Undo the closing. The status to go on in: with whoever had it, or new, for anybody."""
    current.outcome = current.referral = ""
    current.closed_at = current.assessment_at = None  # the timeline keeps the appointment
    current.quarantined_at = None  # a colleague who opens it has decided that it is no spam
    restart_clock(current, at)
    if current.assignee is not None and access.has(current.assignee, "admissions.change_inquiry"):
        return TRANSITIONS[Status.CLOSED][Action.REOPEN]
    current.assignee = None
    return Status.NEW


def restart_clock(current: Inquiry, at: datetime.datetime) -> None:
    """From `at` the person waits for an answer again. First attempt and contact stay."""
    at = max(at, current.received_at)
    current.tried_at = None
    current.restarted_at = at
    current.due_at = clock.due_at(at)


def now_for(current: Inquiry) -> datetime.datetime:
    """Now, but never before what stands on record: a host's clock can have been set back."""
    known = (current.received_at, current.first_attempt_at, current.first_contact_at)
    return max(timezone.now(), *(moment for moment in known if moment is not None))


def mark_viewed(*, inquiry: Inquiry) -> None:
    """Remember when a member of staff first opened the inquiry. One write, the first time only."""
    if inquiry.first_viewed_at is None:
        Inquiry.objects.filter(pk=inquiry.pk, first_viewed_at__isnull=True).update(
            first_viewed_at=timezone.now()
        )
