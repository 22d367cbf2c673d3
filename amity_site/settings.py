"""All settings, in one file. What differs between machines comes from the environment.

The variables and their defaults are listed in README.md; a wrong value raises environs.EnvError,
which manage.py and wsgi.py turn into one clear line.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from environs import Env

from amity_site import environment, keyfiles

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or keyfiles.read_or_make("SECRET_KEY")
# What seals inquiries (the newest key first) and what finds them: docs/keys.md.
INQUIRY_KEYS = environment.inquiry_keys(env)
LOOKUP_KEY = environment.lookup_key(env)
SITE_URL = environment.site_url(env)
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = environment.allowed_hosts(env, site=SITE_URL)
# How many inquiries one network may send, and how many proxies of ours say which network it is.
INQUIRY_RATE = environment.inquiry_rate(env)
PROXY_COUNT = environment.proxy_count(env, https=HTTPS)
# `make demo` sets this: every page then wears a ribbon that says so.
DEMO = env.bool("DEMO", False)

INSTALLED_APPS = [
    # modeltranslation has to come before the admin whose classes it extends; auth before the
    # apps whose groups need its permissions (admissions/access.py).
    "modeltranslation",
    "amity_site.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "amity_site.apps.StaticFilesConfig",
    "adminsortable2",
    "crispy_forms",
    "crispy_bootstrap5",
    "phonenumber_field",
    "reversion",
    "solo",
    "programs.apps.ProgramsConfig",
    "admissions.apps.AdmissionsConfig",
    "amity_site.apps.AmitySiteConfig",
]

MIDDLEWARE = [
    # Outermost, so that every answer carries the policy: errors, static files and health too.
    "csp.middleware.CSPMiddleware",
    "amity_site.middleware.DynamicGZipMiddleware",
    "amity_site.middleware.HeadersMiddleware",
    "amity_site.middleware.UnindentedMiddleware",
    "amity_site.middleware.Utf8Middleware",
    "amity_site.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "amity_site.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "amity_site.errors.ErrorPagesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# Public pages are answered before all of these: amity_site/page_cache.py.

ROOT_URLCONF = "amity_site.urls"
WSGI_APPLICATION = "amity_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "programs.context_processors.frame",
            ],
        },
    },
]

# Data

DATABASES = {"default": environment.database(env, base=BASE_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": environment.cache(env)}
# What was erased, so that a restore brings nobody back: docs/operations.md. The demo has its own.
ERASURE_LEDGER = environment.erasure_ledger(
    env, default=VAR_DIR / ("demo/erasure-ledger" if DEMO else "erasure-ledger"), base=BASE_DIR
)
# The last good copy of each public page; a folder for each database, site and demo.
KEPT_PAGES = environment.own_folder(
    VAR_DIR / "pages",
    *(str(DATABASES["default"].get(fact, "")) for fact in ("HOST", "PORT", "NAME", "OPTIONS")),
    *(SITE_URL, str(DEMO)),
)

# Mail: None means that EMAIL_URL is unset, and notifications wait in the outbox.

_email = environment.email(env)
EMAIL_CONFIGURED = bool(_email)
EMAIL_BACKEND = _email.get("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST = _email.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = _email.get("DEFAULT_FROM_EMAIL") or "webmaster@localhost"

# Language and time. The language of a page is its path's; /es/ opens when its texts are complete.

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = ("en", "es")
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "America/Los_Angeles"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"

# Accounts

AUTHENTICATION_BACKENDS = ["amity_site.accounts.OneQueryBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    ]
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Cookies, transport and headers

_cookie_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}sessionid"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one working day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None  # the browser's session: a shared phone keeps no sign of the form
CSRF_FAILURE_VIEW = "amity_site.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Preloading binds a whole domain for years. That is its owner's step, not a default of ours.
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Requests. A public form is a few kilobytes; what is larger is refused by its length, unread.

PUBLIC_BODY_LIMIT = 64 * 1024  # bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes, the admin's limit
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Forms

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "amity_site.logs.PrivateFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # Robots that try host names: each was answered 400, which is all there is to say.
        # (Without any handler Python itself would print them.)
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}
