"""What the commands that may take long have in common: a bar while they run, one clear line when
the database is away, and one when somebody stops them.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

STOPPED_BY_CTRL_C = 130  # the exit code that shells give: 128 and the signal's number


class Bar(tqdm):
    """A bar on a terminal, nothing in a log."""

    # No thread beside the work: it would take the Ctrl-C that faking.py has wait.
    monitor_interval = 0

    def to(self, done: int, total: int | None) -> None:
        """For work that tells how far it is, not what each step added."""
        self.total = total
        self.update(done - self.n)


class LongCommand(BaseCommand):
    """Ctrl-C says `stopped` and exits with 130; called by another command, it is that one's to
    handle.
    """

    # What is true of the work done so far, said after "Stopped: ", and what to do next.
    stopped = "nothing was changed."
    # What to do about a database that cannot be used.
    when_away = "run migrate."

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except KeyboardInterrupt:
            self.stderr.write(f"Stopped: {self.stopped}")
            sys.exit(STOPPED_BY_CTRL_C)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            raise CommandError(
                f"The database is away or lacks a migration ({type(error).__name__}): "
                f"{self.when_away}"
            ) from error

    def bar(self, verbosity: int, *, unit: str, total: int) -> Bar:
        """For `total` things, of which each step tells how many it did. None for no thing."""
        return Bar(total=total, unit=f" {unit}", disable=_hidden(verbosity) if total else True)

    def byte_bar(self, verbosity: int) -> Bar:
        """For bytes, of which each step tells how many are done."""
        return Bar(unit="B", unit_scale=True, disable=_hidden(verbosity))


def _hidden(verbosity: int) -> bool | None:
    """None is tqdm's own way: shown on a terminal, and nowhere else."""
    return True if verbosity == 0 else None
