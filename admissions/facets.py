"""What a view of the queue can be narrowed by: an allow-list of keys, each with its values.

Only plain columns are among them. A free list of look-ups would be a way to guess at what rows
hold.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.models import Payer

from .models import Channel, Inquiry
from .row_key import read_key

NONE = "none"  # the value for what was left empty
ME = "me"
ASSIGNEE = "assignee"
RECEIVED = "received"
RANGE = ".."
YEARS = range(2000, 2200)  # beyond them there is no midnight that a database could hold
LONGEST = 30  # characters of a value


@dataclass(frozen=True)
class Facet:
    """A choice of one column. Those that are not `offered` are for links from the lead's page."""

    key: str
    label: Any
    choices: tuple[tuple[str, Any], ...] = ()
    offered: bool = True

    def read(self, value: str) -> str | None:
        """`value` as it is kept; None when it is not one of the choices."""
        return value if value in dict(self.choices) else None

    def condition(self, value: str) -> Q:
        return Q(**{self.key: "" if value == NONE else value})


class AssigneeFacet(Facet):
    """A member of staff by the key of their account, or whoever asks ("me")."""

    def read(self, value: str) -> str | None:
        return value if value in {ME, NONE} or read_key(value) is not None else None

    def condition(self, value: str) -> Q:
        return Q(assignee__isnull=True) if value == NONE else Q(assignee=value)


class DaysFacet(Facet):
    """Days from..to on which it came, either left open, in the clinic's time zone."""

    def read(self, value: str) -> str | None:
        first, found, last = value.partition(RANGE)
        try:
            days = [datetime.date.fromisoformat(day) for day in (first, last) if day]
        except ValueError:
            return None
        fits = all(day.year in YEARS for day in days)
        return value if found and days and fits else None

    def condition(self, value: str) -> Q:
        first, _found, last = value.partition(RANGE)
        found = Q()
        if first:
            found &= Q(received_at__gte=_midnight(first))
        if last:
            found &= Q(received_at__lt=_midnight(last, after=1))
        return found


def _midnight(day: str, *, after: int = 0) -> datetime.datetime:
    date = datetime.date.fromisoformat(day) + datetime.timedelta(days=after)
    return timezone.make_aware(datetime.datetime.combine(date, datetime.time.min))


def _choices(choices: Any, *more: tuple[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((str(value), label) for value, label in choices.choices) + more


NOT_SAID = (NONE, _("Not said"))
FACETS = {
    facet.key: facet
    for facet in (
        Facet(
            "asking_for",
            _("For whom"),
            (
                ("self", _("Themselves")),
                ("family", _("Family or friend")),
                ("professional", _("Client or patient")),
            ),
        ),
        Facet("language", _("Language"), _choices(Inquiry.Language)),
        Facet("contact_by", _("Contact by"), _choices(Channel)),
        Facet("priority", _("Priority"), _choices(Inquiry.Priority)),
        Facet("situation", _("Situation"), _choices(Inquiry.Situation, NOT_SAID)),
        AssigneeFacet(ASSIGNEE, _("Assignee")),
        Facet("source", _("How it came"), _choices(Inquiry.Source), offered=False),
        Facet(
            "came_from",
            _("Page they came from"),
            _choices(Inquiry.CameFrom, (NONE, _("Any other page"))),
            offered=False,
        ),
        Facet("payer", _("Payer type"), _choices(Payer, NOT_SAID), offered=False),
        Facet("outcome", _("Outcome"), _choices(Inquiry.Outcome), offered=False),
        DaysFacet(RECEIVED, _("Received"), offered=False),
    )
}


def read(values: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The facets among `values`, and the keys of those whose value cannot be used."""
    kept, bad = {}, []
    for key, facet in FACETS.items():
        value = values.get(key, "")
        if not value:
            continue
        read_value = facet.read(value) if len(value) <= LONGEST else None
        if read_value is None:
            bad.append(key)
        else:
            kept[key] = read_value
    return kept, bad


def condition(chosen: Mapping[str, str], *, user: int) -> Q:
    """What an inquiry must have. `chosen` is as `read` gave it."""
    found = Q()
    for key, value in chosen.items():
        found &= FACETS[key].condition(str(user) if value == ME else value)
    return found
