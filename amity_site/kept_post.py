"""A form of the admin that arrives when it cannot be taken: it comes back, with all that was typed.

A session ends while somebody types, or they sign in anew in another tab, and every form opened
before that loses its protection. Then nothing is done, and the page that says so carries what was
posted in hidden fields, to be sent again. It stays in that page: no session, address or log has it.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
# What the name of a field says that nobody is shown again: a password, a step of signing in.
SECRET = ("password", "otp_token", "current_step")
FORBIDDEN = 403


def kept(request: HttpRequest) -> HttpResponse | None:
    """The page, 403, that sends this form of the admin again; None when it is no such form.

    None for what no page can carry or should: no post of fields, a file, a password, signing in.
    Who is signed in then costs the queries of the admin's frame, anybody else none but the session.
    """
    match = request.resolver_match
    if request.method != "POST" or match is None or "admin" not in match.app_names:
        return None
    if match.url_name == "login" or request.content_type not in FORM_TYPES or request.FILES:
        return None
    fields = [(name, values) for name, values in request.POST.lists() if name != TOKEN]
    if any(part in name.lower() for name, _values in fields for part in SECRET):
        return None
    signing_out = match.url_name == "logout"
    if signing_out and request.user.is_anonymous:
        return None
    context = {
        **admin.site.each_context(request),
        "title": _("You are still signed in") if signing_out else _("Nothing was saved yet"),
        "button": _("Log out") if signing_out else _("Send it again"),
        "signing_out": signing_out,
        "fields": fields,
    }
    response = render(request, "admin/kept.html", context, status=FORBIDDEN)
    response.headers["Cache-Control"] = "no-store"
    return response


def from_this_site(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this.

    An Origin that is told decides: the CSRF check goes by it too, and would refuse the form each
    time it is sent again.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    ours = f"{request.scheme}://{request.get_host()}"
    return origin in {ours, *settings.CSRF_TRUSTED_ORIGINS}
