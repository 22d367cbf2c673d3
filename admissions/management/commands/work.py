"""`manage.py work`: the worker that sends what the outbox holds, and runs the timed jobs."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections, connection, connections
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admissions import jobs, outbox
from admissions.protection.startup import require_keys

logger = logging.getLogger(__name__)

POLL = 2.0  # seconds between two looks into an empty outbox
LONGEST_WAIT = 30.0  # seconds between two tries to reach a database that is away


class Command(BaseCommand):
    help = str(
        _("Send the notifications that are due, run the timed jobs, and go on until told to stop.")
    )
    # A database that is not there yet is waited for, not a reason to stop.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help=str(_("Do what is due now, then stop."))
        )

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        require_keys()
        if not settings.EMAIL_CONFIGURED:
            logger.warning("EMAIL_URL is not set: notifications wait in the outbox.")
        if once:
            self._work_once()
            return
        with _told_to_stop() as stop:
            self._work(stop)

    def _work_once(self) -> None:
        try:
            connection.ensure_connection()  # rather than a line from each job
            jobs.Schedule().run_due(timezone.now())
            while outbox.send_next():
                pass
        except DatabaseError as error:
            raise CommandError(
                f"The database is away or lacks a migration ({type(error).__name__}): "
                "try again, or run migrate."
            ) from error

    def _work(self, stop: threading.Event) -> None:
        """Send until `stop` is set. The message or the job in hand is always finished."""
        schedule = jobs.Schedule()
        wait = 0.0  # > 0 while the database is away
        while not stop.is_set():
            try:
                close_old_connections()
                busy = outbox.send_next()
            except DatabaseError as error:
                if not wait:
                    logger.error("The database is away (%s): waiting.", type(error).__name__)
                connections.close_all()
                wait = min(wait * 2 or POLL, LONGEST_WAIT)
                stop.wait(wait)
                continue
            if wait:
                logger.info("The database is back.")
                wait = 0.0
            schedule.run_due(timezone.now())
            if not busy:
                stop.wait(POLL)


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """An event that SIGTERM or SIGINT sets; a second signal does what it always did."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(number: int, frame: object) -> None:
        del number, frame
        stop.set()
        restore()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        restore()
