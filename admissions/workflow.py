"""The steps of an inquiry, from new to closed. This module alone changes a status.

Each step is one transaction: it locks the row, checks who acts (PermissionDenied), which version
they acted on (StaleInquiry) and whether the step is legal now (IllegalTransition), changes the
row, raises its version and adds an entry to its timeline. Notes, views and attempts only add, so
they name no version and raise none; an attempt that moves the status or the follow-up day raises
it, since a colleague who decides on the older one has to be told.

What is typed into a step and cannot be used raises ValidationError keyed by the step's argument.
Every function returns the inquiry as it now is; the one passed in is left alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import audit, clock, follow_up, reaching, related, replying, trail, transitions
from .models import ContactAttempt, Event, Inquiry
from .models.querysets import InquiryQuerySet
from .models.replies import LONGEST_REPLY
from .transitions import OWN_OR_LEAD, steps_from

# The tables, by the names under which others know them.
Action = transitions.Action
Status = Inquiry.Status
Outcome = Inquiry.Outcome
Result, Way = ContactAttempt.Result, ContactAttempt.Way
TRANSITIONS, QUARANTINE = transitions.TRANSITIONS, transitions.QUARANTINE
CLOSES_FROM = transitions.CLOSES_FROM
LATEST_ASSESSMENT = transitions.LATEST_ASSESSMENT
shown_name = transitions.shown_name


class WorkflowError(Exception):
    """A step that was not taken. `str()` says why to the person; `current` is the row as it is."""

    def __init__(self, message: str, current: Inquiry) -> None:
        super().__init__(message)
        self.current = current


class StaleInquiry(WorkflowError):
    """Somebody changed the inquiry after the page this step was made on was shown."""


class IllegalTransition(WorkflowError):
    """The step does not fit where the inquiry stands."""


# Who may do what


def people_who_work() -> models.QuerySet[User]:
    """Active staff who may work inquiries: those one can be handed to."""
    return (
        User.objects.with_perm(
            "admissions.change_inquiry", backend="django.contrib.auth.backends.ModelBackend"
        )
        .filter(is_staff=True)
        .order_by("first_name", "last_name", "username")
    )


def has(user: User, permission: str) -> bool:
    """Whether `user` is staff and has `permission`. An account that is staff no more keeps its
    groups, and with them its permissions.
    """
    return user.is_staff and user.has_perm(permission)


def may(user: User, action: Action, inquiry: Inquiry) -> bool:
    """Whether `user` has the right to this step, legal now or not.

    Moving work between people is for whoever has it, and for leads.
    """
    if not has(user, "admissions.change_inquiry"):
        return False
    if action in OWN_OR_LEAD:
        return inquiry.assignee_id == user.pk or has(user, "admissions.assign_inquiry")
    return True


def legal_actions(inquiry: Inquiry, user: User) -> list[Action]:
    """The steps that `user` can take now, in the order in which they are offered."""
    if inquiry.erased_at is not None:
        return []
    table = steps_from(inquiry)
    return [
        action
        for action in Action
        if action in table
        and may(user, action, inquiry)
        and (action != Action.REPLY or replying.is_possible(inquiry))
    ]


def closing_outcomes(inquiry: Inquiry) -> list[Outcome]:
    """The outcomes that `inquiry` can be closed with now. Two queries at most (reaching.py)."""
    return [
        outcome
        for outcome in Outcome
        if inquiry.status in CLOSES_FROM[outcome]
        and (not inquiry.is_quarantined or outcome in transitions.QUARANTINE_OUTCOMES)
        and (outcome != Outcome.COULD_NOT_REACH or reaching.tried_enough(inquiry))
    ]


# The steps


def clear(*, inquiry: Inquiry, actor: User, version: int) -> Inquiry:
    """Take an inquiry out of quarantine: it is new, its clock starts now, and staff are told.

    What looked suspicious stays on the record.
    """
    from . import outbox  # noqa: PLC0415 - it asks this module who is on duty

    with _step(Action.CLEAR, inquiry, actor, version, also=_stopped(inquiry)) as current:
        now = timezone.now()
        _change(current, Action.CLEAR, Event.Kind.CLEARED, actor, at=now)
        current.quarantined_at = None
        _restart_clock(current, now)
        current.save(update_fields=["quarantined_at", "tried_at", "restarted_at", "due_at"])
        outbox.announce(current, at=now)
        wrote_again(current, at=now)
    return current


def claim(*, inquiry: Inquiry, actor: User, version: int) -> Inquiry:
    """Take a new inquiry. Of two who claim at once one gets it; the other hears whose it is."""
    with _step(Action.CLAIM, inquiry, actor, version) as current:
        current.assignee = actor
        _change(current, Action.CLAIM, Event.Kind.CLAIMED, actor)
    return current


def hand_over(
    *, inquiry: Inquiry, actor: User, version: int, to: User, reason: str = ""
) -> Inquiry:
    """Give an inquiry to `to`. Coordinators give away their own, leads any, new ones included."""
    with _step(Action.HAND_OVER, inquiry, actor, version) as current:
        if to.pk == current.assignee_id:
            raise ValidationError({"to": _("The inquiry is already with this person.")})
        if not people_who_work().filter(pk=to.pk).exists():
            raise ValidationError({"to": _("Choose somebody who works inquiries.")})
        current.assignee = to
        text = _with_reason(_("To %(name)s.") % {"name": shown_name(to)}, reason)
        _change(current, Action.HAND_OVER, Event.Kind.HANDED_OVER, actor, text=text)
    return current


def release(*, inquiry: Inquiry, actor: User, version: int, reason: str = "") -> Inquiry:
    """Put an inquiry back into the queue, for anybody to claim."""
    with _step(Action.RELEASE, inquiry, actor, version) as current:
        current.assignee = None
        _restart_clock(current, timezone.now())
        _change(current, Action.RELEASE, Event.Kind.RELEASED, actor, text=reason.strip())
    return current


def record_attempt(
    *,
    inquiry: Inquiry,
    actor: User,
    channel: str,
    outcome: str,
    next_follow_up: datetime.date | None = None,
    note: str = "",
) -> Inquiry:
    """Log one try to reach the person. The first that reaches them makes the inquiry contacted.

    `next_follow_up` brings the inquiry back on that day. Left out, a day already reached counts as
    done and is cleared; one that is still to come stays.
    """
    with _step(Action.ATTEMPT, inquiry, actor) as current:
        now = timezone.now()
        _check_attempt(channel, outcome, next_follow_up)
        reached = outcome == Result.REACHED
        current.tried_at = current.tried_at or now
        current.first_attempt_at = current.first_attempt_at or now
        if reached:
            current.first_contact_at = current.first_contact_at or now
        before = current.follow_up_on
        if next_follow_up or (before and before <= timezone.localdate(now)):
            current.follow_up_on = next_follow_up
        ContactAttempt.objects.create(
            inquiry=current,
            actor=actor,
            channel=channel,
            outcome=outcome,
            at=now,
            next_follow_up=next_follow_up,
        )
        kind, text = Event.Kind.ATTEMPTED, note.strip()
        if reached and current.status == Status.CLAIMED:
            _change(current, Action.ATTEMPT, kind, actor, text=text, at=now)
        else:
            current.version += current.follow_up_on != before
            current.save()
            _append(current, kind, actor, before=current.status, text=text, at=now)
    return current


def send_reply(*, inquiry: Inquiry, actor: User, version: int, text: str) -> Inquiry:
    """Send the person an e-mail, through the outbox. It counts as an attempt.

    The text is kept in the timeline, sealed; the outbox only points at it.
    """
    from . import outbox  # noqa: PLC0415 - as in clear()

    with _step(Action.REPLY, inquiry, actor, version) as current:
        if why_not := replying.why_not(current):
            raise IllegalTransition(why_not, current)
        _check_reply(text)
        now = timezone.now()
        current.tried_at = current.tried_at or now
        current.first_attempt_at = current.first_attempt_at or now
        ContactAttempt.objects.create(
            inquiry=current, actor=actor, channel=Way.EMAIL, outcome=Result.SENT, at=now
        )
        entry = _change(current, Action.REPLY, Event.Kind.REPLIED, actor, text=text.strip(), at=now)
        outbox.put_in_reply(entry, at=now)
    return current


def add_note(*, inquiry: Inquiry, actor: User, text: str) -> Inquiry:
    """Add a remark to the timeline, of a closed inquiry too."""
    with _step(Action.NOTE, inquiry, actor) as current:
        if not text.strip():
            raise ValidationError({"text": _("Write the note.")})
        _append(current, Event.Kind.NOTED, actor, before=current.status, text=text.strip())
    return current


def set_priority(
    *, inquiry: Inquiry, actor: User, version: int, priority: int, reason: str
) -> Inquiry:
    """Move an open inquiry up or down the queue, for a reason that the timeline keeps."""
    with _step(Action.PRIORITY, inquiry, actor, version) as current:
        errors = {}
        if priority not in Inquiry.Priority.values:
            errors["priority"] = _("Choose one of the priorities listed.")
        elif priority == current.priority:
            errors["priority"] = _("The inquiry has this priority already.")
        if not reason.strip():
            errors["reason"] = _("Write why.")
        if errors:
            raise ValidationError(errors)
        current.priority = priority
        text = _with_reason(f"{Inquiry.Priority(priority).label}.", reason)
        _change(current, Action.PRIORITY, Event.Kind.PRIORITY, actor, text=text)
    return current


def set_follow_up(
    *, inquiry: Inquiry, actor: User, version: int, on: datetime.date | None
) -> Inquiry:
    """Bring an open inquiry back on that day, or, with None, let it come back on none."""
    with _step(Action.FOLLOW_UP, inquiry, actor, version) as current:
        if on:
            follow_up.check_day(on)
        elif current.follow_up_on is None:
            raise ValidationError({"on": _("Choose a day.")})
        current.follow_up_on = on
        text = date_format(on, "D, M j, Y") if on else _("No day any more.")
        _change(current, Action.FOLLOW_UP, Event.Kind.FOLLOW_UP, actor, text=text)
    return current


def schedule_assessment(
    *, inquiry: Inquiry, actor: User, version: int, at: datetime.datetime
) -> Inquiry:
    """Set when the assessment is, or move it."""
    with _step(Action.ASSESSMENT, inquiry, actor, version) as current:
        if at <= timezone.now():
            raise ValidationError({"at": _("Choose a time that is still to come.")})
        if at > timezone.now() + LATEST_ASSESSMENT:
            raise ValidationError({"at": _("Choose a time within a year.")})
        current.assessment_at = at
        text = date_format(timezone.localtime(at), "D, M j, Y, g:i a")
        _change(current, Action.ASSESSMENT, Event.Kind.ASSESSMENT, actor, text=text)
    return current


def close(
    *,
    inquiry: Inquiry,
    actor: User,
    version: int,
    outcome: str,
    referral: str = "",
    reason: str = "",
) -> Inquiry:
    """End the work on an inquiry, with how it ended; `referral` is where "referred on" went."""
    with _step(Action.CLOSE, inquiry, actor, version) as current:
        _check_ending(outcome, referral)
        if outcome not in closing_outcomes(current):
            raise IllegalTransition(_why_not_closed(Outcome(outcome), current), current)
        current.outcome, current.referral = outcome, referral
        current.closed_at = timezone.now()
        current.follow_up_on = None
        text = _with_reason(f"{_ending(current)}.", reason)
        _change(current, Action.CLOSE, Event.Kind.CLOSED, actor, text=text)
    return current


def reopen(*, inquiry: Inquiry, actor: User, version: int, reason: str) -> Inquiry:
    """Take up a closed inquiry again, with whoever had it, or back in the queue."""
    with _step(Action.REOPEN, inquiry, actor, version) as current:
        if not reason.strip():
            raise ValidationError({"reason": _("Write why it is opened again.")})
        to = _open_again(current, timezone.now())
        _change(current, Action.REOPEN, Event.Kind.REOPENED, actor, text=reason.strip(), to=to)
    return current


def sent_again(current: Inquiry, *, at: datetime.datetime) -> None:
    """The sender changed their answers: whoever had dealt with them has to look again.

    `current` is locked by the caller, who saves it. A clock that had stopped starts anew, and a
    closed inquiry is open again, what was closed as spam in quarantine; one nobody has tried yet
    keeps its place.
    """
    if current.status == Status.CLOSED:
        was_spam = current.outcome == Outcome.SPAM
        current.status = _open_again(current, at)
        if was_spam:  # nobody has decided otherwise
            current.status, current.assignee, current.quarantined_at = Status.NEW, None, at
    elif current.tried_at is not None:
        _restart_clock(current, at)


def wrote_again(new: Inquiry, *, at: datetime.datetime) -> None:
    """`new` came from the phone number or address of earlier inquiries: those that are open and
    whose clock had stopped have somebody waiting again (DESIGN, "The clock").

    Belongs into the transaction that puts `new` into the queue. One query when nobody waits again,
    four whatever their number.
    """
    # In the order of their keys, so that two who write at once never wait for each other in turn.
    rows = _stopped(new).select_for_update().order_by("pk")
    earlier = [row for row in rows if row.is_readable]
    if not earlier:
        return
    Inquiry.objects.filter(pk__in=[row.pk for row in earlier]).update(
        tried_at=None, restarted_at=at, due_at=new.due_at, version=F("version") + 1
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


def _stopped(new: Inquiry) -> InquiryQuerySet:
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
    current = Inquiry.objects.select_for_update().get(pk=entry.inquiry_id)
    if not current.is_readable:
        return
    attempts = current.attempts.order_by("at")
    attempts.filter(at=entry.at, actor=entry.actor, outcome=Result.SENT).delete()
    since = attempts.filter(at__gte=entry.at).values_list("at", flat=True).first()
    for first in ("first_attempt_at", "tried_at"):
        if getattr(current, first) == entry.at:
            setattr(current, first, since)
    current.version += 1
    current.save(update_fields=["first_attempt_at", "tried_at", "version"])
    _append(current, Event.Kind.NOT_SENT, None, before=current.status, text=why)


def withdraw(current: Inquiry, *, actor: User | None, at: datetime.datetime) -> None:
    """Close an inquiry that is about to be erased, if it is open: nobody may work it any more.

    `current` is locked by the caller, who raises its version.
    """
    if current.status == Status.CLOSED:
        return
    before = current.status
    current.status, current.outcome = Status.CLOSED, Outcome.WITHDREW
    current.closed_at, current.follow_up_on = at, None
    current.save(update_fields=["status", "outcome", "closed_at", "follow_up_on"])
    _append(current, Event.Kind.CLOSED, actor, before=before, text="", at=at)


def _open_again(current: Inquiry, at: datetime.datetime) -> Status:
    """Undo the closing. The status to go on in: with whoever had it, or new, for anybody."""
    current.outcome = current.referral = ""
    current.closed_at = current.assessment_at = None  # the timeline keeps the appointment
    current.quarantined_at = None  # a colleague who opens it has decided that it is no spam
    _restart_clock(current, at)
    if current.assignee is not None and may(current.assignee, Action.NOTE, current):
        return TRANSITIONS[Status.CLOSED][Action.REOPEN]
    current.assignee = None
    return Status.NEW


def _restart_clock(current: Inquiry, at: datetime.datetime) -> None:
    """From `at` the person waits for an answer again. First attempt and contact stay."""
    current.tried_at = None
    current.restarted_at = at
    current.due_at = clock.due_at(at)


def mark_viewed(*, inquiry: Inquiry) -> None:
    """Remember when a member of staff first opened the inquiry. One write, the first time only."""
    if inquiry.first_viewed_at is None:
        Inquiry.objects.filter(pk=inquiry.pk, first_viewed_at__isnull=True).update(
            first_viewed_at=timezone.now()
        )


# How a step is taken


@contextmanager
def locked(
    inquiry: Inquiry,
    actor: User,
    permission: str,
    version: int | None = None,
    *,
    detail: str = "request",
) -> Iterator[Inquiry]:
    """The locked row, for a change that is no step. An exception undoes it all.

    Raises PermissionDenied unless `actor` has `permission`, StaleInquiry when the row changed
    since `version`, IllegalTransition when it is erased; each is recorded, as `detail`.
    """
    with _refusals_recorded(actor, inquiry, detail), transaction.atomic():
        current = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
        if not has(actor, permission):
            raise PermissionDenied(_("This is not yours to do."))
        _refuse_erased(current)
        if version is not None and version != current.version:
            raise StaleInquiry(_("Somebody changed this inquiry while you had it open."), current)
        yield current


@contextmanager
def _step(
    action: Action,
    inquiry: Inquiry,
    actor: User,
    version: int | None = None,
    *,
    also: InquiryQuerySet | None = None,
) -> Iterator[Inquiry]:
    """The locked row, once `actor` may take this step on it now. An exception undoes it all, and a
    refusal is recorded. `also` are others that the step will lock.
    """
    with _refusals_recorded(actor, inquiry, action.value), transaction.atomic():
        if also is not None:
            # In the order of their keys, its own among them, as whoever else locks several does.
            keys = [inquiry.pk, *also.values_list("pk", flat=True)]
            rows = Inquiry.objects.filter(pk__in=keys).order_by("pk")
            list(rows.select_for_update().values_list("pk"))
        # No join here: PostgreSQL, having waited for the lock, reads the row anew but not what is
        # joined to it, and the assignee would be the one from before. (On SQLite the transaction
        # itself, being IMMEDIATE, keeps every other writer out.)
        current = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
        if not may(actor, action, current):
            raise PermissionDenied(_("This step is not yours to take."))
        _refuse_erased(current)
        legal = action in steps_from(current)
        if not legal and action == Action.CLAIM:
            # Before the version: "Cora has it" tells more than "the page was out of date".
            raise IllegalTransition(transitions.why_not(action, current, actor), current)
        if version is not None and version != current.version:
            raise StaleInquiry(_("Somebody changed this inquiry while you had it open."), current)
        if not legal:
            raise IllegalTransition(transitions.why_not(action, current, actor), current)
        yield current


def check(action: Action, inquiry: Inquiry, actor: User) -> None:
    """Refuse, and record it, as the step itself would, when `actor` cannot take it now on any
    version. Changes nothing.
    """
    with _step(action, inquiry, actor):
        pass


_refusals_recorded = partial(audit.refusals, refused=WorkflowError)


def _change(
    current: Inquiry,
    action: Action,
    kind: Event.Kind,
    actor: User,
    *,
    text: str = "",
    to: Status | None = None,
    at: datetime.datetime | None = None,
) -> Event:
    """Move `current` as the table says (or to `to`), raise its version, add to its timeline."""
    before = Status(current.status)
    current.status = to or steps_from(current)[action]
    current.version += 1
    current.save()
    return _append(current, kind, actor, before=before, text=text, at=at)


def tell(current: Inquiry, kind: Event.Kind, actor: User, text: str = "") -> None:
    """Add to the timeline of a locked inquiry what happened beside the steps."""
    _append(current, kind, actor, before=current.status, text=text)


def _append(
    current: Inquiry,
    kind: Event.Kind,
    actor: User | None,
    *,
    before: str,
    text: str,
    at: datetime.datetime | None = None,
) -> Event:
    entry = Event(
        inquiry=current,
        kind=kind,
        at=at or timezone.now(),
        actor=actor,
        from_status=before,
        to_status=current.status,
        text=text,
    )
    trail.append(entry)
    return entry


def _check_reply(text: str) -> None:
    if not text.strip():
        raise ValidationError({"text": _("Write the reply, or choose a template.")})
    if len(text) > LONGEST_REPLY:
        raise ValidationError({"text": _("A reply has 4,000 characters at most.")})
    if place := replying.left_open(text):
        raise ValidationError({"text": _("Fill in %(place)s first.") % {"place": place}})


def _check_attempt(channel: str, outcome: str, next_follow_up: datetime.date | None) -> None:
    errors = {}
    if channel not in Way:
        errors["channel"] = _("Choose how you tried.")
    if outcome not in Result:
        errors["outcome"] = _("Choose how it went.")
    elif outcome == Result.VOICEMAIL and channel != Way.CALL:
        errors["outcome"] = _("A voicemail is left by phone. Choose “Phone call”, or how it went.")
    if errors:
        raise ValidationError(errors)
    if next_follow_up:
        follow_up.check_day(next_follow_up, name="next_follow_up")


def _check_ending(outcome: str, referral: str) -> None:
    if outcome not in Outcome:
        raise ValidationError({"outcome": _("Choose how it ended.")})
    referred = outcome == Outcome.REFERRED_ON
    if referred and referral not in Inquiry.Referral:
        raise ValidationError({"outcome": _("Choose where the person was referred to.")})
    if referral and not referred:
        raise ValidationError({"outcome": _("Only “Referred on” says where to.")})


def _ending(current: Inquiry) -> str:
    """How it ended, in words: "Referred on: out of area"."""
    outcome = str(Outcome(current.outcome).label)
    if not current.referral:
        return outcome
    return f"{outcome}: {Inquiry.Referral(current.referral).label}"


def _why_not_closed(outcome: Outcome, current: Inquiry) -> str:
    if outcome == Outcome.COULD_NOT_REACH and current.status in CLOSES_FROM[outcome]:
        return _("“Could not reach” needs more attempts: %(so_far)s.") % {
            "so_far": reaching.in_words(current)
        }
    return transitions.why_not_this_outcome(outcome, current)


def _with_reason(sentence: str, reason: str) -> str:
    return "\n".join(part for part in (sentence, reason.strip()) if part)


def _refuse_erased(current: Inquiry) -> None:
    if current.erased_at is not None:
        raise IllegalTransition(
            _("This inquiry was erased. Nothing more can be done with it."), current
        )
