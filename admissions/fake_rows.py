"""Made-up stories (faking.py) as sealed rows, and a batch of them stored in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.db.models import Model

from . import bulk
from .bulk import Row, Table
from .intake import CONSENT_WORDING_VERSION
from .models import SEALED, Consent, ContactAttempt, Event, Inquiry, LookupToken
from .protection import chain, digests
from .protection.digests import Token, token
from .protection.envelope import Envelope
from .protection.fields import EncryptedField

if TYPE_CHECKING:
    from .faking import Story

PLAIN = (
    *("uuid", "idempotency_key", "reference", "received_at", "source", "site_language"),
    *("asking_for", "contact_by", "language", "situation", "payer", "came_from"),
    *(
        "confirmation_wanted",
        "status",
        "outcome",
        "referral",
        "assignee_id",
        "due_at",
        "follow_up_on",
    ),
    *("assessment_at", "first_viewed_at", "tried_at", "first_attempt_at", "first_contact_at"),
    *("closed_at", "version", "quarantined_at", "suspicions"),
)
# In the order they are stored: what hangs on an inquiry comes after it.
TABLES = {
    Inquiry: Table(Inquiry, "id", "data_key", "key_id", *PLAIN, *SEALED),
    LookupToken: Table(LookupToken, "inquiry_id", "kind", "digest"),
    Consent: Table(Consent, "inquiry_id", "channel", "wording_version", "language", "given_at"),
    Event: Table(
        *(Event, "inquiry_id", "kind", "at", "actor_id", "from_status", "to_status", "text"),
        *("number", "digest"),
    ),
    ContactAttempt: Table(
        *(ContactAttempt, "inquiry_id", "actor_id", "channel", "outcome", "at", "next_follow_up")
    ),
}
_FIELDS = [cast(EncryptedField, Inquiry._meta.get_field(name)) for name in SEALED]
_TEXT = cast(EncryptedField, Event._meta.get_field("text"))

# The rows of each table. In place of the inquiry's id stands its position in the batch.
Batch = dict[type[Model], list[Row]]


def rows_of(stories: Sequence[Story]) -> Batch:
    """Everything about some stories, sealed as saving their records would seal it. No query."""
    batch: Batch = {model: [] for model in TABLES}
    for place, story in enumerate(stories):
        for model, values in _values(story):
            batch[model].append(TABLES[model].row(place, *values))
    return batch


def store(batch: Batch) -> None:
    """One transaction. Raises IntegrityError, with nothing stored."""
    with transaction.atomic():
        ids = bulk.take_ids(Inquiry, len(batch[Inquiry]))
        for model, table in TABLES.items():
            table.insert(bulk.with_ids(batch[model], ids))


def _values(story: Story) -> list[tuple[type[Model], tuple[Any, ...]]]:
    inquiry = story.inquiry
    envelope, key_id, data_key = Envelope.fresh(inquiry.uuid)
    plain = [getattr(inquiry, name) for name in PLAIN]
    sealed = [_sealed(envelope, field, getattr(inquiry, field.attname)) for field in _FIELDS]
    given = (CONSENT_WORDING_VERSION, inquiry.site_language, inquiry.received_at)
    return [
        (Inquiry, (data_key, key_id, *plain, *sealed)),
        *((LookupToken, token) for token in _tokens(inquiry)),
        *((Consent, (channel, *given)) for channel in story.consents),
        *((Event, entry) for entry in _entries(story, envelope)),
        *((ContactAttempt, attempt) for attempt in story.attempts),
    ]


def _entries(story: Story, envelope: Envelope) -> Iterator[tuple[Any, ...]]:
    """The timeline, numbered and chained as trail.append does it."""
    previous = chain.START
    for number, (kind, at, actor, before, after, text) in enumerate(story.events, 1):
        sealed = _sealed(envelope, _TEXT, text)
        previous = chain.entry_digest(
            *(number, kind, actor, before, after),
            uuid=story.inquiry.uuid,
            at=at,
            text=sealed,
            previous=previous,
        )
        yield kind, at, actor, before, after, sealed, number, previous


def _tokens(inquiry: SimpleNamespace) -> list[Token]:
    """What digests.tokens_of finds. Made-up names and numbers are few, and digested once each."""
    found = [token("reference", inquiry.reference)]
    if inquiry.phone:
        found += _tokens_of_number(inquiry.phone)
    if inquiry.email:
        found.append(token("email", digests.normal_email(inquiry.email)))
    return found + _tokens_of_names(inquiry.name, inquiry.ask_for)


@cache
def _tokens_of_number(number: str) -> list[Token]:
    return [token("phone", number), token("phone-end", number[-digests.END_DIGITS :])]


_tokens_of_names = cache(digests.tokens_of_names)


def _sealed(envelope: Envelope, field: EncryptedField, value: Any) -> bytes | None:
    text = field.encode(value)
    return envelope.seal(field.model._meta.db_table, field.column, text) if text else None
