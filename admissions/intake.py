"""Taking in an inquiry: the one function that stores what a person sent."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, NotRequired, TypedDict, Unpack, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Field
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from . import clock, meanwhile, outbox, related, trail
from .models import Consent, Event, Inquiry, LookupToken
from .reference import new_reference

# Which words a consent was given under. Raise it with every change to the consent question's
# text (forms/wording.py), and keep the old words where counsel can find them: the repository.
CONSENT_WORDING_VERSION = "inquiry-1"
# The same for a consent that was spoken, after the words in desk_forms.py were read out.
SPOKEN_WORDING_VERSION = "spoken-1"

RETRIES = 4


class Answers(TypedDict):
    """What was answered, already validated and normalised. `phone` is E.164."""

    asking_for: str
    name: str
    contact_by: str
    relationship: NotRequired[str]
    ask_for: NotRequired[str]
    phone: NotRequired[str]
    phone_extension: NotRequired[str]
    email: NotRequired[str]
    best_time: NotRequired[list[str]]
    voicemail_ok: NotRequired[bool]
    language: NotRequired[str]
    situation: NotRequired[str]
    payer: NotRequired[str]
    message: NotRequired[str]


def receive(
    *,
    key: UUID,
    consent: Collection[str] = (),
    source: str = Inquiry.Source.WEB,
    site_language: str = Inquiry.Language.ENGLISH,
    came_from: str = "",
    confirmation_wanted: bool = False,
    suspicions: Sequence[str] = (),
    taken_by: User | None = None,
    answered: bool = False,
    at: datetime.datetime | None = None,
    **answers: Unpack[Answers],
) -> Inquiry:
    """Store an inquiry with its consents, its first event and its notification, in one transaction.

    `key` makes it idempotent: the same key sent again is the same inquiry. Answers that differ
    then replace the earlier ones, whatever state the inquiry is in; those stay in its timeline,
    and its version rises. Two posts of one key at once give one inquiry.

    `taken_by` is who wrote down what somebody said on the phone or at the desk; `answered`, that
    this talk was the answer, so that no earlier inquiry of theirs waits for another.
    `consent` names channels (call, text, email). `suspicions` names what looks like spam
    (spam.Sign); with any, a new inquiry is set aside for staff to look at, and nobody is notified.
    At most 13 queries, whatever the number of inquiries. Raises IntegrityError when the answers
    break a rule of the table.
    """
    new = Inquiry(
        idempotency_key=key,
        received_at=at or timezone.now(),
        source=source,
        site_language=site_language,
        came_from=came_from,
        confirmation_wanted=confirmation_wanted,
        suspicions=list(suspicions),
        **answers,
    )
    # Before the transaction: on SQLite everybody who writes waits for whoever is inside one.
    new.due_at = clock.due_at(new.received_at)
    new.quarantined_at = new.received_at if new.suspicions else None
    for _retry in range(RETRIES):
        # Another post of this key was first, or the reference is taken. Neither happens again:
        # the key is found next time, and the reference is another.
        with suppress(IntegrityError):
            return _receive(new, _tokens(new), answers, consent, taken_by, answered=answered)
    return _receive(new, _tokens(new), answers, consent, taken_by, answered=answered)


def _tokens(new: Inquiry) -> list[LookupToken]:
    """Those of an inquiry that is about to be stored, its reference drawn and its texts sealed."""
    new.reference = new_reference()
    tokens = related.token_rows(new)
    new.seal()
    return tokens


@transaction.atomic
def _receive(
    new: Inquiry,
    tokens: list[LookupToken],
    answers: Answers,
    consent: Collection[str],
    taken_by: User | None,
    *,
    answered: bool,
) -> Inquiry:
    known = (
        Inquiry.objects.select_for_update(no_key=True)
        .filter(idempotency_key=new.idempotency_key)
        .first()
    )
    if known is not None:
        return _correct(known, new, answers, consent, taken_by)
    new.save(force_insert=True)
    LookupToken.objects.bulk_create(tokens)
    _give(new, consent, new.received_at, taken_by)
    begun = [
        Event(
            inquiry=new,
            kind=Event.Kind.RECEIVED,
            at=new.received_at,
            actor=taken_by,
            to_status=Inquiry.Status.NEW,
        )
    ]
    if new.is_quarantined:
        begun.append(Event(inquiry=new, kind=Event.Kind.SET_ASIDE, at=new.received_at))
    trail.append(*begun, first=True)
    if not new.is_quarantined:
        outbox.announce(new, at=new.received_at)
        meanwhile.wrote_again(new, at=new.received_at, answered=answered)
    return new


def _correct(
    inquiry: Inquiry,
    sent: Inquiry,
    answers: Answers,
    consent: Collection[str],
    taken_by: User | None,
) -> Inquiry:
    """Make `answers` the current ones. Nothing happens when they say the same as before.

    Who sends them again waits for an answer to them; a colleague who corrects what they took down
    themselves, and work on, does not.
    """
    at = sent.received_at
    earlier = take_answers(inquiry, answers)
    given = {row.channel: row for row in inquiry.consents.filter(revoked_at__isnull=True)}
    if set(given) != set(consent):
        earlier["consent"] = sorted(given)
    if inquiry.confirmation_wanted != sent.confirmation_wanted:
        earlier["confirmation_wanted"] = inquiry.confirmation_wanted
        inquiry.confirmation_wanted = sent.confirmation_wanted
    if not earlier:
        return inquiry
    before, was_aside = inquiry.status, inquiry.is_quarantined
    dealt_with = before != Inquiry.Status.NEW or inquiry.tried_at is not None
    own = inquiry.is_open and taken_by is not None and inquiry.assignee_id == taken_by.pk
    if not own:
        meanwhile.sent_again(inquiry, at=at)
    inquiry.version += 1  # the row is locked
    inquiry.save()
    related.remember(inquiry)
    withdrawn = [row.pk for channel, row in given.items() if channel not in consent]
    if withdrawn:
        inquiry.consents.filter(pk__in=withdrawn).update(revoked_at=at)
    _give(inquiry, set(consent) - set(given), at, taken_by)
    _tell(inquiry, earlier, at=at, by=taken_by, before=before, was_aside=was_aside)
    if dealt_with and not own and not inquiry.is_quarantined:
        # Somebody has read the old answers. While nobody has, the first notification says enough.
        outbox.announce_again(inquiry, at=at)
    if {"email", "confirmation_wanted"} & set(earlier):
        outbox.confirm_again(inquiry, at=at)
    return inquiry


def _tell(
    inquiry: Inquiry,
    earlier: dict[str, Any],
    *,
    at: datetime.datetime,
    by: User | None,
    before: str,
    was_aside: bool,
) -> None:
    """Keep the earlier answers in the timeline, and say where the inquiry went with the new."""
    entries = [
        Event(
            inquiry=inquiry,
            kind=Event.Kind.CORRECTED,
            at=at,
            actor=by,
            from_status=before,
            to_status=inquiry.status,
            text=earlier_answers(earlier),
        )
    ]
    if inquiry.is_quarantined and not was_aside:
        entries.append(Event(inquiry=inquiry, kind=Event.Kind.SET_ASIDE, at=at))
    trail.append(*entries)


def take_answers(inquiry: Inquiry, answers: Answers) -> dict[str, Any]:
    """Put `answers` into `inquiry`, without saving it. Those that changed, as they were before."""
    earlier: dict[str, Any] = {}
    for name in Answers.__annotations__:
        field = cast("Field[Any, Any]", Inquiry._meta.get_field(name))
        new, old = answers.get(name, field.get_default()), getattr(inquiry, name)
        if field.to_python(new) != old:
            earlier[name] = old
            setattr(inquiry, name, new)
    return earlier


def _give(
    inquiry: Inquiry, channels: Collection[str], at: datetime.datetime, taken_by: User | None
) -> None:
    wording = SPOKEN_WORDING_VERSION if taken_by else CONSENT_WORDING_VERSION
    Consent.objects.bulk_create(
        Consent(
            inquiry=inquiry,
            channel=channel,
            wording_version=wording,
            taken_by=taken_by,
            language=inquiry.site_language,
            given_at=at,
        )
        for channel in sorted(channels)
    )


def earlier_answers(earlier: dict[str, Any]) -> str:
    """Which answers changed, then what each said before. Read by staff, in the timeline."""
    lines = [f"Changed: {', '.join(earlier)}."]
    for name, value in earlier.items():
        said = ", ".join(value) if isinstance(value, list) else str(value)
        if isinstance(value, PhoneNumber):
            said = str(value.as_e164)
        if isinstance(value, bool):
            said = "yes" if value else "no"
        lines.append(f"{name} before: {said or '(empty)'}")
    return "\n".join(lines)
