"""WSGI apps to measure beside the site, served by the same gunicorn settings."""

from __future__ import annotations

import itertools
import json
import os
from functools import cache


@cache
def _body(path: str) -> bytes:
    number = path.strip("/")
    return b"x" * (int(number) if number.isdigit() else 2)


def bare(environ, start_response):
    """The least that answers: `/5000` is 5,000 bytes, and two headers."""
    body = _body(environ["PATH_INFO"])
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


@cache
def _site_headers() -> list[tuple[str, str]]:
    return [(name, value) for name, value in json.loads(os.environ["BENCH_HEADERS"])]


def dressed(environ, start_response):
    """`bare` with the headers of a page, which $BENCH_HEADERS holds as JSON."""
    start_response("200 OK", list(_site_headers()))
    return [_body(environ["PATH_INFO"])]


def __getattr__(name: str):
    """`cold`: the site, for which the content has changed before every request.

    Made when it is asked for, so that serving `bare` loads nothing of Django.
    """
    if name != "cold":
        raise AttributeError(name)
    from amity_site.wsgi import application  # noqa: PLC0415

    application.freshness.generation = itertools.count(1).__next__
    return application
