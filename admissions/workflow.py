"""The steps of an inquiry, from new to closed. Beside them, meanwhile.py alone changes a status.

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
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import (
    access,
    audit,
    ending,
    follow_up,
    meanwhile,
    outbox,
    reaching,
    replying,
    rights,
    staff,
    trail,
    transitions,
)
from .models import ContactAttempt, Event, Inquiry
from .models.querysets import InquiryQuerySet
from .transitions import steps_from

# The tables, by the names under which others know them.
Action = transitions.Action
Status = Inquiry.Status
Outcome = Inquiry.Outcome
Result, Way = ContactAttempt.Result, ContactAttempt.Way
TRANSITIONS, QUARANTINE = transitions.TRANSITIONS, transitions.QUARANTINE
CLOSES_FROM = transitions.CLOSES_FROM
LATEST_ASSESSMENT = transitions.LATEST_ASSESSMENT
shown_name = transitions.shown_name
may = rights.may
closing_outcomes = ending.possible
people_who_work = staff.people_who_work
WorkflowError = transitions.WorkflowError
StaleInquiry = transitions.StaleInquiry
IllegalTransition = transitions.IllegalTransition


# Who may do what


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


# The steps


def clear(*, inquiry: Inquiry, actor: User, version: int) -> Inquiry:
    """Take an inquiry out of quarantine: it is new, its clock starts now, and staff are told.

    What looked suspicious stays on the record.
    """
    with _step(Action.CLEAR, inquiry, actor, version, also=meanwhile.stopped(inquiry)) as current:
        now = timezone.now()
        _change(current, Action.CLEAR, Event.Kind.CLEARED, actor, at=now)
        current.quarantined_at = None
        meanwhile.restart_clock(current, now)
        current.save(update_fields=["quarantined_at", "tried_at", "restarted_at", "due_at"])
        outbox.announce(current, at=now)
        meanwhile.wrote_again(current, at=now)
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
    """Put an inquiry back into the queue, for anybody to claim. A clock that had stopped starts."""
    with _step(Action.RELEASE, inquiry, actor, version) as current:
        current.assignee = None
        if current.tried_at is not None:  # else it runs on: whoever waits since then is overdue
            meanwhile.restart_clock(current, timezone.now())
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
    done and is cleared; one that is still to come stays, as does that of an assessment.
    """
    with _step(Action.ATTEMPT, inquiry, actor) as current:
        now = meanwhile.now_for(current)
        reaching.check(channel, outcome, next_follow_up)
        reached = outcome == Result.REACHED
        current.tried_at = current.tried_at or now
        current.first_attempt_at = current.first_attempt_at or now
        if reached:
            current.first_contact_at = current.first_contact_at or now
        before = current.follow_up_on
        if next_follow_up or (before and before <= timezone.localdate(now)):
            current.follow_up_on = next_follow_up or follow_up.of_assessment(current, now)
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
            trail.add(current, kind, actor, before=current.status, text=text, at=now)
    return current


def send_reply(*, inquiry: Inquiry, actor: User, version: int, text: str) -> Inquiry:
    """Send the person an e-mail, through the outbox. It counts as an attempt.

    The text is kept in the timeline, sealed; the outbox only points at it.
    """
    with _step(Action.REPLY, inquiry, actor, version) as current:
        if why_not := replying.why_not(current):
            raise IllegalTransition(why_not, current)
        replying.check(text)
        now = meanwhile.now_for(current)
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
        trail.add(current, Event.Kind.NOTED, actor, before=current.status, text=text.strip())
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
    """Set when the assessment is, or move it. That day brings the inquiry back: did they come?"""
    with _step(Action.ASSESSMENT, inquiry, actor, version) as current:
        if at <= timezone.now():
            raise ValidationError({"at": _("Choose a time that is still to come.")})
        if at > timezone.now() + LATEST_ASSESSMENT:
            raise ValidationError({"at": _("Choose a time within a year.")})
        current.assessment_at = at
        current.follow_up_on = timezone.localdate(at)
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
        ending.check(outcome, referral)
        if outcome not in ending.possible(current):
            raise IllegalTransition(ending.why_not(Outcome(outcome), current), current)
        current.outcome, current.referral = outcome, referral
        current.closed_at = meanwhile.now_for(current)
        current.follow_up_on = None
        text = _with_reason(f"{ending.in_words(current)}.", reason)
        _change(current, Action.CLOSE, Event.Kind.CLOSED, actor, text=text)
    return current


def reopen(*, inquiry: Inquiry, actor: User, version: int, reason: str) -> Inquiry:
    """Take up a closed inquiry again, with whoever had it, or back in the queue."""
    with _step(Action.REOPEN, inquiry, actor, version) as current:
        if not reason.strip():
            raise ValidationError({"reason": _("Write why it is opened again.")})
        to = meanwhile.open_again(current, timezone.now())
        _change(current, Action.REOPEN, Event.Kind.REOPENED, actor, text=reason.strip(), to=to)
    return current


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
        current = Inquiry.objects.select_for_update(no_key=True).get(pk=inquiry.pk)
        if not access.has(actor, permission):
            raise PermissionDenied(_("This is not yours to do."))
        _refuse_erased(current)
        if version is not None and version != current.version:
            raise StaleInquiry(transitions.stale(), current)
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
            list(rows.select_for_update(no_key=True).values_list("pk"))
        # No key: a view's record, which points at the inquiry, need not wait for this (PostgreSQL).
        # No join here: PostgreSQL, having waited for the lock, reads the row anew but not what is
        # joined to it, and the assignee would be the one from before. (On SQLite the transaction
        # itself, being IMMEDIATE, keeps every other writer out.)
        current = Inquiry.objects.select_for_update(no_key=True).get(pk=inquiry.pk)
        if not may(actor, action, current):
            raise PermissionDenied(rights.why_not_theirs(actor, action, current))
        _refuse_erased(current)
        legal = action in steps_from(current)
        if not legal and action == Action.CLAIM:
            # Before the version: "Cora has it" tells more than "the page was out of date".
            raise IllegalTransition(transitions.why_not(action, current, actor), current)
        if version is not None and version != current.version:
            raise StaleInquiry(transitions.stale(), current)
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
    return trail.add(current, kind, actor, before=before, text=text, at=at)


def tell(current: Inquiry, kind: Event.Kind, actor: User, text: str = "") -> None:
    """Add to the timeline of a locked inquiry what happened beside the steps."""
    trail.add(current, kind, actor, before=current.status, text=text)


def _with_reason(sentence: str, reason: str) -> str:
    return "\n".join(part for part in (sentence, reason.strip()) if part)


def _refuse_erased(current: Inquiry) -> None:
    if current.erased_at is not None:
        raise IllegalTransition(transitions.erased(), current)
