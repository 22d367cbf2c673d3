"""Headers that every answer carries, and the limit on what a visitor may send."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from . import errors

GetResponse = Callable[[HttpRequest], HttpResponse]

# The browser features this site will never ask for.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "payment",
        "usb",
    )
)


# A browser asks again each time, and is told 304. Caches between us and it may answer for 60
# seconds, a little longer while they ask, and for a day while we cannot be reached.
PUBLIC = "public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"


def is_public(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether everyone gets this same answer: a content page, or a file made from the content."""
    match = request.resolver_match
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code == HTTPStatus.OK
        and match is not None
        and match.namespace in {"", "programs"}
        and not response.cookies
    )


class UnindentedMiddleware:
    """Public pages without the indentation of their templates: some 350 bytes less, compressed.

    A line break stays a line break, so nothing looks different: no public page has a <pre> or a
    <textarea>.
    """

    INDENTATION = re.compile(rb"\n\s+")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_public(request, response) and response["Content-Type"].startswith("text/html"):
            response.content = self.INDENTATION.sub(b"\n", response.content)
            if "Content-Length" in response.headers:
                response.headers["Content-Length"] = str(len(response.content))
        return response


class DynamicGZipMiddleware(GZipMiddleware):
    """Compresses what is made for one visitor; the rest is compressed once.

    Django pads each answer by a random length, so that its size tells nothing about a token in it.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if "public" in response.headers.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)


class Utf8Middleware:
    """Reads every request as UTF-8, whatever charset its Content-Type claims.

    Our pages send UTF-8. Python knows charsets (hex, zlib, …) that are not text at all, and
    reading an address by one of them fails outside of every error page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding is not None:
            request.encoding = "utf-8"
        return self.get_response(request)


class HeadersMiddleware:
    """Adds the headers that Django has no setting for, and says what caches may keep."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        control = PUBLIC if is_public(request, response) else "no-store"
        response.headers.setdefault("Cache-Control", control)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class BodyLimitMiddleware:
    """Answers 413 to a public request whose stated length exceeds PUBLIC_BODY_LIMIT.

    Judged by Content-Length before any of it is parsed or kept. (A body without a stated length
    is not read by Django at all.) What was sent is then drained in small pieces up to a bound:
    closing the connection on unread data makes many browsers show a network error, not our page.
    """

    DRAIN_LIMIT = 16 * 1024 * 1024
    PIECE = 64 * 1024
    DRAIN_SECONDS = 20
    SILENCE = 15  # seconds between two pieces of a body

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = settings.PUBLIC_BODY_LIMIT
        if request.path.startswith("/admin/"):
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = _content_length(request)
        if length:
            self._bound_patience(request)
        if length <= limit:
            return self.get_response(request)
        self._drain(request, min(length, self.DRAIN_LIMIT))
        return errors.too_large(request)

    def _bound_patience(self, request: HttpRequest) -> None:
        """A sender who stops in the middle of a body gives up the thread after SILENCE seconds.

        gunicorn's threaded worker reads bodies without any limit of its own. What cannot be read
        then counts as not sent: Django answers as it does to a broken connection.
        """
        connection = request.META.get("gunicorn.socket")
        if connection is not None:
            connection.settimeout(self.SILENCE)

    def _drain(self, request: HttpRequest, remaining: int) -> None:
        stream = request.META["wsgi.input"]
        end = time.monotonic() + self.DRAIN_SECONDS
        with suppress(OSError):  # they stopped sending, or went away
            while remaining > 0 and time.monotonic() < end:
                piece = stream.read(min(self.PIECE, remaining))
                if not piece:
                    return
                remaining -= len(piece)


def _content_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
