"""Synthetic inquiries for demonstrations and measurements: plainly made up, and consistent.

Numbers are 555-01xx, which nobody has; mail addresses lie under example.org; each message begins
with "Demo:". Rows are written directly, in bulk, as the workflow would have left them, and nobody
is notified. The same seed gives the same people and the same stories, at ages counted from now.
Each inquiry is sealed like any other: under a data key of its own, every value with its own nonce.
"""

from __future__ import annotations

import datetime
import multiprocessing
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import django
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils import timezone
from django.utils.formats import date_format
from stdnum import luhn

from programs.models import Payer

from . import access, bulk, fake_rows
from .models import Channel, ContactAttempt, Event, Inquiry
from .reference import ALPHABET, read_reference

Status = Inquiry.Status
Outcome = Inquiry.Outcome
Kind = Event.Kind
Result = ContactAttempt.Result

BATCH = 2000  # inquiries a transaction: short enough that a running site hardly waits
MAKERS = 2  # processes that make batches: it takes twice as long as storing them
AHEAD = 3  # batches that are made before they are stored: memory stays bounded
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
REFERRALS = list(Inquiry.Referral)
SIGNS = ["too-fast", "links", "repeated", "forged-time"]  # of spam.Sign
# Worked out once: `values` is made anew each time it is asked for.
WORDS = {
    choices: choices.values
    for choices in (Channel, Inquiry.AskingFor, Inquiry.Language, Inquiry.Source)
} | {choices: ["", *choices.values] for choices in (Inquiry.Situation, Payer)}
CAME_FROM = {"": 6, **dict.fromkeys(Inquiry.CameFrom.values, 1)}
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


# The columns that only the work on an inquiry fills in.
NOTHING_DONE: dict[str, Any] = dict.fromkeys(
    [
        *("assignee_id", "follow_up_on", "assessment_at", "first_viewed_at", "tried_at"),
        *("first_attempt_at", "first_contact_at", "closed_at", "quarantined_at"),
    ]
) | {"status": Status.NEW, "outcome": "", "referral": "", "version": 1, "suspicions": []}


@dataclass
class Story:
    """One inquiry with everything that hangs on it. `clock` is the time of its last entry.

    `inquiry` has the columns' names (fake_rows.PLAIN and SEALED) with plain values; people are
    keys of accounts. Events and attempts are the values of their columns after the inquiry's.
    """

    inquiry: SimpleNamespace
    now: datetime.datetime
    rng: random.Random
    clock: datetime.datetime
    consents: list[str] = field(default_factory=list)  # channels
    events: list[tuple[Any, ...]] = field(default_factory=list)
    attempts: list[tuple[Any, ...]] = field(default_factory=list)

    def later(self, minutes: float) -> None:
        """Let up to `minutes` pass, never beyond now."""
        left = min(datetime.timedelta(minutes=minutes), (self.now - self.clock) / 2)
        self.clock += left * self.rng.uniform(0.05, 1)

    def add(self, kind: Kind, actor: int | None, to: Status | None = None, text: str = "") -> None:
        """The next entry of the timeline; `to` is given where the step raises the version."""
        before = self.inquiry.status if self.events else ""
        if to is not None:
            self.inquiry.status = to
            self.inquiry.version += kind != Kind.RECEIVED
        self.events.append((kind, self.clock, actor, before, self.inquiry.status, text))

    def set_aside(self) -> None:
        """As it was received, for one sign or two of spam."""
        self.inquiry.quarantined_at = self.clock
        self.inquiry.suspicions = self.rng.sample(SIGNS, self.rng.choice([1, 1, 2]))
        self.events.append((Kind.SET_ASIDE, self.clock, None, "", "", ""))

    def claim(self, actor: int) -> None:
        self.later(20)
        self.inquiry.first_viewed_at = self.clock
        self.inquiry.assignee_id = actor
        self.add(Kind.CLAIMED, actor, Status.CLAIMED)

    def attempt(self, actor: int, *, reached: bool) -> None:
        is_prompt = self.inquiry.first_attempt_at is None and self.rng.random() < 0.8  # noqa: PLR2004
        self.later(40 if is_prompt else DAY)
        self.inquiry.first_attempt_at = self.inquiry.first_attempt_at or self.clock
        self.inquiry.tried_at = self.inquiry.first_attempt_at
        outcome = Result.REACHED if reached else self._missed()
        follow_up = None
        if not reached or self.rng.random() < 0.3:  # noqa: PLR2004
            day = timezone.localdate(self.clock)
            follow_up = day + datetime.timedelta(days=self.rng.randrange(1, 6))
        self.inquiry.follow_up_on = follow_up
        self.attempts.append((actor, self.inquiry.contact_by, outcome, self.clock, follow_up))
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

    def note(self, actor: int) -> None:
        self.later(60)
        self.add(Kind.NOTED, actor, text=self.rng.choice(NOTES[1:]))

    def schedule(self, actor: int, at: datetime.datetime) -> None:
        self.later(60)
        self.inquiry.assessment_at = at
        self.inquiry.follow_up_on = timezone.localdate(at)
        text = date_format(timezone.localtime(at), "D, M j, Y, g:i a")
        self.add(Kind.ASSESSMENT, actor, Status.ASSESSMENT, text)

    def close(self, actor: int | None, outcome: Outcome) -> None:
        self.later(3 * 24 * 60)
        self.inquiry.outcome, ending = outcome, str(outcome.label)
        if outcome == Outcome.REFERRED_ON:
            referral = self.rng.choice(REFERRALS)
            self.inquiry.referral = referral.value
            ending += f": {referral.label}"
        self.inquiry.closed_at = self.clock
        self.inquiry.follow_up_on = None
        self.add(Kind.CLOSED, actor, Status.CLOSED, f"{ending}.")


def staff() -> list[int]:
    """Keys of those who can have inquiries: the active members of Coordinators and Leads."""
    groups = [access.COORDINATORS, access.LEADS]
    return list(
        User.objects.filter(is_active=True, is_staff=True, groups__name__in=groups)
        .order_by("pk")
        .distinct()
        .values_list("pk", flat=True)
    )


def fake(
    count: int, *, seed: int | None = None, progress: Callable[[int], object] = lambda done: None
) -> None:
    """Store `count` inquiries, a transaction a batch; `progress` hears how many each one added.

    Raises IntegrityError, with nothing of that batch stored, when this seed was used before.
    """
    make = partial(_batch, seed, staff(), timezone.now())
    with bulk.roomy():
        for batch in _made(make, list(_batches(count))):
            size = len(batch[Inquiry])
            try:
                fake_rows.store(batch)
            except IntegrityError:
                if seed is not None:
                    raise
                # Of a million drawn references one is taken already now and then: draw again.
                fake_rows.store(make(0, size))
            progress(size)


def _batches(count: int) -> Iterator[int]:
    while count > 0:
        yield min(BATCH, count)
        count -= BATCH


def _made(
    make: Callable[[int, int], fake_rows.Batch], sizes: Sequence[int]
) -> Iterator[fake_rows.Batch]:
    """The batches in their order. Other processes make the next while this one stores the last."""
    if len(sizes) == 1:
        yield make(0, sizes[0])
        return
    fresh = multiprocessing.get_context("spawn")  # a fork would share this connection's socket
    waiting: deque[Future[fake_rows.Batch]] = deque()
    with ProcessPoolExecutor(MAKERS, fresh, initializer=django.setup) as pool:
        for number, size in enumerate(sizes):
            waiting.append(pool.submit(make, number, size))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _batch(
    seed: int | None, people: Sequence[int], now: datetime.datetime, number: int, size: int
) -> fake_rows.Batch:
    """Batch `number` of what `seed` stands for, whatever was made before it."""
    # Reproducible is the point; it guards nothing.
    rng = random.Random(None if seed is None else f"{seed}/{number}")  # noqa: S311
    return fake_rows.rows_of([_story(rng, people, now) for _n in range(size)])


def _story(rng: random.Random, people: Sequence[int], now: datetime.datetime) -> Story:
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
    if aim == Status.NEW and rng.random() < 0.2:  # noqa: PLR2004
        story.set_aside()
    actor = rng.choice(people) if people else None
    if aim == Status.CLOSED:
        _to_the_end(story, actor)
    elif actor is not None and aim != Status.NEW:
        _on_the_way(story, actor, aim)
    return story


def _on_the_way(story: Story, actor: int, aim: Status) -> None:
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


def _to_the_end(story: Story, actor: int | None) -> None:
    """A closed inquiry, by a way on which its outcome is legal."""
    rng = story.rng
    outcome = rng.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    in_vain_takes = datetime.timedelta(days=12)
    too_young = outcome == Outcome.COULD_NOT_REACH and story.now - story.clock < in_vain_takes
    if actor is None or too_young:
        # Without staff there are no attempts, and only these need none.
        outcome = rng.choice(UNHEARD)
    if actor is None or outcome in UNHEARD:
        if outcome == Outcome.SPAM and rng.random() < 0.6:  # noqa: PLR2004
            story.set_aside()
        story.close(actor, outcome)
        return
    story.claim(actor)
    in_vain = outcome == Outcome.COULD_NOT_REACH
    for _n in range(rng.randrange(3, 6) if in_vain else rng.randrange(2)):
        story.attempt(actor, reached=False)
        if in_vain:
            story.clock += datetime.timedelta(days=1)  # each try counts on a day of its own
    if outcome in HEARD:
        story.attempt(actor, reached=True)
    if outcome == Outcome.ADMITTED:
        story.schedule(actor, story.clock + datetime.timedelta(days=rng.randrange(1, 8)))
    story.close(actor, outcome)


def _inquiry(rng: random.Random) -> SimpleNamespace:
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


def _consents(rng: random.Random, inquiry: SimpleNamespace) -> list[str]:
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
