"""How an inquiry reads on the desk: durations, badges, rows. Nothing here asks the database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from .. import workflow
from ..models import Inquiry
from ..spam import Sign

MINUTE = datetime.timedelta(minutes=1)
FINE = datetime.timedelta(hours=3)  # up to here, minutes matter


def in_words(length: datetime.timedelta) -> str:
    """A length of time as said aloud: "1 hour, 5 minutes", "9 hours", "3 days"."""
    if length < MINUTE:
        return _("less than a minute")
    now = timezone.now()
    return timesince(now - length, now, depth=2 if length < FINE else 1)


@dataclass(frozen=True)
class Badge:
    """Words, and how they are coloured (`late`, `soon`, `calm`, `done`); the words say it all."""

    text: str
    tone: str


def due_badge(inquiry: Inquiry, now: datetime.datetime) -> Badge:
    """What the clock says: overdue, due, to be followed up, reached, or how it ended."""
    if not inquiry.is_open:
        return Badge(inquiry.get_outcome_display(), "done")
    if inquiry.is_quarantined:
        return Badge(_("Set aside as possible spam"), "soon")
    if inquiry.tried_at is not None:
        return _tried_badge(inquiry, now)
    left = inquiry.due_at - now
    if inquiry.is_overdue(now):
        return Badge(_("Overdue by %(time)s") % {"time": in_words(-left)}, "late")
    return Badge(_("Due in %(time)s") % {"time": in_words(left)}, "soon")


def _tried_badge(inquiry: Inquiry, now: datetime.datetime) -> Badge:
    if inquiry.follow_up_on:
        return _follow_up_badge(inquiry.follow_up_on, timezone.localdate(now))
    if inquiry.status == Inquiry.Status.ASSESSMENT and inquiry.assessment_at:
        at = date_format(timezone.localtime(inquiry.assessment_at), "M j, g:i a")
        return Badge(_("Assessment %(time)s") % {"time": at}, "calm")
    if inquiry.first_contact_at:
        return Badge(_("Reached"), "calm")
    return Badge(_("Tried, not reached yet"), "soon")


def _follow_up_badge(on: datetime.date, today: datetime.date) -> Badge:
    if on == today:
        return Badge(_("Follow up today"), "soon")
    day = date_format(on, "M j")
    if on < today:
        return Badge(_("Follow-up was due %(day)s") % {"day": day}, "late")
    return Badge(_("Follow up %(day)s") % {"day": day}, "calm")


def whom_for(inquiry: Inquiry) -> str:
    """Who it is for, as staff say it (the form's own words are the sender's: "Me")."""
    return {
        Inquiry.AskingFor.SELF.value: _("Themselves"),
        Inquiry.AskingFor.FAMILY.value: _("Family or friend"),
        Inquiry.AskingFor.PROFESSIONAL.value: _("Client or patient"),
    }[inquiry.asking_for]


def situation(inquiry: Inquiry) -> str:
    """Where they come from, in two or three words; "" when they did not say."""
    return {
        Inquiry.Situation.AFTER_DETOX.value: _("after detox"),
        Inquiry.Situation.AFTER_RESIDENTIAL.value: _("after residential"),
        Inquiry.Situation.DIRECT.value: _("not in treatment"),
        Inquiry.Situation.OTHER.value: _("something else"),
        Inquiry.Situation.UNSURE.value: _("not sure"),
    }.get(inquiry.situation, "")


def best_times(inquiry: Inquiry) -> str:
    """The times of day that suit, in the day's order."""
    return ", ".join(str(t.label) for t in Inquiry.BestTime if t.value in inquiry.best_time)


@dataclass(frozen=True)
class Row:
    """One inquiry as the queue and the workspace's heading show it."""

    inquiry: Inquiry
    now: datetime.datetime
    may_be_called: bool = False
    has_others: bool = False  # of the same phone number or e-mail address

    @cached_property
    def badge(self) -> Badge:
        return due_badge(self.inquiry, self.now)

    @property
    def waiting(self) -> str:
        return in_words(self.inquiry.waiting(self.now))

    @property
    def still_waiting(self) -> bool:
        return self.inquiry.is_open and self.inquiry.tried_at is None

    @property
    def whom_for(self) -> str:
        return whom_for(self.inquiry)

    @property
    def situation(self) -> str:
        return situation(self.inquiry)

    @property
    def assignee(self) -> str:
        return workflow.shown_name(self.inquiry.assignee) if self.inquiry.assignee else ""

    @property
    def suspicions(self) -> list[str]:
        """Why it was set aside, in words."""
        known = dict(Sign.choices)
        return [str(known.get(code, code)) for code in self.inquiry.suspicions]

    @property
    def unread(self) -> bool:
        return self.inquiry.is_open and self.inquiry.first_viewed_at is None

    @property
    def best_times(self) -> str:
        return best_times(self.inquiry)
