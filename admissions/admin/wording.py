"""How an inquiry reads on the desk: durations, badges, rows. Nothing here asks the database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .. import ending, workflow
from ..models import Inquiry
from ..protection.digests import name_words
from ..spam import Sign

MINUTE = datetime.timedelta(minutes=1)
HEARD = {Inquiry.Status.CONTACTED, Inquiry.Status.ASSESSMENT}
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
        return Badge(ending.in_words(inquiry), "done")
    if inquiry.is_quarantined:
        return Badge(_("Set aside as possible spam"), "soon")
    if inquiry.tried_at is not None:
        return _tried_badge(inquiry, now)
    left = inquiry.due_at - now
    if inquiry.is_overdue(now):
        return Badge(_("Overdue by %(time)s") % {"time": in_words(-left)}, "late")
    return Badge(_("Due in %(time)s") % {"time": in_words(left)}, "soon")


def _tried_badge(inquiry: Inquiry, now: datetime.datetime) -> Badge:
    assessment = inquiry.assessment_at if inquiry.status == Inquiry.Status.ASSESSMENT else None
    if assessment and inquiry.follow_up_on in {None, timezone.localdate(assessment)}:
        at = {"time": date_format(timezone.localtime(assessment), "M j, g:i a")}
        if assessment < now:
            return Badge(_("Assessment was %(time)s") % at, "late")
        return Badge(_("Assessment %(time)s") % at, "calm")
    if inquiry.follow_up_on:
        return _follow_up_badge(inquiry.follow_up_on, timezone.localdate(now))
    if inquiry.status in HEARD:  # first_contact_at may be of before the clock started again
        return Badge(_("Reached"), "calm")
    return Badge(_("Tried, not reached yet"), "soon")


def _follow_up_badge(on: datetime.date, today: datetime.date) -> Badge:
    if on == today:
        return Badge(_("Follow up today"), "soon")
    day = date_format(on, "M j")
    if on < today:
        return Badge(_("Follow-up was due %(day)s") % {"day": day}, "late")
    return Badge(_("Follow up %(day)s") % {"day": day}, "calm")


# Who it is for, as staff say it (the form's own words are the sender's: "Me").
WHOM_FOR = {
    Inquiry.AskingFor.SELF.value: gettext_lazy("Themselves"),
    Inquiry.AskingFor.FAMILY.value: gettext_lazy("Family or friend"),
    Inquiry.AskingFor.PROFESSIONAL.value: gettext_lazy("Client or patient"),
}
# Where they come from, in two or three words.
SITUATIONS = {
    Inquiry.Situation.AFTER_DETOX.value: gettext_lazy("after detox"),
    Inquiry.Situation.AFTER_RESIDENTIAL.value: gettext_lazy("after residential"),
    Inquiry.Situation.DIRECT.value: gettext_lazy("not in treatment"),
    Inquiry.Situation.OTHER.value: gettext_lazy("something else"),
    Inquiry.Situation.UNSURE.value: gettext_lazy("not sure"),
}


@cache
def _labels(field: str, language: str | None) -> dict[Any, str]:
    """What the values of one of an inquiry's choices are called in `language`, now active."""
    choices = Inquiry._meta.get_field(field).flatchoices  # type: ignore[union-attr]
    return {value: str(label) for value, label in choices}


def label(inquiry: Inquiry, field: str) -> str:
    """As get_FOO_display, which looks all labels up each time: too long for a list of rows."""
    value = getattr(inquiry, field)
    return _labels(field, get_language()).get(value, str(value))


def best_times(inquiry: Inquiry) -> str:
    """The times of day that suit, in the day's order."""
    return ", ".join(str(t.label) for t in Inquiry.BestTime if t.value in inquiry.best_time)


@dataclass(frozen=True)
class Row:
    """One inquiry as the queue and the workspace's heading show it."""

    inquiry: Inquiry
    now: datetime.datetime
    may_be_called: bool = False
    not_now: str = ""  # why a call that they want would come at a wrong time
    has_others: bool = False  # of the same phone number or e-mail address

    @cached_property
    def badge(self) -> Badge:
        return due_badge(self.inquiry, self.now)

    @property
    def status(self) -> str:
        return label(self.inquiry, "status")

    @property
    def ended(self) -> str:
        """How it ended, and where somebody was referred to; "" while it is open."""
        return "" if self.inquiry.is_open else ending.in_words(self.inquiry)

    @property
    def ask_for(self) -> str:
        """Whom to ask for, where the name does not say it; a search finds both."""
        asked = self.inquiry.ask_for
        if not asked or list(name_words([asked])) == list(name_words([self.inquiry.name])):
            return ""
        return asked

    @property
    def no_voicemail(self) -> bool:
        """Whether a number is there on which no voicemail may be left."""
        return bool(self.inquiry.phone) and not self.inquiry.voicemail_ok

    @property
    def priority(self) -> str:
        """In words; "" for the usual one, and once nobody has to hurry any more."""
        urgent = self.inquiry.priority and self.inquiry.is_open
        return label(self.inquiry, "priority") if urgent else ""

    @property
    def contact_by(self) -> str:
        return label(self.inquiry, "contact_by")

    @property
    def language(self) -> str:
        return label(self.inquiry, "language")

    @property
    def waiting(self) -> str:
        """How long they have waited for an attempt, or had when it was made."""
        if self.still_waiting:
            return in_words(self.inquiry.waiting(self.now))
        if self.inquiry.tried_at:
            return _("tried after %(time)s") % {"time": in_words(self.inquiry.waiting(self.now))}
        return "–"

    @property
    def still_waiting(self) -> bool:
        return self.inquiry.is_open and self.inquiry.tried_at is None

    @property
    def whom_for(self) -> str:
        """Who it is for, as staff say it."""
        return str(WHOM_FOR[self.inquiry.asking_for])

    @property
    def situation(self) -> str:
        """Where they come from; "" when they did not say."""
        return str(SITUATIONS.get(self.inquiry.situation, ""))

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
