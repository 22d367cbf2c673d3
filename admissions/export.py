"""A copy of everything that is held in one inquiry, for the person it is of."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Field, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from . import workflow
from .models import Inquiry

ANSWERS = (
    *("asking_for", "relationship", "name", "ask_for", "phone", "phone_extension", "email"),
    *("contact_by", "best_time", "voicemail_ok", "language", "situation", "payer", "message"),
)
STANDING = (
    *("received_at", "source", "site_language", "came_from", "confirmation_wanted", "status"),
    *("outcome", "referral", "priority", "assignee", "due_at", "follow_up_on", "assessment_at"),
    *(
        "restarted_at",
        "first_viewed_at",
        "tried_at",
        "first_attempt_at",
        "first_contact_at",
        "closed_at",
    ),
    *("quarantined_at", "suspicions", "legal_hold"),
)
TABLES: dict[str, tuple[str, ...]] = {
    "consents": ("channel", "wording_version", "language", "given_at", "taken_by", "revoked_at"),
    "attempts": ("at", "channel", "outcome", "actor", "next_follow_up"),
    "events": ("at", "kind", "actor", "from_status", "to_status", "text"),
    "notifications": ("kind", "made_at", "due_at", "sent_at", "dropped_at"),
}
# What says nothing of the person: what tells rows apart, and what seals them.
LEFT_OUT = frozenset(
    ("id", "uuid", "reference", "idempotency_key", "data_key", "key_id", "version", "erased_at")
)


@dataclass(frozen=True)
class Fact:
    """One value: its name in the file, what people call it, and itself (str, bool, list, date)."""

    name: str
    label: str
    value: Any

    @property
    def shown(self) -> str:
        """The value in words; "" when there is none."""
        if isinstance(self.value, bool):
            return _("yes") if self.value else _("no")
        if isinstance(self.value, datetime.datetime):
            return date_format(timezone.localtime(self.value), "M j, Y, g:i a")
        if isinstance(self.value, datetime.date):
            return date_format(self.value, "M j, Y")
        if isinstance(self.value, list):
            return ", ".join(map(str, self.value))
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True)
class Table:
    """Records of one kind. Each row has the facts of `labels`, in that order."""

    name: str
    title: str
    labels: list[str]
    rows: list[list[Fact]]


@dataclass(frozen=True)
class Copy:
    """All that is held in one inquiry."""

    reference: str
    answers: list[Fact]
    standing: list[Fact]
    tables: list[Table]

    def as_json(self) -> dict[str, Any]:
        """The copy as plain values, named; dates for DjangoJSONEncoder."""
        return {
            "reference": self.reference,
            "answers": _values(self.answers),
            "standing": _values(self.standing),
            **{table.name: [_values(row) for row in table.rows] for table in self.tables},
        }


def copy_of(inquiry: Inquiry) -> Copy:
    """Everything held in `inquiry`. Six queries at most."""
    return Copy(
        reference=inquiry.reference,
        answers=_facts(inquiry, ANSWERS),
        standing=_facts(inquiry, STANDING),
        tables=[_table(inquiry, name, columns) for name, columns in TABLES.items()],
    )


def _table(inquiry: Inquiry, name: str, columns: tuple[str, ...]) -> Table:
    records = getattr(inquiry, name).order_by("pk")
    if "actor" in columns:
        records = records.select_related("actor")
    meta = records.model._meta
    return Table(
        name,
        capfirst(str(meta.verbose_name_plural)),
        [capfirst(str(meta.get_field(column).verbose_name)) for column in columns],
        [_facts(record, columns) for record in records],
    )


def _facts(record: Model, names: Iterable[str]) -> list[Fact]:
    fields = (cast("Field[Any, Any]", record._meta.get_field(name)) for name in names)
    return [Fact(f.name, capfirst(str(f.verbose_name)), _value(record, f)) for f in fields]


def _value(record: Any, field: Any) -> Any:
    """What the field says, choices in words."""
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    value = getattr(record, field.name)
    if field.name == "best_time":
        labels = dict(Inquiry.BestTime.choices)
        return [str(labels.get(one, one)) for one in value]
    if isinstance(value, User):
        return workflow.shown_name(value)
    if isinstance(value, PhoneNumber):
        return str(value.as_e164)
    return str(value) if isinstance(value, str) else value


def _values(facts: list[Fact]) -> dict[str, Any]:
    return {fact.name: fact.value for fact in facts}
