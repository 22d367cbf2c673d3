"""Synthetic inquiries for demonstrations and measurements: plainly made up, and consistent.

Numbers are 555-01xx, which nobody has; mail addresses lie under example.org; each message begins
with "Demo:". Rows are written directly, in bulk, as the workflow would have left them, and nobody
is notified. The same seed gives the same people and the same stories, at ages counted from now.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from phonenumber_field.phonenumber import PhoneNumber
from stdnum import luhn

from programs.models import Payer

from . import access
from .intake import CONSENT_WORDING_VERSION
from .models import Channel, Consent, ContactAttempt, Event, Inquiry
from .reference import ALPHABET, read_reference

Status = Inquiry.Status
Outcome = Inquiry.Outcome
Kind = Event.Kind
Result = ContactAttempt.Result

BATCH = 2000  # inquiries a transaction: short enough that a running site hardly waits
PROMISE = datetime.timedelta(minutes=30)
DAY = 24 * 60  # minutes

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
NOTES = ["", "Demo note: call again after work.", "Demo note: asked about evening sessions."]

# How far the story of an inquiry has come, by weight.
STORIES = {
    Status.NEW: 12,
    Status.CLAIMED: 10,
    Status.CONTACTED: 8,
    Status.ASSESSMENT: 5,
    Status.CLOSED: 65,
}
ENDINGS = {
    Outcome.ADMITTED: 30,
    Outcome.REFERRED_ON: 14,
    Outcome.NOT_A_FIT: 10,
    Outcome.COULD_NOT_REACH: 18,
    Outcome.WITHDREW: 12,
    Outcome.DUPLICATE: 8,
    Outcome.SPAM: 8,
}
UNHEARD = [Outcome.DUPLICATE, Outcome.SPAM]
HEARD = {Outcome.ADMITTED, Outcome.REFERRED_ON, Outcome.NOT_A_FIT, Outcome.WITHDREW}
# The greatest age of each, in minutes: open ones are recent, closed ones go back two years.
AGES = {
    Status.NEW: DAY,
    Status.CLAIMED: 3 * DAY,
    Status.CONTACTED: 10 * DAY,
    Status.ASSESSMENT: 14 * DAY,
    Status.CLOSED: 730 * DAY,
}


@dataclass
class Story:
    """One inquiry with everything that hangs on it. `clock` is the time of its last entry."""

    inquiry: Inquiry
    now: datetime.datetime
    rng: random.Random
    clock: datetime.datetime
    events: list[Event] = field(default_factory=list)
    attempts: list[ContactAttempt] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)

    def later(self, minutes: float) -> None:
        """Let up to `minutes` pass, never beyond now."""
        left = min(datetime.timedelta(minutes=minutes), (self.now - self.clock) / 2)
        self.clock += left * self.rng.uniform(0.05, 1)

    def add(self, kind: Kind, actor: User | None, to: Status | None = None, text: str = "") -> None:
        """The next entry of the timeline; `to` is given where the step raises the version."""
        before = self.inquiry.status if self.events else ""
        if to is not None:
            self.inquiry.status = to
            self.inquiry.version += kind != Kind.RECEIVED
        self.events.append(
            Event(
                inquiry=self.inquiry,
                kind=kind,
                at=self.clock,
                actor=actor,
                from_status=before,
                to_status=self.inquiry.status,
                text=text,
            )
        )

    def claim(self, actor: User) -> None:
        self.later(90)
        self.inquiry.first_viewed_at = self.clock
        self.inquiry.assignee = actor
        self.add(Kind.CLAIMED, actor, Status.CLAIMED)

    def attempt(self, actor: User, *, reached: bool) -> None:
        self.later(24 * 60)
        self.inquiry.first_attempt_at = self.inquiry.first_attempt_at or self.clock
        self.inquiry.tried_at = self.inquiry.first_attempt_at
        outcome = Result.REACHED if reached else self._missed()
        follow_up = None
        if not reached or self.rng.random() < 0.3:  # noqa: PLR2004
            day = timezone.localdate(self.clock)
            follow_up = day + datetime.timedelta(days=self.rng.randrange(1, 6))
        self.inquiry.follow_up_on = follow_up
        self.attempts.append(
            ContactAttempt(
                inquiry=self.inquiry,
                actor=actor,
                channel=self.inquiry.contact_by,
                outcome=outcome,
                at=self.clock,
                next_follow_up=follow_up,
            )
        )
        to = None
        if reached and self.inquiry.status == Status.CLAIMED:
            self.inquiry.first_contact_at = self.clock
            to = Status.CONTACTED
        self.add(Kind.ATTEMPTED, actor, to, self.rng.choice(NOTES))

    def _missed(self) -> Result:
        if self.inquiry.contact_by != Channel.CALL:
            return Result.SENT
        if self.inquiry.voicemail_ok:
            return Result.VOICEMAIL
        return self.rng.choices([Result.NO_ANSWER, Result.WRONG_NUMBER], [9, 1])[0]

    def note(self, actor: User) -> None:
        self.later(60)
        self.add(Kind.NOTED, actor, text=self.rng.choice(NOTES[1:]))

    def schedule(self, actor: User, at: datetime.datetime) -> None:
        self.later(60)
        self.inquiry.assessment_at = at
        text = date_format(timezone.localtime(at), "D, M j, Y, g:i a")
        self.add(Kind.ASSESSMENT, actor, Status.ASSESSMENT, text)

    def close(self, actor: User | None, outcome: Outcome) -> None:
        self.later(3 * 24 * 60)
        self.inquiry.outcome = outcome
        self.inquiry.closed_at = self.clock
        self.inquiry.follow_up_on = None
        self.add(Kind.CLOSED, actor, Status.CLOSED, f"{outcome.label}.")


def staff() -> list[User]:
    """Those who can have inquiries: the active members of Coordinators and Leads."""
    groups = [access.COORDINATORS, access.LEADS]
    return list(
        User.objects.filter(is_active=True, is_staff=True, groups__name__in=groups)
        .order_by("pk")
        .distinct()
    )


def fake(
    count: int, *, seed: int | None = None, progress: Callable[[int], object] = lambda done: None
) -> None:
    """Store `count` inquiries, a transaction a batch; `progress` hears how many each one added.

    Raises IntegrityError, with nothing of that batch stored, when this seed was used before.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible is the point; it guards nothing
    people, now = staff(), timezone.now()
    for size in _batches(count):
        stories = [_story(rng, people, now) for _n in range(size)]
        _store(stories)
        progress(size)


def _batches(count: int) -> Iterator[int]:
    while count > 0:
        yield min(BATCH, count)
        count -= BATCH


@transaction.atomic
def _store(stories: Sequence[Story]) -> None:
    Inquiry.objects.bulk_create([story.inquiry for story in stories], batch_size=BATCH)
    # The parts were made before their inquiry had a key; Django takes it from the object now.
    Event.objects.bulk_create([row for story in stories for row in story.events])
    ContactAttempt.objects.bulk_create([row for story in stories for row in story.attempts])
    Consent.objects.bulk_create([row for story in stories for row in story.consents])


def _story(rng: random.Random, people: Sequence[User], now: datetime.datetime) -> Story:
    aim = rng.choices(list(STORIES), list(STORIES.values()))[0]
    if not people and aim != Status.CLOSED:
        aim = Status.NEW
    inquiry = _inquiry(rng)
    age = datetime.timedelta(minutes=rng.triangular(1, AGES[aim], 1))
    inquiry.received_at = now - age
    inquiry.due_at = inquiry.received_at + PROMISE
    story = Story(inquiry, now, rng, inquiry.received_at)
    story.consents = _consents(rng, inquiry)
    story.add(Kind.RECEIVED, None, Status.NEW)
    actor = rng.choice(people) if people else None
    if aim == Status.CLOSED:
        _to_the_end(story, actor)
    elif actor is not None and aim != Status.NEW:
        _on_the_way(story, actor, aim)
    return story


def _on_the_way(story: Story, actor: User, aim: Status) -> None:
    """An open inquiry that has come as far as `aim`."""
    rng = story.rng
    story.claim(actor)
    for _n in range(rng.randrange(3)):
        story.attempt(actor, reached=False)
    if aim == Status.CLAIMED:
        return
    story.attempt(actor, reached=True)
    if rng.random() < 0.5:  # noqa: PLR2004
        story.note(actor)
    if aim == Status.ASSESSMENT:
        hours = datetime.timedelta(hours=rng.randrange(20, 240))
        story.schedule(actor, (story.now + hours).replace(minute=0, second=0, microsecond=0))


def _to_the_end(story: Story, actor: User | None) -> None:
    """A closed inquiry, by a way on which its outcome is legal."""
    rng = story.rng
    outcome = rng.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    if actor is None:
        # Without staff there are no attempts, and only these need none.
        outcome = rng.choice(UNHEARD)
    if actor is None or outcome in UNHEARD:
        story.close(actor, outcome)
        return
    story.claim(actor)
    for _n in range(
        rng.randrange(2, 5) if outcome == Outcome.COULD_NOT_REACH else rng.randrange(2)
    ):
        story.attempt(actor, reached=False)
    if outcome in HEARD:
        story.attempt(actor, reached=True)
    if outcome == Outcome.ADMITTED:
        story.schedule(actor, story.clock + datetime.timedelta(days=rng.randrange(1, 8)))
    story.close(actor, outcome)


def _inquiry(rng: random.Random) -> Inquiry:
    """An inquiry as somebody could have sent it, not placed in time yet."""
    name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
    asking_for = rng.choices(list(Inquiry.AskingFor), [5, 4, 1])[0]
    contact_by = rng.choices(list(Channel), [6, 3, 2])[0]
    language = rng.choices(list(Inquiry.Language), [4, 1])[0]
    has_email = contact_by == Channel.EMAIL or rng.random() < 0.4  # noqa: PLR2004
    has_phone = contact_by != Channel.EMAIL or rng.random() < 0.3  # noqa: PLR2004
    return Inquiry(
        uuid=_uuid(rng),
        idempotency_key=_uuid(rng),
        reference=_reference(rng),
        source=rng.choices(list(Inquiry.Source), [8, 2, 1])[0],
        site_language=language,
        language=language,
        asking_for=asking_for,
        relationship=rng.choice(RELATIONS) if asking_for == Inquiry.AskingFor.FAMILY else "",
        name=name,
        ask_for=rng.choice(["", "", rng.choice(FIRST_NAMES)]),
        phone=_number(rng.randrange(100, 200)) if has_phone else "",
        email=f"demo.{rng.randrange(10**6)}@example.org" if has_email else "",
        contact_by=contact_by,
        best_time=sorted(rng.sample(["morning", "midday", "evening"], rng.randrange(3))) or ["any"],
        voicemail_ok=has_phone and rng.random() < 0.3,  # noqa: PLR2004
        situation=rng.choice(["", *Inquiry.Situation.values]),
        payer=rng.choice(["", *Payer.values]),
        message=rng.choice(MESSAGES),
    )


def _consents(rng: random.Random, inquiry: Inquiry) -> list[Consent]:
    if rng.random() < 0.6:  # noqa: PLR2004
        return []
    return [
        Consent(
            inquiry=inquiry,
            channel=inquiry.contact_by,
            wording_version=CONSENT_WORDING_VERSION,
            language=inquiry.site_language,
            given_at=inquiry.received_at,
        )
    ]


@cache
def _number(last: int) -> PhoneNumber:
    """619-555-0100 to -0199, parsed once each: reading a number costs more than storing a row."""
    return PhoneNumber.from_string(f"+1619555{last:04d}")


def _uuid(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _reference(rng: random.Random) -> str:
    """A reference from `rng`, so that a seed repeats it; real ones come from `secrets`."""
    body = "".join(rng.choices(ALPHABET, k=9))
    reference = read_reference(body + luhn.calc_check_digit(body, ALPHABET))
    assert reference is not None  # noqa: S101 - it was just made to be valid
    return reference
