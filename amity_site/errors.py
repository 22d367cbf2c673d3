"""Error pages in the site's own look: each says what happened, a way on, and whom to call now.

None of them needs the database. `components/crisis_static_lines.html` repeats the crisis lines
for that reason; a test compares it with the content file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.urls import reverse

logger = logging.getLogger(__name__)

# Set by page_cache.py on a request that must not wait for a database that hangs.
HANGING = "amity.database_hangs"

LAST_RESORT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Something went wrong</title></head>
<body>
<main>
<h1>Something went wrong on our side</h1>
<p>Try again in a few minutes: <a href="/">the home page</a>.</p>
<h2>If you need help right now</h2>
<p>Nobody watches this website for emergencies.</p>
<ul>
<li>In danger: <a href="tel:911">call 911</a></li>
<li>In crisis: <a href="tel:988">call 988</a>, <a href="sms:988">text 988</a> or
<a href="https://988lifeline.org/chat/">chat online</a></li>
<li>SAMHSA National Helpline: <a href="tel:+18006624357">1-800-662-4357</a>, TTY 1-800-487-4889</li>
<li>San Diego Access &amp; Crisis Line: <a href="tel:+18887247240">888-724-7240</a></li>
</ul>
<p>Stopping alcohol or benzodiazepines all at once can be dangerous. Talk to a doctor first.</p>
</main>
</body>
</html>"""


def page(request: HttpRequest, status: int, name: str, **words: Any) -> HttpResponse:
    """The page `templates/errors/<name>.html`, never cached.

    Rendered without a request, so that no context processor (and so no query) runs.
    """
    html = render_to_string(f"errors/{name}.html", {"demo": settings.DEMO, **words})
    response = HttpResponse(html, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 400, "400")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403, "403")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A search for what the address says, and the pages nearest to it. Asks no database."""
    from programs.search import likely  # noqa: PLC0415 - content needs the apps to be loaded

    return page(
        request,
        404,
        "404",
        query=likely.words_of(request.path),
        nearest=likely.closest(request.path),
    )


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    response = page(request, 405, "405")
    response.headers["Allow"] = allowed
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    return page(request, 413, "413")


def too_many(request: HttpRequest, *, retry_after: int) -> HttpResponse:
    """429; `retry_after` in seconds."""
    response = page(request, 429, "429")
    response.headers["Retry-After"] = str(retry_after)
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 while the database does not answer."""
    response = page(request, 503, "503")
    response.headers["Retry-After"] = "30"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        return page(request, 500, "500")
    except Exception:
        # The page itself can fail, without collected static files for one. Help still shows.
        logger.exception("The 500 page could not be rendered")
        return HttpResponse(LAST_RESORT, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A POST whose CSRF cookie was lost, or whose token is an older one.

    On the inquiry form the answers come back in the form, and so does what one of our own pages
    sent to the admin.
    """
    from admissions.views import csrf_lost  # noqa: PLC0415 - views need the apps to be loaded

    if request.method != "POST":
        # Nothing here takes a PUT or a DELETE, with a token or without.
        allowed = "GET, HEAD, POST" if _is_the_form(request) else "GET, HEAD"
        return method_not_allowed(request, allowed)
    try:
        return csrf_lost(request) or _kept_post(request) or page(request, 403, "csrf")
    except UnreadablePostError:  # they stopped sending in the middle: there is no token to judge
        return bad_request(request)


def _kept_post(request: HttpRequest) -> HttpResponse | None:
    from . import kept_post  # noqa: PLC0415 - the admin needs the apps to be loaded

    try:
        return kept_post.kept(request) if kept_post.from_this_site(request) else None
    except Error as error:  # no view was reached: process_exception does not hear of it
        logger.error("Database error on %s: %s", request.path, type(error).__name__)
        return unavailable(request)


def _is_the_form(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admissions:inquiry"))


class ErrorPagesMiddleware:
    """Turns a refused method and a failing database into pages that say so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:  # noqa: PLR2004
            return method_not_allowed(request, response.headers.get("Allow", ""))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuses a method that the page's view has no handler for, or to wait for nothing.

        Before the CSRF check, which would answer 403 to a POST that no token could have saved.
        """
        if request.META.get(HANGING) and not _is_the_form(request):
            # The form says by itself what to do instead.
            return unavailable(request)
        view_class = getattr(view, "view_class", None)
        if view_class is None or hasattr(view_class, (request.method or "").lower()):
            return None
        allowed = [
            name.upper() for name in view_class.http_method_names if hasattr(view_class, name)
        ]
        if "GET" in allowed:
            allowed.append("HEAD")
        return (
            None if request.method in allowed else method_not_allowed(request, ", ".join(allowed))
        )

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Error):
            return None
        # The kind only: a driver's message can quote the values of the row it refused.
        logger.error("Database error on %s: %s", request.path, type(exception).__name__)
        return unavailable(request)
