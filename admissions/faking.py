"""Synthetic inquiries for demonstrations and measurements: plainly made up, and consistent.

Rows are written directly, in bulk, as the workflow would have left them, and nobody is notified.
First it is drawn when an inquiry came, then a story that fits its age: most old ones are closed.
The same seed gives the same people; their ages are counted from now, and in the same hour they have
the same stories too. Each inquiry is sealed like any other: under a data key of its own, every
value with its own nonce.
"""

from __future__ import annotations

import datetime
import math
import multiprocessing
import random
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import django
from django.db import IntegrityError
from django.utils import timezone
from django.utils.formats import date_format

from . import bulk, fake_people, fake_rows, fake_times
from .models import Channel, ContactAttempt, Event, Inquiry

Status = Inquiry.Status
Outcome = Inquiry.Outcome
Kind = Event.Kind
Result = ContactAttempt.Result

BATCH = 2000  # inquiries a transaction: short enough that a running site hardly waits
MAKERS = 2  # processes that make batches: it takes twice as long as storing them
AHEAD = 3  # batches that are made before they are stored: memory stays bounded
PROMISE = datetime.timedelta(minutes=30)
DAY = 24 * 60  # minutes

NOTES = ["", "Demo note: call again after work.", "Demo note: asked about evening sessions."]

# How far the story of an inquiry has come, by weight, at an age of up to so many days. The first is
# one that was set aside and that nobody has looked at.
ASIDE = "aside"
AIMS = [ASIDE, Status.NEW, Status.CLAIMED, Status.CONTACTED, Status.ASSESSMENT, Status.CLOSED]
STORIES: list[tuple[float, list[float]]] = [
    (1.0, [6, 55, 22, 10, 2, 5]),
    (3.0, [6, 22, 30, 22, 10, 10]),
    (10.0, [5, 8, 18, 22, 17, 30]),
    (30.0, [2, 2.5, 7, 12, 10, 66.5]),
    (90.0, [0.5, 0.7, 1.2, 3.5, 2, 92.1]),
    (math.inf, [0.02, 0.04, 0.08, 0.25, 0.05, 99.56]),
]
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
UNHEARD = [Outcome.DUPLICATE, Outcome.SPAM]
HEARD = {Outcome.ADMITTED, Outcome.REFERRED_ON, Outcome.NOT_A_FIT, Outcome.WITHDREW}
# These take a while: the tries on different days, and the assessment.
SLOW = {Outcome.COULD_NOT_REACH, Outcome.ADMITTED}
QUICK = {outcome: weight for outcome, weight in ENDINGS.items() if outcome not in SLOW}
SLOW_TAKE = 12.0  # days, at most


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

    def rest(self) -> None:
        """Let everything pass but the last days: what is open was worked on lately."""
        lately = datetime.timedelta(days=self.rng.uniform(0.1, 5))
        self.clock = max(self.clock, self.now - lately)

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
        if not reached or self.rng.random() < 0.6:  # noqa: PLR2004
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


class Plan(NamedTuple):
    """What each process that makes inquiries has to know."""

    seed: int | None
    people: Sequence[int]  # keys of accounts
    now: datetime.datetime
    days: int  # before now, in which all of them came


def fake(
    count: int, *, seed: int | None = None, progress: Callable[[int], object] = lambda done: None
) -> None:
    """Store `count` inquiries, a transaction a batch; `progress` hears how many each one added.

    Where nobody can have inquiries, fake_people.stand_ins can. Raises IntegrityError, with nothing
    of that batch stored, when this seed was used before.
    """
    fake_people.stand_ins()
    now, days = timezone.now(), fake_times.days_of(count)
    make = partial(_batch, Plan(seed, fake_people.staff(), now, days))
    with bulk.roomy(), closing(_made(make, list(_batches(count)))) as batches:
        for batch in batches:
            size = len(batch[Inquiry])
            with _uninterrupted():  # what is stored is counted too
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
) -> Generator[fake_rows.Batch, None, None]:
    """The batches in their order. Other processes make the next while this one stores the last."""
    if len(sizes) == 1:
        yield make(0, sizes[0])
        return
    fresh = multiprocessing.get_context("spawn")  # a fork would share this connection's socket
    waiting: deque[Future[fake_rows.Batch]] = deque()
    pool = ProcessPoolExecutor(MAKERS, fresh, initializer=django.setup)
    try:
        for number, size in enumerate(sizes):
            with _uninterrupted():
                waiting.append(pool.submit(make, number, size))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits for the end of this. A process that is started meanwhile never hears it, though
    a terminal tells all of them: this one ends it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _batch(plan: Plan, number: int, size: int) -> fake_rows.Batch:
    """Batch `number` of what the seed stands for, whatever was made before it."""
    # Reproducible is the point; it guards nothing.
    rng = random.Random(None if plan.seed is None else f"{plan.seed}/{number}")  # noqa: S311
    # All of them before any story, whose length depends on its age.
    inquiries = [fake_people.inquiry(rng) for _n in range(size)]
    return fake_rows.rows_of([_story(inquiry, rng, plan) for inquiry in inquiries])


def _story(inquiry: SimpleNamespace, rng: random.Random, plan: Plan) -> Story:
    arrival = fake_times.draw(rng, plan.now, plan.days)
    inquiry.received_at = arrival.at
    inquiry.due_at = inquiry.received_at + PROMISE
    if not arrival.is_staffed:
        inquiry.source = Inquiry.Source.WEB
    story = Story(inquiry, plan.now, rng, inquiry.received_at)
    story.consents = fake_people.consents(rng, inquiry)
    story.add(Kind.RECEIVED, None, Status.NEW)
    weights = next(weights for most, weights in STORIES if arrival.days < most)
    aim = rng.choices(AIMS, weights)[0]
    actor = rng.choice(plan.people)
    if aim == ASIDE:
        story.set_aside()
    elif aim == Status.CLOSED:
        _to_the_end(story, actor, arrival.days)
    elif aim != Status.NEW:
        _on_the_way(story, actor, aim)
    return story


def _on_the_way(story: Story, actor: int, aim: str) -> None:
    """An open inquiry that has come as far as `aim`."""
    rng = story.rng
    story.claim(actor)
    for n in range(rng.randrange(3)):
        if n:
            story.rest()
        story.attempt(actor, reached=False)
    if aim == Status.CLAIMED:
        return
    story.attempt(actor, reached=True)
    story.rest()
    if rng.random() < 0.5:  # noqa: PLR2004
        story.note(actor)
    story.attempt(actor, reached=rng.random() < 0.5)  # noqa: PLR2004
    if aim == Status.ASSESSMENT:
        # Of some the day is past, and nobody has said yet what came of it.
        day = timezone.localdate(story.now) + datetime.timedelta(days=rng.randrange(-2, 11))
        story.schedule(actor, fake_times.appointment(rng, max(day, _day_after(story))))


def _to_the_end(story: Story, actor: int, days: float) -> None:
    """A closed inquiry, by a way on which its outcome is legal at that age."""
    rng = story.rng
    endings = ENDINGS if days > SLOW_TAKE else QUICK
    outcome = rng.choices(list(endings), list(endings.values()))[0]
    if outcome in UNHEARD:
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
        day = _day_after(story) + datetime.timedelta(days=rng.randrange(6))
        at = fake_times.appointment(rng, day)
        story.schedule(actor, at)
        story.clock = at + datetime.timedelta(hours=1)
    story.close(actor, outcome)


def _day_after(story: Story) -> datetime.date:
    return timezone.localdate(story.clock) + datetime.timedelta(days=1)
