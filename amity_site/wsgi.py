"""The WSGI entry point that gunicorn serves."""

import os
import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from environs import EnvError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amity_site.settings")


def _application() -> Any:
    django = get_wsgi_application()
    # Every view is imported now, once, instead of by the first visitor of each worker.
    _ = get_resolver().url_patterns
    if settings.DEBUG:
        return django  # templates change there without the content doing so

    from admissions.protection.startup import require_keys  # noqa: PLC0415 - as below
    from amity_site.kept_pages import KeptPages  # noqa: PLC0415 - the apps are loaded only now
    from amity_site.page_cache import PageCache  # noqa: PLC0415

    require_keys()
    kept = KeptPages(settings.KEPT_PAGES, host=urlsplit(settings.SITE_URL).netloc.lower())
    return PageCache(django, kept, proxy_header=settings.SECURE_PROXY_SSL_HEADER)


try:
    application = _application()
except EnvError as error:
    sys.exit(f"amity: {error}")
