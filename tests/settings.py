"""The site's settings, less what would make tests slow: everything else is the real thing."""

import os

from amity_site.settings import *  # noqa: F403

# The manifest needs collectstatic; the tests of serving run that themselves.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# Argon2 is meant to be slow. One test checks that the real setting names it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# WhiteNoise then answers from the apps' own folders; nothing has been collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# By its plain name pytest-django knows it too. Else its live server answers from STATIC_ROOT, which
# holds what the last `make run` collected, and a browser is shown the styles of yesterday.
INSTALLED_APPS = [
    "django.contrib.staticfiles" if app == "amity_site.apps.StaticFilesConfig" else app
    for app in INSTALLED_APPS  # noqa: F405
]

# Emptying the cache between tests empties a whole Redis database: each process side by side has
# its own, counted from the one CACHE_URL names.
if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    _location = CACHES["default"].get("LOCATION", "")  # noqa: F405
    _server, _, _number = _location.rpartition("/")
    if _number.isdigit():
        _number = (int(_number) + int(_worker.removeprefix("gw"))) % 16
        CACHES["default"]["LOCATION"] = f"{_server}/{_number}"  # noqa: F405
