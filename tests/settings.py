"""The site's settings, less what would make tests slow: everything else is the real thing."""

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
