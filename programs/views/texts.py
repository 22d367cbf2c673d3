"""Small files at fixed addresses, made from settings and records: robots.txt and its like."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe


@csrf_exempt  # it takes no POST at all: 405 is the true answer, not a missing token
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything may be indexed but the staff's pages; where the sitemap is."""
    root = settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {root}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
