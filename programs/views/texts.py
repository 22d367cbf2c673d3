"""Small files at fixed addresses, made from settings and records, for browsers and crawlers."""

from __future__ import annotations

import datetime
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ..findability import GROUND_LIGHT, root
from ..languages import open_languages
from ..models import Clinic

PLAIN = "text/plain; charset=utf-8"
SECURITY_TXT_DAYS = 180  # RFC 9116 advises less than a year

# csrf_exempt: none of these takes a POST at all. 405 is the true answer, not a missing token.


@csrf_exempt
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything may be indexed but the staff's pages; where the sitemap is."""
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {root(request)}{reverse('sitemap')}"]
    return HttpResponse("\n".join([*lines, ""]), content_type=PLAIN)


@csrf_exempt
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness of this site, as RFC 9116 has it. One query."""
    midnight = datetime.datetime.combine(
        timezone.now().astimezone(datetime.UTC).date(), datetime.time(), datetime.UTC
    )
    expires = midnight + datetime.timedelta(days=SECURITY_TXT_DAYS)
    lines = [
        f"Contact: {_security_contact(request)}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(open_languages())}",
        f"Canonical: {root(request)}{reverse('security')}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type=PLAIN)


def _security_contact(request: HttpRequest) -> str:
    """What the clinic entered, or else the one way to reach it that is always there."""
    clinic = Clinic.current()
    address = clinic.security_contact or clinic.email
    if address:
        return f"mailto:{quote(address, safe='@')}"
    return root(request) + reverse("admissions:inquiry")


@csrf_exempt
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Name, icons and colours for a browser that puts the site on a home screen. One query.

    "browser": the page opens with the address bar and the back button that people know.
    """
    name = Clinic.current().name
    facts = {
        "name": name,
        "short_name": name,
        "start_url": reverse("programs:home"),
        "display": "browser",
        "background_color": GROUND_LIGHT,
        "theme_color": GROUND_LIGHT,
        "icons": [
            {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ],
    }
    return JsonResponse(
        facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@csrf_exempt
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon's stored address, for what asks at the root without reading a page."""
    return HttpResponseRedirect(static("img/favicon.ico"))
