"""Public pages from memory, before any of Django runs: the outermost WSGI callable.

A page is kept when Django marks it as public (`Cache-Control` with `public` and `s-maxage`, set by
amity_site/middleware.py) and it sets no cookie. It is compressed once, answered with an ETag, and
made again when the content's version rises or a record's publishing begins or ends. Each worker
looks for that at most once a second, with one query.

While the database is down, or Django fails, the last good copy is answered, however old: this
worker's own, or one that any worker left in `kept_pages`.
"""

from __future__ import annotations

import datetime
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from django.db import Error, close_old_connections
from django.utils import timezone

from programs import versioning

from .cached_page import CachedPage
from .kept_pages import KeptPages

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds between two looks for a new version
MEMORY_LIMIT = 16 * 1024 * 1024  # bytes of pages a worker holds
LONGEST_PATH = 300  # bytes; no page of ours has a longer address
# Addresses whose answer depends on what is asked. Any other query string changes nothing.
ASKED = {"/search/": "q="}
# Never pages: what lies below is passed on unread.
PASSED_ON = ("/static/", "/admin/", "/healthz", "/readyz")

UNKNOWN = -1  # the version before migrations are complete: nothing then stays for long

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Key = tuple[str, bool, str]


class PageCache:
    """`application`, with its public pages answered from memory.

    `proxy_header` is the environ key and value that make a request https behind a proxy, as
    SECURE_PROXY_SSL_HEADER has them.
    """

    def __init__(
        self,
        application: Callable[[Environ, Any], Iterable[bytes]],
        kept: KeptPages,
        *,
        proxy_header: tuple[str, str] | None = None,
    ) -> None:
        self.application = application
        self.kept = kept
        self.proxy_header = proxy_header
        self.freshness = Freshness()
        self._pages: OrderedDict[Key, CachedPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self.application(environ, start_response)
        generation = self.freshness.generation()
        page = self._pages.get(key)
        if page is not None and (page.generation == generation or not self.freshness.database_up):
            return page.answer(environ, start_response)
        if page is None and not self.freshness.database_up:
            page = self._recall(key)
            if page is not None:
                return page.answer(environ, start_response)
        return self._ask(environ, start_response, key, generation)

    def _key(self, environ: Environ) -> Key | None:
        """Host, whether it is https, path; None for what is no public page."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or path.startswith(PASSED_ON):
            return None
        asked = ASKED.get(path)
        if len(path) > LONGEST_PATH or (asked and asked in environ.get("QUERY_STRING", "")):
            return None
        if self.proxy_header:
            name, value = self.proxy_header
            secure = environ.get(name, "").split(",")[0].strip() == value
        else:
            secure = environ["wsgi.url_scheme"] == "https"
        return environ.get("HTTP_HOST", "").lower(), secure, path

    def _ask(
        self, environ: Environ, start_response: Any, key: Key, generation: int
    ) -> Iterable[bytes]:
        """Django's answer, kept if it is a public page; the last good copy if Django fails."""
        said: list[Any] = []

        def listen(status: str, headers: Headers, exc_info: Any = None) -> Any:
            said[:] = [status, headers, exc_info]

        answer = self.application(environ, listen)
        status, headers, exc_info = said
        if status.startswith("5"):
            page = self._pages.get(key) or self._recall(key)
            if page is not None:
                _finish(answer)
                return page.answer(environ, start_response)
        elif environ["REQUEST_METHOD"] == "GET" and is_public_page(status, headers):
            body = b"".join(answer)
            _finish(answer)
            page = CachedPage(generation, headers, body)
            self._remember(key, page)
            self.kept.keep(key, headers, body)
            return page.answer(environ, start_response)
        elif not status.startswith("200"):
            self._forget(key)
        start_response(status, headers, exc_info)
        return answer

    def _recall(self, key: Key) -> CachedPage | None:
        """The copy that some worker left on disk, as a page that is never fresh."""
        found = self.kept.find(key)
        if found is None:
            return None
        page = CachedPage(-1, *found)
        self._remember(key, page)
        return page

    def _remember(self, key: Key, page: CachedPage) -> None:
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > MEMORY_LIMIT:
                self._drop(next(iter(self._pages)))

    def _forget(self, key: Key) -> None:
        """The page is gone: no copy of it may come back when the database is down."""
        with self._lock:
            self._drop(key)
        self.kept.forget(key)

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._bytes -= page.size


class Freshness:
    """Which generation of pages is true now: a number that changes when the content does."""

    def __init__(self) -> None:
        self.database_up = True
        self._generation = 0
        self._version: int | None = None
        self._until: datetime.datetime | None = None
        self._next_look = 0.0
        self._looking = threading.Lock()

    def generation(self) -> int:
        """At most one query a second, and one more when the content has changed."""
        # One thread looks; the others go on with what is known, so that a database that hangs
        # holds up a single request.
        if time.monotonic() >= self._next_look and self._looking.acquire(blocking=False):
            try:
                if time.monotonic() >= self._next_look:
                    self._next_look = time.monotonic() + LOOK_EVERY
                    self._look()
            finally:
                self._looking.release()
        return self._generation

    def _look(self) -> None:
        now = timezone.now()
        close_old_connections()
        try:
            version = versioning.current()
            if version == self._version != UNKNOWN and self._until and now < self._until:
                self.database_up = True
                return
            boundary = versioning.next_boundary(now)
        except Error as error:
            if self.database_up:
                logger.error("The database does not answer: %s", type(error).__name__)
            self.database_up = False
            return
        finally:
            close_old_connections()
        # Some pages name days: none outlives its own.
        self._until = min(filter(None, [boundary, _midnight_after(now)]))
        self._version = version
        self._generation += 1
        self.database_up = True


def is_public_page(status: str, headers: Headers) -> bool:
    """Whether every visitor may be given this same answer."""
    named = {name.lower(): value for name, value in headers}
    control = {part.strip().partition("=")[0] for part in named.get("cache-control", "").split(",")}
    return (
        status.startswith("200")
        and {"public", "s-maxage"} <= control
        and "set-cookie" not in named
        and named.get("vary", "").lower() in {"", "accept-encoding"}
    )


def _finish(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close:
        close()


def _midnight_after(moment: datetime.datetime) -> datetime.datetime:
    tomorrow = timezone.localdate(moment) + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(tomorrow, datetime.time.min))
