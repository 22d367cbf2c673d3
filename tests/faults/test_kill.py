"""Processes die without warning. What a person saw confirmed is stored, once, whole and told."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.conftest import ROUNDS, Site
from tests.faults.crowd import Crowd
from tests.faults.postbox import Postbox
from tests.faults.stored import each_is_announced, each_sent_once_and_whole
from tests.serving import children, eventually, is_alive

SEED = 20_240_601


class Killed:
    """The site's processes, as a random hand kills them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.chance = random.Random(SEED)  # noqa: S311
        self.kills: Counter[str] = Counter()
        self.web = site.start()
        self.web.wait_until_it_answers()
        self.work = site.start_worker()

    def kill_something(self, number: int) -> None:
        """One of the web workers mostly; the server at every fifth time, whole or its master."""
        if number % 10 == 0:
            self._kill("the whole server", self._whole_server)
        elif number % 5 == 0:
            self._kill("its master", self._master)
        elif number % 5 == 3:
            self._kill("the notification worker", self._notification_worker)
        else:
            self._kill("a web worker", self._web_worker)

    def _kill(self, what: str, kill) -> None:
        kill()
        self.kills[what] += 1

    def _web_worker(self) -> None:
        assert eventually(lambda: bool(children(self.web.pid)))
        os.kill(self.chance.choice(list(children(self.web.pid))), signal.SIGKILL)

    def _notification_worker(self) -> None:
        self.work.process.kill()
        self.work.process.wait()
        self.work = self.site.start_worker()

    def _master(self) -> None:
        """Its workers notice and leave; until then they answer on the old socket."""
        orphans = list(children(self.web.pid))
        self.web.process.kill()
        self.web.process.wait()
        assert eventually(lambda: not any(is_alive(pid) for pid in orphans))
        self._start_web()

    def _whole_server(self) -> None:
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.process.wait()
        self._notification_worker()
        self._start_web()

    def _start_web(self) -> None:
        self.web = self.site.start(self.web.port)
        self.web.wait_until_it_answers()

    def end(self) -> None:
        for served in (self.web, self.work):
            served.end()


@pytest.fixture
def killed(site: Site, box: Postbox) -> Iterator[Killed]:
    box.seconds = 0.05  # a worker that is killed is mostly in the middle of sending
    killed = Killed(site)
    yield killed
    killed.end()


def test_killed_servers_lose_double_and_halve_nothing_and_every_notification_goes_out(
    site: Site, killed: Killed, box: Postbox, figures
):
    with Crowd(killed.web.port) as crowd:
        assert eventually(lambda: bool(crowd.acknowledged))
        for number in range(1, ROUNDS + 1):
            time.sleep(killed.chance.uniform(0.05, 0.4))
            killed.kill_something(number)
    tally = each_sent_once_and_whole(site, crowd.acknowledged)
    announced = each_is_announced(site, box)
    kills = ", ".join(f"{times} of {what}" for what, times in killed.kills.items())
    figures(
        site,
        f"{ROUNDS} kills ({kills}); "
        f"{len(crowd.acknowledged)} references shown, {tally.inquiries} inquiries stored "
        f"({tally.aside} set aside), {crowd.cut_off} posts cut off, {crowd.refused} refused, "
        f"{crowd.double_clicks} double clicks; {announced} notifications sent in "
        f"{sum(box.taken.values())} messages",
    )
    assert len(crowd.acknowledged) > ROUNDS
    assert crowd.cut_off > 0
    assert announced > 0
