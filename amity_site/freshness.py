"""Whether what a worker knows of the content is still true, and whether its database answers."""

from __future__ import annotations

import datetime
import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from django.db import Error, close_old_connections
from django.utils import timezone

from programs import versioning

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds between two looks for a new version
PATIENCE = 2.0  # seconds that a look may take until the database counts as hanging
UNKNOWN = -1  # the version before migrations are complete: nothing then stays for long


class Looker(Protocol):
    """Who asks the database: a thread of its own, so that a visitor waits for PATIENCE at most."""

    def submit(self, look: object, /) -> Future[None]: ...


class Freshness:
    """`generation()` is a number that changes when the content does.

    `database_up` is False when the last look failed, or has not come back; `hanging` only in the
    second case, when whoever asks the database now would wait as well.
    """

    def __init__(self, looker: Looker | None = None) -> None:
        self.database_up = True
        self.hanging = False
        self.known = 0
        # Threads are made by the first look, and so in the worker, not before it is forked.
        self._looker = looker or ThreadPoolExecutor(1, thread_name_prefix="freshness")
        self._look_under_way: Future[None] | None = None
        self._version: int | None = None
        self._looked_at: datetime.datetime | None = None
        self._until: datetime.datetime | None = None
        self._next_look = 0.0
        self._asking = threading.Lock()

    def generation(self) -> int:
        """At most one query a second, and one more when the content has changed."""
        if time.monotonic() >= self._next_look and self._asking.acquire(blocking=False):
            try:
                if time.monotonic() >= self._next_look:
                    self._next_look = time.monotonic() + LOOK_EVERY
                    self._look_with_patience()
            finally:
                self._asking.release()
        return self.known

    def _look_with_patience(self) -> None:
        if self._look_under_way is None or self._look_under_way.done():
            self.hanging = False  # it has come back, whatever it said
            self._look_under_way = self._looker.submit(self._look)
        try:
            self._look_under_way.result(0 if self.hanging else PATIENCE)
        except TimeoutError:
            if not self.hanging:
                logger.error("The database does not answer: it hangs")
            self.hanging, self.database_up = True, False

    def _look(self) -> None:
        now = timezone.now()
        close_old_connections()
        try:
            version = versioning.current()
            if not self._still_holds(version, now):
                # All that a page could show is of this moment or later, so this comes first.
                self._until = _first(versioning.next_boundary(now), _midnight_after(now))
                self._version = version
                self.known += 1
            self._looked_at = now
            self.database_up = True
        except Error as error:
            if self.database_up:
                logger.error("The database does not answer: %s", type(error).__name__)
            self.database_up = False
        finally:
            close_old_connections()

    def _still_holds(self, version: int, now: datetime.datetime) -> bool:
        return (
            version == self._version != UNKNOWN
            and self._looked_at is not None
            and self._until is not None
            # A clock that was set back makes everything new: what was to come may come again.
            and self._looked_at <= now < self._until
        )


def _first(boundary: datetime.datetime | None, midnight: datetime.datetime) -> datetime.datetime:
    """Some pages name days: none outlives its own."""
    return min(boundary, midnight) if boundary else midnight


def _midnight_after(moment: datetime.datetime) -> datetime.datetime:
    tomorrow = timezone.localdate(moment) + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(tomorrow, datetime.time.min))
