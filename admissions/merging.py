"""Two people correct one inquiry: whose answer is whose, field by field.

A page carries a digest of each answer as it was when the page was made, never the answer a second
time. With them, an answer that only one of the two changed is told from one that both did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Field
from django.utils.crypto import salted_hmac

from .intake import Answers
from .models import Inquiry

LENGTH = 16  # hex digits: enough to tell two answers of one page apart
# A number is typed with its extension.
TOGETHER = {"phone": ("phone", "phone_extension")}
QUESTIONS = [name for name in Answers.__annotations__ if name != "phone_extension"]


@dataclass(frozen=True)
class Merged:
    """The questions whose answers differ: which only the colleague changed, and which both did."""

    theirs: list[str]
    both: list[str]


def fingerprints(inquiry: Inquiry) -> str:
    """A digest of each answer of `inquiry`, for a hidden field."""
    stored = {name: getattr(inquiry, name) for name in Answers.__annotations__}
    return json.dumps({name: _digest(inquiry, name, stored) for name in QUESTIONS})


def merge(was: str, typed: Answers, current: Inquiry) -> Merged:
    """Compare what was `typed` on a page of `was` with the inquiry as it is now.

    With a `was` that is not ours, each answer that differs counts as changed by both.
    """
    before = _read(was)
    now = _read(fingerprints(current))
    theirs, both = [], []
    for name in QUESTIONS:
        mine = _digest(current, name, cast("dict[str, Any]", typed))
        if mine == now[name]:
            continue
        if mine == before.get(name):
            theirs.append(name)
        elif now[name] != before.get(name):
            both.append(name)
    return Merged(theirs, both)


def _read(was: str) -> dict[str, str]:
    try:
        found = json.loads(was)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(inquiry: Inquiry, name: str, answers: Mapping[str, Any]) -> str:
    parts = [_plain(part, answers.get(part)) for part in TOGETHER.get(name, (name,))]
    said = json.dumps([str(inquiry.uuid), name, *parts])
    return salted_hmac("admissions.merging", said, algorithm="sha256").hexdigest()[:LENGTH]


def _plain(name: str, value: Any) -> Any:
    field = cast("Field[Any, Any]", Inquiry._meta.get_field(name))
    value = field.to_python(field.get_default() if value is None else value)
    return value if isinstance(value, bool | list | None) else str(getattr(value, "as_e164", value))
