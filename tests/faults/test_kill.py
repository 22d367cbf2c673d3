"""Processes die without warning. What a person saw confirmed is stored, once and whole."""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter

from tests.faults import visitor
from tests.faults.conftest import Site
from tests.serving import Served, answers, children, eventually, is_alive

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "20"))
VISITORS = 4
SEED = 20_240_601

STORED = """
    SELECT i.reference, i.name,
           (SELECT count(*) FROM admissions_event e
             WHERE e.inquiry_id = i.id AND e.kind = 'received'),
           (SELECT count(*) FROM admissions_notification n WHERE n.inquiry_id = i.id)
      FROM admissions_inquiry i
"""


class Crowd:
    """Visitors who send one inquiry after the other, and press the button again on no answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.acknowledged: list[tuple[str, str]] = []  # reference, name
        self.unanswered = 0
        self.errors: list[BaseException] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._send_for_ever, args=[number], daemon=True)
            for number in range(VISITORS)
        ]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(60)

    def _send_for_ever(self, number: int) -> None:
        sent = 0
        try:
            while not self._closing.is_set():
                sent += 1
                self._send(f"Test Visitor {number}-{sent}")
        except BaseException as error:
            self.errors.append(error)

    def _send(self, name: str) -> None:
        form = None
        while form is None or not self._closing.is_set():
            try:
                form = form or visitor.fetch_form(self.port)
                reference = visitor.post(self.port, form, visitor.answers(name))
            except (OSError, http.client.HTTPException):
                with self._lock:
                    self.unanswered += 1
                if self._closing.is_set():
                    return
                time.sleep(0.02)
                continue
            with self._lock:
                self.acknowledged.append((reference, name))
            return


def test_no_acknowledged_inquiry_is_lost_or_doubled_when_servers_are_killed(site: Site, capsys):
    chance = random.Random(SEED)  # noqa: S311
    served = site.start()
    masters = 0
    try:
        served.wait_until_it_answers()
        with Crowd(served.port) as crowd:
            for number in range(1, ROUNDS + 1):
                time.sleep(chance.uniform(0.05, 0.4))
                if number % 5 == 0:
                    masters += 1
                    served = kill_master(site, served)
                else:
                    kill_a_worker(served, chance)
            assert eventually(lambda: answers(served.port), seconds=30)
            time.sleep(0.5)
    finally:
        served.end()

    assert crowd.errors == []
    stored = site.rows(STORED)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what one runs this for
            f"\n{site.database_url.split(':')[0]}: {ROUNDS} kills ({masters} of the master), "
            f"{len(crowd.acknowledged)} acknowledged, {len(stored)} stored, "
            f"{crowd.unanswered} tries without an answer"
        )
    assert len(crowd.acknowledged) > ROUNDS
    assert whole(stored)
    assert not_lost(crowd.acknowledged, stored)


def whole(stored: list) -> bool:
    """Each inquiry has its own reference, one first event and one notification."""
    references = Counter(reference for reference, *_rest in stored)
    assert [ref for ref, times in references.items() if times != 1] == []
    assert [row for row in stored if row[2:] != (1, 1)] == []
    return True


def not_lost(acknowledged: list[tuple[str, str]], stored: list) -> bool:
    """What was acknowledged is stored under the name it came with, and each name only once."""
    kept = {reference: name for reference, name, *_rest in stored}
    assert [pair for pair in acknowledged if kept.get(pair[0]) != pair[1]] == []
    names = Counter(kept.values())
    assert [name for name, times in names.items() if times != 1] == []
    return True


def kill_a_worker(served: Served, chance: random.Random) -> None:
    workers = list(children(served.pid))
    if workers:
        os.kill(chance.choice(workers), signal.SIGKILL)


def kill_master(site: Site, served: Served) -> Served:
    """Kill the master, as the kernel would; its workers notice and leave. Start another."""
    orphans = list(children(served.pid))
    served.process.kill()
    served.process.wait()
    again = site.start(served.port)
    # Until they notice, the orphans still answer on the old socket.
    assert eventually(lambda: not any(is_alive(pid) for pid in orphans))
    again.wait_until_it_answers()
    return again
