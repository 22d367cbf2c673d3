"""What the worker does by the clock, beside sending. Add a job by a line in JOBS.

No table says when a job ran: each runs when a worker starts, and then every so often. So a job
can be run again at any time, by several workers at once, and does nothing when there is nothing
to do. It has to be safe to be stopped half way, and while it runs nothing is sent.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from django.core.management import call_command

from . import due_times, figures, reminders, retention, sealing

logger = logging.getLogger(__name__)

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
RETRY = 5 * MINUTE  # after a failure, unless its turn comes sooner


class Job(NamedTuple):
    """A function of the time now, its name in the log, and how long until it runs again."""

    name: str
    every: datetime.timedelta
    run: Callable[[datetime.datetime], object]


JOBS: list[Job] = [
    Job("reminders", MINUTE, reminders.remind),
    Job("older reminders", HOUR, reminders.remind_of_all),
    Job("figures", MINUTE / 2, figures.refresh),
    Job("figures of older days", MINUTE, figures.recount),
    Job("due times", MINUTE, due_times.Watcher()),
    Job("seals", MINUTE, sealing.seal),
    Job("purge", DAY, lambda _at: retention.purge()),
    Job("old sessions", DAY, lambda _at: call_command("clearsessions")),
]


class Schedule:
    """Runs each job when its turn comes. All are due at first."""

    def __init__(self, jobs: Sequence[Job] | None = None) -> None:
        self._jobs = JOBS if jobs is None else jobs
        self._next: dict[str, datetime.datetime] = {}

    def due(self, at: datetime.datetime) -> Iterator[Job]:
        """The jobs whose turn has come at `at`; each has its next turn before it is handed out."""
        for job in self._jobs:
            turn = self._next.get(job.name)
            # A clock that was set back must not silence a job until it has caught up.
            if turn is None or turn <= at or turn - at > job.every:
                self._next[job.name] = at + job.every
                yield job

    def run_due(self, at: datetime.datetime) -> None:
        """Run what is due. A job that fails is logged by the kind of its failure, and tried again;
        it stops no other.
        """
        for job in self.due(at):
            try:
                job.run(at)
            except Exception as error:  # whatever a job can do
                # The kind only: a message may quote what a row holds.
                logger.error("The job “%s” failed: %s", job.name, type(error).__name__)
                self._next[job.name] = at + min(job.every, RETRY)
