"""The WSGI entry point that gunicorn serves."""

import os
import sys

from django.core.wsgi import get_wsgi_application
from environs import EnvError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amity_site.settings")

try:
    application = get_wsgi_application()
except EnvError as error:
    sys.exit(f"amity: {error}")
