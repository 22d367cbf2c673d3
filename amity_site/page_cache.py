"""Public pages from memory, before any of Django runs: the outermost WSGI callable.

A page is kept when Django marks it as public (`Cache-Control` with `public` and `s-maxage`, set by
amity_site/middleware.py) and it sets no cookie. It is compressed once, answered with an ETag, and
made again when the content's version rises or a record's publishing begins or ends
(`freshness.py`).

While the database is down, or Django fails, the last good copy is answered, however old: this
worker's own, or one that any worker left in `kept_pages.py`.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from .cached_page import CachedPage
from .errors import HANGING
from .freshness import PATIENCE, Freshness, Looker
from .kept_pages import KeptPages

MEMORY_LIMIT = 16 * 1024 * 1024  # bytes of pages a worker holds
LONGEST_PATH = 300  # bytes; no page of ours has a longer address
# The one page whose answer depends on what is asked. Elsewhere a query string changes nothing.
ASKED = "/search/"
READING = {"GET", "HEAD"}
# Neither pages nor in need of the database.
PASSED_ON = ("/static/", "/healthz")
GONE = ("404", "410")

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Key = tuple[str, bool, str]


class PageCache:
    """`application`, with its public pages answered from memory.

    `proxy_header` is the environ key and value that make a request https behind a proxy, as
    SECURE_PROXY_SSL_HEADER has them. At most `slots` requests are inside Django at a time, fewer
    than the worker has threads: pages in memory answer even when the database holds up the rest.
    """

    def __init__(
        self,
        application: Callable[[Environ, Any], Iterable[bytes]],
        kept: KeptPages,
        *,
        proxy_header: tuple[str, str] | None = None,
        slots: int = 6,
        looker: Looker | None = None,
    ) -> None:
        self.application = application
        self.kept = kept
        self.proxy_header = proxy_header
        self.freshness = Freshness(looker)
        self._slots = threading.BoundedSemaphore(slots)
        self._pages: OrderedDict[Key, CachedPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        key = self._key(environ, path)
        page = self._pages.get(key)
        # Nearly every request ends here, so nothing else comes before it. That the address may be
        # kept was asked when it was; a method or a question is the request's own.
        if (
            page is not None
            and page.generation == self.freshness.generation()
            and self.freshness.database_up
            and environ["REQUEST_METHOD"] in READING
            and not (environ.get("QUERY_STRING") and path.endswith(ASKED))
        ):
            return page.answer(environ, start_response)
        return self._not_in_memory(environ, start_response, path, key)

    def _not_in_memory(
        self, environ: Environ, start_response: Any, path: str, key: Key
    ) -> Iterable[bytes]:
        _read_as_utf8(environ)
        if path.startswith(PASSED_ON):
            return self.application(environ, start_response)
        generation = self.freshness.generation()
        if not self._may_be_page(environ, path):
            return self._django(environ, start_response)
        if not self.freshness.database_up:
            page = self._last_good(key)
            if page is not None:
                return page.answer(environ, start_response)
        return self._ask(environ, start_response, key, generation)

    def _may_be_page(self, environ: Environ, path: str) -> bool:
        return (
            environ["REQUEST_METHOD"] in READING
            and len(path) <= LONGEST_PATH
            and not path.startswith("/admin/")
            and not (environ.get("QUERY_STRING") and path.endswith(ASKED))
        )

    def _key(self, environ: Environ, path: str) -> Key:
        """Host, whether it is https, path."""
        if self.proxy_header:
            name, value = self.proxy_header
            secure = environ.get(name, "").split(",")[0].strip() == value
        else:
            secure = environ["wsgi.url_scheme"] == "https"
        return environ.get("HTTP_HOST", "").lower(), secure, path

    def _django(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Django's answer; without the database when that hangs or all slots wait for it."""
        if self.freshness.hanging or not self._slots.acquire(timeout=PATIENCE):
            return self.application(environ | {HANGING: True}, start_response)
        try:
            return self.application(environ, start_response)
        finally:
            self._slots.release()

    def _ask(
        self, environ: Environ, start_response: Any, key: Key, generation: int
    ) -> Iterable[bytes]:
        """Django's answer, kept if it is a public page; the last good copy if Django fails."""
        said: list[Any] = []

        def listen(status: str, headers: Headers, exc_info: Any = None) -> Any:
            said[:] = [status, headers, exc_info]

        # A HEAD is asked as a GET: its answer then fills the cache, with the same headers.
        answer = self._django(environ | {"REQUEST_METHOD": "GET"}, listen)
        status, headers, exc_info = said
        page = None
        if status.startswith("5"):
            page = self._last_good(key)
        elif is_public_page(status, headers):
            body = b"".join(answer)
            page = CachedPage(generation, headers, body)
            # Not if the content has changed meanwhile: what was made of it may be gone by now.
            if generation == self.freshness.known:
                self.kept.keep(key, headers, body)
                self._remember(key, page)
        elif status.startswith(GONE) and not _asks_for_more(environ):
            self._forget(key)
        if page is not None:
            _finish(answer)
            return page.answer(environ, start_response)
        start_response(status, headers, exc_info)
        if environ["REQUEST_METHOD"] == "HEAD":
            _finish(answer)
            return []
        return answer

    def _last_good(self, key: Key) -> CachedPage | None:
        """This worker's copy or, as a page that is never fresh, the one that any left on disk.

        A page that another worker has found to be gone is gone for this one, too.
        """
        page = self._pages.get(key)
        if page is not None and (not self.kept.writable or self.kept.has(key)):
            return page
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


def _asks_for_more(environ: Environ) -> bool:
    """Whether a 404 may be about the query or the body, and not about the page."""
    return bool(environ.get("QUERY_STRING") or environ.get("CONTENT_LENGTH"))


def _read_as_utf8(environ: Environ) -> None:
    """Our pages send UTF-8, whatever charset a request claims.

    Python knows charsets (hex, zlib, …) that are no text at all. Django would read the query
    string by them before any of its own error pages can answer.
    """
    claimed = environ.get("CONTENT_TYPE", "")
    if "charset" in claimed.lower():
        environ["CONTENT_TYPE"] = re.sub(r";\s*charset[^;]*", "", claimed, flags=re.IGNORECASE)


def _finish(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close:
        close()
