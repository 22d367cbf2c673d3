"""The WSGI entry point that gunicorn serves."""

import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from environs import EnvError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amity_site.settings")

try:
    application = get_wsgi_application()
    # Every view is imported now, once, instead of by the first visitor of each worker.
    _ = get_resolver().url_patterns
except EnvError as error:
    sys.exit(f"amity: {error}")
