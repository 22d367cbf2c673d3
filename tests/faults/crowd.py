"""Visitors who send one inquiry after the other, and behave as people do when no answer comes."""

from __future__ import annotations

import http.client
import itertools
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from tests.faults import visitor
from tests.faults.visitor import NotNow

CHANNELS = ("call", "text", "email")
WORDS = ("evenings", "weekends", "my sister", "work", "school", "the bus", "a friend", "insurance")
SEED = 20_240_601
# How often: two presses at once; something added before the next try; sent again once confirmed.
DOUBLE_CLICKS, SECOND_THOUGHTS, SENT_AGAIN = 0.2, 0.2, 0.1
CROWDS = itertools.count(1)  # no two visitors of a run share a name
# Seconds a form is open before it is sent; sooner is a sign of spam, and nobody would be told.
READING = 4.5
PATIENCE = 90  # seconds until a visitor who never gets an answer is a failure


@dataclass
class Sent:
    """What one visitor sends; `answers` are the latest, `reference` what they were shown."""

    form: visitor.Form
    answers: dict[str, str | list[str]]
    reference: str = ""
    tries: int = 0
    took: float = 0.0  # seconds from the last press of the button to the confirmation

    @property
    def name(self) -> str:
        return str(self.answers["name"])


@dataclass
class Crowd:
    """Runs within a `with` block; leaving it, each visitor first gets the answer they wait for.

    A visitor without an answer presses the button again, with the same form: at times with
    something added to the message. Some double-click, and some send again what was confirmed.
    """

    port: int
    visitors: int = 4
    pause: float = 0.0  # seconds between two inquiries of a visitor
    acknowledged: list[Sent] = field(default_factory=list)
    cut_off: int = 0  # posts that got no whole answer: nobody knows what became of them
    refused: int = 0  # posts that reached nobody
    not_now: int = 0  # posts answered with the page that says "not right now"
    double_clicks: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._number = next(CROWDS)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._watched, args=[self._visit_for_ever, number], daemon=True)
            for number in range(self.visitors)
        ]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        self._closing.set()
        if kind is None:
            for thread in self._threads:
                thread.join(PATIENCE + 30)
        # What went wrong for a visitor explains why the test waited for more in vain.
        assert [repr(error) for error in self.errors][:3] == []

    def _watched(self, work: Callable[[Any], None], argument: object) -> None:
        try:
            work(argument)
        except BaseException as error:
            self.errors.append(error)

    def _visit_for_ever(self, number: int) -> None:
        chance = random.Random(SEED + number)  # noqa: S311
        count = 0
        opened: deque[tuple[float, visitor.Form]] = deque()
        while not self._closing.wait(self.pause):
            count += 1
            form = self._form(opened)
            if form is None:
                return
            sent = Sent(form, some_answers(chance, f"Test Visitor {self._number}-{number}-{count}"))
            self._send(sent, chance)
            with self._lock:
                self.acknowledged.append(sent)

    def _form(self, opened: deque[tuple[float, visitor.Form]]) -> visitor.Form | None:
        """A form that was opened long enough ago; None when the crowd goes home before that."""
        while not self._closing.is_set():
            try:
                opened.append((time.monotonic(), visitor.fetch_form(self.port)))
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
            if opened and time.monotonic() - opened[0][0] > READING:
                return opened.popleft()[1]
            self._closing.wait(0.1)
        return None

    def _send(self, sent: Sent, chance: random.Random) -> None:
        """Press the button until there is a confirmation."""
        begun = time.monotonic()
        if chance.random() < DOUBLE_CLICKS:
            self._double_click(sent)
        while not sent.reference:
            assert time.monotonic() - begun < PATIENCE, "no answer came"
            if sent.tries:
                time.sleep(0.02)
                if chance.random() < SECOND_THOUGHTS:
                    sent.answers["message"] = f"{sent.answers['message']} {chance.choice(WORDS)}"
            self._press(sent)
        if chance.random() < SENT_AGAIN:
            self._press(sent)

    def _press(self, sent: Sent) -> None:
        """Post the form. Whatever confirmations come show one and the same reference."""
        begun = time.monotonic()
        sent.tries += 1
        try:
            reference = visitor.post(self.port, sent.form, sent.answers, timeout=30)
        except NotNow as refusal:
            assert_honest(refusal.page, sent)
            with self._lock:
                self.not_now += 1
        except TimeoutError:
            raise  # half a minute without a word is no way to treat anybody
        except ConnectionRefusedError:
            with self._lock:
                self.refused += 1
        except (OSError, http.client.HTTPException):
            with self._lock:
                self.cut_off += 1
        else:
            assert sent.reference in {"", reference}, "one form, two references"
            sent.reference = reference
            sent.took = time.monotonic() - begun

    def _double_click(self, sent: Sent) -> None:
        self.double_clicks += 1
        clicks = [
            threading.Thread(target=self._watched, args=[self._press, sent]) for _click in range(2)
        ]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join()


def some_answers(chance: random.Random, name: str) -> dict[str, str | list[str]]:
    return visitor.answers(name) | {
        "phone": f"619-555-01{chance.randrange(100):02}",
        "consent": chance.sample(CHANNELS, chance.randrange(4)),
        "message": f"From {name}: {' '.join(chance.sample(WORDS, 4))}",
    }


def assert_honest(page: str, sent: Sent) -> None:
    """It says that nothing was sent, shows no reference, and holds the form as it was filled in."""
    assert "cannot be sent right now" in page
    assert "your answers are still here" in page
    assert "inquiry-reference" not in page
    assert escape(str(sent.answers["message"])) in page
    assert f'value="{sent.name}"' in page
    assert visitor.hidden_inputs(page)["key"] == sent.form.key
