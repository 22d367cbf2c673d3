"""Who the made-up inquiries (faking.py) are from, and who works them.

Numbers are 555-01xx, which nobody has; mail addresses lie under example.org; each message begins
with "Demo:".
"""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.db import transaction
from stdnum import luhn

from programs.models import Payer

from . import access
from .models import Channel, Inquiry
from .reference import ALPHABET, read_reference

STAND_INS = 4  # made-up coordinators, where nobody is there to have inquiries

FIRST_NAMES = [
    "Alex",
    "Blanca",
    "Carmen",
    "Dana",
    "Eli",
    "Fatima",
    "George",
    "Hana",
    "Ines",
    "Jordan",
    "Kim",
    "Luis",
    "Mai",
    "Noor",
]
LAST_NAMES = ["Demo", "Example", "Sample", "Placeholder", "Muestra", "Ejemplo", "Specimen"]
RELATIONS = ["mother", "father", "partner", "sister", "brother", "friend", "daughter", "son"]
MESSAGES = [
    "Demo: a call would help.",
    "Demo: I would like to know how the sessions fit around work.",
    "Demo: finishing a residential stay next week and looking for the next step.",
    "Demo: what happens in the first week?",
    "Demo: quisiera saber si hay sesiones por la tarde.",
    "Demo: my person is ready to start and we do not know how.\nMornings are best for a call.",
]
# Worked out once: `values` is made anew each time it is asked for.
WORDS = {
    choices: choices.values
    for choices in (Channel, Inquiry.AskingFor, Inquiry.Language, Inquiry.Source)
} | {choices: ["", *choices.values] for choices in (Inquiry.Situation, Payer)}
CAME_FROM = {"": 6, **dict.fromkeys(Inquiry.CameFrom.values, 1)}
# The columns that only the work on an inquiry fills in.
NOTHING_DONE: dict[str, Any] = dict.fromkeys(
    [
        *("assignee_id", "follow_up_on", "assessment_at", "first_viewed_at", "tried_at"),
        *("first_attempt_at", "first_contact_at", "closed_at", "quarantined_at"),
    ]
) | {"status": Inquiry.Status.NEW, "outcome": "", "referral": "", "version": 1, "suspicions": []}


def staff() -> list[int]:
    """Keys of those who can have inquiries: the active members of Coordinators and Leads."""
    groups = [access.COORDINATORS, access.LEADS]
    return list(
        User.objects.filter(is_active=True, is_staff=True, groups__name__in=groups)
        .order_by("pk")
        .distinct()
        .values_list("pk", flat=True)
    )


def stand_ins() -> list[str]:
    """Names of accounts made because nobody can have inquiries; none where somebody can.

    They are coordinators by every rule, and nobody can sign in as one.
    """
    if staff():
        return []
    names = [f"demo-coordinator-{number}" for number in range(1, STAND_INS + 1)]
    with transaction.atomic():
        for number, name in enumerate(names, 1):
            full = {"first_name": "Demo", "last_name": f"Coordinator {number}"}
            account(name, access.COORDINATORS, **full)
    return names


def account(username: str, group: str | None, password: str | None = None, **more: Any) -> User:
    """The staff account of that name, made if it is not there, active and a member of `group`.

    Nobody can sign in as it without a password.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, password=password, is_staff=True, **more)
    elif not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    if group is not None:
        user.groups.add(Group.objects.get(name=group))
    return user


def inquiry(rng: random.Random) -> SimpleNamespace:
    """An inquiry as somebody could have sent it, not placed in time yet."""
    asking_for = rng.choices(WORDS[Inquiry.AskingFor], [5, 4, 1])[0]
    contact_by = rng.choices(WORDS[Channel], [6, 3, 2])[0]
    language = rng.choices(WORDS[Inquiry.Language], [4, 1])[0]
    has_email = contact_by == Channel.EMAIL or rng.random() < 0.4  # noqa: PLR2004
    has_phone = contact_by != Channel.EMAIL or rng.random() < 0.3  # noqa: PLR2004
    return SimpleNamespace(
        uuid=_uuid(rng),
        idempotency_key=_uuid(rng),
        reference=_reference(rng),
        source=rng.choices(WORDS[Inquiry.Source], [8, 2, 1])[0],
        site_language=language,
        language=language,
        asking_for=asking_for,
        relationship=rng.choice(RELATIONS) if asking_for == Inquiry.AskingFor.FAMILY else "",
        name=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
        ask_for=rng.choice(["", "", rng.choice(FIRST_NAMES)]),
        phone=f"+16195550{rng.randrange(100, 200)}" if has_phone else "",
        phone_extension="",
        email=f"demo.{rng.randrange(10**6)}@example.org" if has_email else "",
        contact_by=contact_by,
        best_time=sorted(rng.sample(["morning", "midday", "evening"], rng.randrange(3))) or ["any"],
        voicemail_ok=has_phone and rng.random() < 0.3,  # noqa: PLR2004
        situation=rng.choice(WORDS[Inquiry.Situation]),
        payer=rng.choice(WORDS[Payer]),
        message=rng.choice(MESSAGES),
        came_from=rng.choices(list(CAME_FROM), list(CAME_FROM.values()))[0],
        confirmation_wanted=has_email and rng.random() < 0.3,  # noqa: PLR2004
        **NOTHING_DONE,
    )


def consents(rng: random.Random, inquiry: SimpleNamespace) -> list[str]:
    """The channels somebody allowed: mostly none, often the one they asked for, at times more."""
    if rng.random() < 0.5:  # noqa: PLR2004
        return []
    possible = ["call", "text"] if inquiry.phone else []
    possible += ["email"] if inquiry.email else []
    return sorted({inquiry.contact_by, rng.choice(possible)})


def _uuid(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _reference(rng: random.Random) -> str:
    """A reference from `rng`, so that a seed repeats it; real ones come from `secrets`."""
    body = "".join(rng.choices(ALPHABET, k=9))
    reference = read_reference(body + luhn.calc_check_digit(body, ALPHABET))
    assert reference is not None  # noqa: S101 - it was just made to be valid
    return reference
