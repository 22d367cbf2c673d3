"""The addresses of the site. Each app lists its own; errors are amity_site/errors.py's."""

from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from programs.views import texts

from .sitemaps import SITEMAPS

urlpatterns = [
    path("admin/", admin.site.urls),
    # Before programs: /admissions/ itself is content, what lies below it is the form.
    path("admissions/inquiry/", include("admissions.urls")),
    path("sitemap.xml", csrf_exempt(require_safe(sitemap)), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", texts.robots, name="robots"),
    path(".well-known/security.txt", texts.security, name="security"),
    path("manifest.webmanifest", texts.manifest, name="manifest"),
    path("favicon.ico", texts.favicon, name="favicon"),
    path("", include("programs.urls")),
]

handler400 = "amity_site.errors.bad_request"
handler403 = "amity_site.errors.forbidden"
handler404 = "amity_site.errors.not_found"
handler500 = "amity_site.errors.server_error"
