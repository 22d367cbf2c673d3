"""Two people correct one inquiry: what the page shows of it, and what is kept of whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .. import export, merging, workflow
from ..intake import Answers
from ..models import Event, Inquiry
from ..person_forms import AmendForm


@dataclass(frozen=True)
class Difference:
    """An answer that two people gave each in their own way."""

    name: str
    label: str
    mine: str
    theirs: str


def differences(current: Inquiry, form: AmendForm, names: Sequence[str]) -> list[Difference]:
    """What was typed, beside what `current` says, for the answers called `names`."""
    typed = {row.name: row.answer for row in form.rows()}
    stored = {fact.name: fact.shown for fact in export.copy_of(current).answers}
    if current.phone_extension:
        stored["phone"] += f" x{current.phone_extension}"
    return [
        Difference(name, str(form.fields[name].label), typed[name], stored[name]) for name in names
    ]


def last_change(current: Inquiry) -> str:
    """Who last changed the answers, and when."""
    kinds = [Event.Kind.AMENDED, Event.Kind.CORRECTED]
    entry = current.events.select_related("actor").filter(kind__in=kinds).last()
    if entry is None:
        return ""
    who = workflow.shown_name(entry.actor) if entry.actor else _("the sender")
    at = date_format(timezone.localtime(entry.at), "M j, g:i a")
    return _("%(name)s, %(time)s") % {"name": who, "time": at}


def kept_of_theirs(names: Iterable[str], inquiry: Inquiry, typed: Answers) -> Answers:
    """The typed answers, but for those where the stored one is to stay."""
    kept = {
        part: getattr(inquiry, part)
        for name in names
        if name in merging.QUESTIONS
        for part in merging.TOGETHER.get(name, (name,))
    }
    return cast(Answers, typed | kept)
