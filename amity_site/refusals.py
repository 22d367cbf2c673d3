"""What the web server refuses by itself, as a page of ours: 400, 414, 417, 431, 501.

gunicorn answers these before Django is asked, with a bare line of its own. `write_error` takes the
place of its function (amity_site/gunicorn_conf.py), so that such a visitor, too, finds a way on
and the crisis lines.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from gunicorn.util import write_nonblock

GetResponse = Callable[[HttpRequest], HttpResponse]


def write_error(sock: socket.socket, status: int, reason: str, _message: str) -> None:
    """Send the whole answer and ask for the connection to be closed.

    What was refused is not repeated: it can hold anything.
    """
    write_nonblock(sock, answer(status, reason))


@lru_cache(maxsize=16)
def answer(status: int, reason: str) -> bytes:
    """Status line, headers and page. Made once: no visitor's data and no database is in it."""
    from . import errors  # noqa: PLC0415 - Django is loaded by now, but not when this module is

    def page(request: HttpRequest) -> HttpResponse:
        name = "500" if status == HTTPStatus.INTERNAL_SERVER_ERROR else "unread"
        return errors.page(request, status, name)

    request = HttpRequest()
    request.META["HTTP_X_FORWARDED_PROTO"] = "https"  # nothing to redirect: it was refused
    response = _with_headers(page)(request)
    response.headers["Connection"] = "close"
    response.headers["Content-Length"] = str(len(response.content))
    head = [f"HTTP/1.1 {status} {reason}", *(f"{n}: {value}" for n, value in response.items())]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + response.content


def _with_headers(get_response: GetResponse) -> GetResponse:
    """The middleware that puts our headers on every other answer."""
    from csp.middleware import CSPMiddleware  # noqa: PLC0415
    from django.middleware.clickjacking import XFrameOptionsMiddleware  # noqa: PLC0415
    from django.middleware.security import SecurityMiddleware  # noqa: PLC0415

    from .middleware import HeadersMiddleware  # noqa: PLC0415

    wrapped: Any = get_response
    for layer in (XFrameOptionsMiddleware, SecurityMiddleware, HeadersMiddleware, CSPMiddleware):
        wrapped = layer(wrapped)
    return cast("GetResponse", wrapped)
