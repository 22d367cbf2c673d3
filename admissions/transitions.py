"""Which step leads where, and why one is refused: the workflow as tables.

workflow.py enforces them; docs/workflow.md and the admin's diagram are made from them. Nothing here
changes a row.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Inquiry

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Inquiry.Status
Outcome = Inquiry.Outcome


class Action(models.TextChoices):
    """A step, by the name its address has in the admin."""

    CLEAR = "clear", gettext_lazy("Not spam: put it in the queue")
    CLAIM = "claim", gettext_lazy("Claim")
    ATTEMPT = "attempt", gettext_lazy("Log an attempt")
    REPLY = "reply", gettext_lazy("Reply by e-mail")
    ASSESSMENT = "assessment", gettext_lazy("Schedule the assessment")
    NOTE = "note", gettext_lazy("Add a note")
    PRIORITY = "priority", gettext_lazy("Set the priority")
    # Not "follow-up": in the log of who saw what, that is the queue's tab.
    FOLLOW_UP = "set-follow-up", gettext_lazy("Set the follow-up day")
    HAND_OVER = "hand-over", gettext_lazy("Hand over")
    RELEASE = "release", gettext_lazy("Return to the queue")
    CLOSE = "close", gettext_lazy("Close")
    REOPEN = "reopen", gettext_lazy("Reopen")


LATEST_ASSESSMENT = datetime.timedelta(days=366)

# status → action → the status it leads to.
TRANSITIONS: dict[Status, dict[Action, Status]] = {
    Status.NEW: {
        Action.CLAIM: Status.CLAIMED,
        Action.NOTE: Status.NEW,
        Action.PRIORITY: Status.NEW,
        Action.FOLLOW_UP: Status.NEW,
        Action.HAND_OVER: Status.CLAIMED,
        Action.CLOSE: Status.CLOSED,
    },
    Status.CLAIMED: {
        # When it reached the person; any other attempt leaves the status as it is.
        Action.ATTEMPT: Status.CONTACTED,
        Action.REPLY: Status.CLAIMED,
        Action.NOTE: Status.CLAIMED,
        Action.PRIORITY: Status.CLAIMED,
        Action.FOLLOW_UP: Status.CLAIMED,
        Action.HAND_OVER: Status.CLAIMED,
        Action.RELEASE: Status.NEW,
        Action.CLOSE: Status.CLOSED,
    },
    Status.CONTACTED: {
        Action.ATTEMPT: Status.CONTACTED,
        Action.REPLY: Status.CONTACTED,
        Action.ASSESSMENT: Status.ASSESSMENT,
        Action.NOTE: Status.CONTACTED,
        Action.PRIORITY: Status.CONTACTED,
        Action.FOLLOW_UP: Status.CONTACTED,
        Action.HAND_OVER: Status.CONTACTED,
        Action.RELEASE: Status.NEW,
        Action.CLOSE: Status.CLOSED,
    },
    Status.ASSESSMENT: {
        Action.ATTEMPT: Status.ASSESSMENT,
        Action.REPLY: Status.ASSESSMENT,
        Action.ASSESSMENT: Status.ASSESSMENT,
        Action.NOTE: Status.ASSESSMENT,
        Action.PRIORITY: Status.ASSESSMENT,
        Action.FOLLOW_UP: Status.ASSESSMENT,
        Action.HAND_OVER: Status.ASSESSMENT,
        Action.CLOSE: Status.CLOSED,
    },
    Status.CLOSED: {
        Action.NOTE: Status.CLOSED,
        # Back to whoever had it; to the queue (new) when nobody had, or they no longer work here.
        Action.REOPEN: Status.CLAIMED,
    },
}

# What can be done while an inquiry is set aside as possible spam, in place of its status's steps:
# somebody decides first whether it is.
QUARANTINE: dict[Action, Status] = {
    Action.CLEAR: Status.NEW,
    Action.NOTE: Status.NEW,
    Action.CLOSE: Status.CLOSED,
}

_AFTER_CONTACT = frozenset({Status.CONTACTED, Status.ASSESSMENT})
_CLAIMED_ON = _AFTER_CONTACT | {Status.CLAIMED}
_OPEN = _CLAIMED_ON | {Status.NEW}

# Which outcomes a status can be closed with: nobody is admitted or turned away unheard.
CLOSES_FROM: dict[Outcome, frozenset[Status]] = {
    Outcome.ADMITTED: _AFTER_CONTACT,
    Outcome.REFERRED_ON: _AFTER_CONTACT,
    Outcome.NOT_A_FIT: _AFTER_CONTACT,
    Outcome.COULD_NOT_REACH: _CLAIMED_ON,
    Outcome.WITHDREW: _CLAIMED_ON,
    Outcome.DUPLICATE: _OPEN,
    Outcome.SPAM: _OPEN,
}


# Decided without a word from the person.
QUARANTINE_OUTCOMES = frozenset({Outcome.SPAM, Outcome.DUPLICATE})

# Steps that add to the timeline and leave the row's decisions alone: they name no version.
ONLY_ADD = frozenset({Action.NOTE, Action.ATTEMPT})
# Moving work between people is for whoever has it, and for leads.
OWN_OR_LEAD = frozenset({Action.HAND_OVER, Action.RELEASE})


def steps_from(inquiry: Inquiry) -> dict[Action, Status]:
    """The steps that lead on from where `inquiry` stands, and the status each leads to."""
    return QUARANTINE if inquiry.is_quarantined else TRANSITIONS[Status(inquiry.status)]


def shown_name(user: User) -> str:
    """How colleagues call a member of staff: full name, or else the account's."""
    return user.get_full_name() or user.get_username()


# Why not


class WorkflowError(Exception):
    """A step that was not taken. `str()` says why to the person; `current` is the row as it is."""

    def __init__(self, message: str, current: Inquiry) -> None:
        super().__init__(message)
        self.current = current


class StaleInquiry(WorkflowError):
    """Somebody changed the inquiry after the page this step was made on was shown."""


class IllegalTransition(WorkflowError):
    """The step does not fit where the inquiry stands."""


def why_not(action: Action, current: Inquiry, actor: User) -> str:  # noqa: PLR0911
    """The sentence for a step that is not legal now."""
    if current.is_quarantined:
        return _("This inquiry is set aside as possible spam. Put it in the queue first.")
    if action == Action.CLEAR:
        return _("This inquiry is not set aside.")
    if current.status == Status.CLOSED:
        return _("This inquiry is closed. Reopen it first.")
    if action == Action.CLAIM and current.assignee is not None:
        if current.assignee_id == actor.pk:
            return _("You have already claimed this inquiry.")
        return _("%(name)s has already claimed this inquiry.") % {
            "name": shown_name(current.assignee)
        }
    reasons = {
        Action.REOPEN: _("This inquiry is open already."),
        Action.RELEASE: _("An assessment is scheduled. Hand the inquiry over to somebody instead."),
        Action.ASSESSMENT: _(
            "Nobody has reached this person yet. Log the attempt that does first."
        ),
    }
    if current.status == Status.NEW and action != Action.REOPEN:
        return _("Nobody has claimed this inquiry yet. Claim it first.")
    return reasons[action]


def erased() -> str:
    return _("This inquiry was erased. Nothing more can be done with it.")


def stale() -> str:
    return _("Somebody changed this inquiry while you had it open.")


def why_not_this_outcome(outcome: Outcome, current: Inquiry) -> str:
    if current.is_quarantined:
        return _("This inquiry is set aside as possible spam. Put it in the queue first.")
    if outcome in {Outcome.WITHDREW, Outcome.COULD_NOT_REACH} and current.status == Status.NEW:
        return _("Nobody has claimed this inquiry yet. Claim it first.")
    return _("“%(outcome)s” needs a contact first: log the attempt that reached the person.") % {
        "outcome": outcome.label
    }
