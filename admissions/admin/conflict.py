"""Two people at once: what somebody wanted, beside what a colleague has made of the inquiry since.

Every form of the workspace carries where the inquiry stood when its page was made (`was`), so that
a step refused as stale can show the versions side by side, field by field, and who changed what.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.models import User
from django.db.models import Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import Event, Inquiry
from ..transitions import shown_name

if TYPE_CHECKING:
    from .workspace import Entry

Kind = Event.Kind

# What of an inquiry steps decide, and which entries of the timeline tell of a change to it.
DECIDED: dict[str, frozenset[Kind]] = {
    "status": frozenset(
        (
            *(Kind.CLAIMED, Kind.HANDED_OVER, Kind.RELEASED, Kind.ATTEMPTED, Kind.ASSESSMENT),
            *(Kind.CLOSED, Kind.REOPENED, Kind.CORRECTED),
        )
    ),
    "assignee": frozenset(
        (Kind.CLAIMED, Kind.HANDED_OVER, Kind.RELEASED, Kind.REOPENED, Kind.CORRECTED)
    ),
    "priority": frozenset((Kind.PRIORITY,)),
    "follow_up_on": frozenset((Kind.ATTEMPTED, Kind.FOLLOW_UP, Kind.CLOSED)),
    "assessment_at": frozenset((Kind.ASSESSMENT, Kind.REOPENED, Kind.CORRECTED)),
    "outcome": frozenset((Kind.CLOSED, Kind.REOPENED, Kind.CORRECTED)),
}
CHOICES = {"status": Inquiry.Status, "priority": Inquiry.Priority, "outcome": Inquiry.Outcome}


@dataclass(frozen=True)
class Difference:
    """One field: as it was on the page, as it is now and through whom, and what was chosen."""

    label: str
    before: str
    now: str
    mine: str
    entry: Entry | None = None


def standing(inquiry: Inquiry) -> str:
    """Where `inquiry` stands, for a hidden field: codes, keys and days; nothing of the person."""
    values = {name: _plain(inquiry, name) for name in DECIDED}
    return json.dumps(values, separators=(",", ":"))


def differences(
    was: str, inquiry: Inquiry, chosen: Mapping[str, str], changes: Iterable[Entry]
) -> list[Difference]:
    """The fields that changed since `was`, and those that somebody chose a value for, in words.

    A `was` that is not ours, or that a list's button does not bring, shows what was chosen beside
    what is; how it was is not known then. One query at most.
    """
    before, newest_first = _read(was), list(changes)
    people = _names(before.get("assignee"))
    rows = []
    for name, kinds in DECIDED.items():
        now = _plain(inquiry, name)
        known = name in before
        changed = known and before[name] != now
        if not changed and name not in chosen:
            continue
        rows.append(
            Difference(
                label=_label(name),
                before=_in_words(name, before[name], inquiry, people) if known else _("not known"),
                now=_in_words(name, now, inquiry, people),
                mine=chosen.get(name, ""),
                entry=next((e for e in newest_first if e.event.kind in kinds), None)
                if changed or not known
                else None,
            )
        )
    return rows


def _label(name: str) -> str:
    field = cast("Field[Any, Any]", Inquiry._meta.get_field(name))
    return str(capfirst(str(field.verbose_name)))


def _plain(inquiry: Inquiry, name: str) -> Any:
    if name == "assignee":
        return inquiry.assignee_id
    value = getattr(inquiry, name)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _read(was: str) -> dict[str, Any]:
    try:
        found = json.loads(was)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {k: v for k, v in found.items() if v is None or isinstance(v, str | int)}


def _names(key: Any) -> dict[int, str]:
    return (
        {user.pk: shown_name(user) for user in User.objects.filter(pk=key)} if _is_key(key) else {}
    )


def _is_key(key: Any) -> bool:
    return isinstance(key, int) and 0 < key < 2**31


def _in_words(name: str, value: Any, inquiry: Inquiry, people: Mapping[int, str]) -> str:
    if name == "assignee":
        if inquiry.assignee is not None and value == inquiry.assignee_id:
            return shown_name(inquiry.assignee)
        return people.get(value, "") or _("nobody")
    if value in (None, ""):
        return "–"
    if name in CHOICES:
        return str(dict(CHOICES[name].choices).get(value, value))
    return _time_in_words(value)


def _time_in_words(value: Any) -> str:
    """A day, or a moment, as it stood in the page."""
    try:
        moment = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return "–"
    if moment.tzinfo is None:
        return date_format(moment, "D, M j, Y")
    return date_format(timezone.localtime(moment), "D, M j, Y, g:i a")
