"""Somebody who wrote, as `receive()` stores them: the person that requests are about."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from admissions import intake
from admissions.models import Inquiry
from tests.admissions.answers import KEY as TEXT

KEY = UUID(TEXT)
ROSA: dict[str, Any] = {
    "asking_for": "family",
    "name": "Rosa Cruz",
    "phone": "+16195550134",
    "email": "rosa@example.org",
    "contact_by": "call",
    "ask_for": "Rosa",
    "relationship": "mother",
    "message": "Only evenings",
    "payer": "medi-cal",
    "situation": "direct",
}


def received(*, key: UUID | None = KEY, **more: Any) -> Inquiry:
    """ROSA's inquiry, with `more` answers or facts on top; `key=None` for one of its own."""
    return intake.receive(key=key or uuid4(), **(ROSA | more))
