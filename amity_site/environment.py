"""Typed readers for the few environment variables whose mistakes need explaining.

Each raises environs.EnvError with one sentence that names the variable and what to write instead.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import dj_database_url
import dj_email_url
from environs import Env, EnvError
from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
    RateLimitItemPerSecond,
)

from .keyfiles import private_folder, read_or_make

SQLITE_OPTIONS = {
    # IMMEDIATE takes the write lock at BEGIN, where the busy timeout applies. The default
    # (DEFERRED) fails at once when a reading transaction turns into a writing one.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;"
        # FULL: a commit that was acknowledged survives a power cut, also in WAL mode.
        "PRAGMA synchronous=FULL;"
        "PRAGMA foreign_keys=ON;"
        # What is deleted is overwritten, so that a purged inquiry is not left in free pages.
        "PRAGMA secure_delete=ON;"
        # INSERT OR REPLACE must not slip past DELETE triggers.
        "PRAGMA recursive_triggers=ON;"
    ),
}


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, brackets allowed) only reaches this machine."""
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def site_url(env: Env) -> str:
    """SITE_URL without a trailing slash: `https://host[:port]`, `http://` on loopback, or ""."""
    value: str = env.str("SITE_URL", "").rstrip("/")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if (
        not re.fullmatch(r"[A-Za-z0-9.:-]+", host)
        or parts.path
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise EnvError('SITE_URL must be an address without a path, such as "https://example.org"')
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise EnvError('SITE_URL must begin with "https://" (plain http is for loopback only)')
    return value


POSTGRESQL_PATIENCE = {
    "connect_timeout": 3,  # seconds
    "tcp_user_timeout": 10_000,  # milliseconds until sent data has to be acknowledged
    "keepalives_idle": 10,  # seconds of silence until the server is asked whether it is there
    "keepalives_interval": 3,
    "keepalives_count": 3,
}


def database(env: Env, *, base: Path) -> dict[str, Any]:
    """DATABASE_URL as a DATABASES entry: SQLite (default: var/site.sqlite3) or PostgreSQL.

    A relative SQLite path is taken from the project's root, so that every command uses the same
    file wherever it is called from. `?pool=true` asks for psycopg's connection pool; otherwise
    PostgreSQL connections persist, checked before each request.
    """
    url = env.str("DATABASE_URL", "") or f"sqlite:///{base / 'var' / 'site.sqlite3'}"
    wanted = "sqlite:///path/to/file or postgresql://user:password@host:port/name"
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, KeyError) as error:
        raise EnvError(f"DATABASE_URL is not understood: it must look like {wanted}") from error
    engine = config.get("ENGINE", "")
    if engine == "django.db.backends.sqlite3":
        return _sqlite(config, base=base)
    if engine == "django.db.backends.postgresql" and config.get("NAME"):
        return _postgresql(config)
    raise EnvError(f"DATABASE_URL must name a database of SQLite or PostgreSQL: {wanted}")


def _sqlite(config: dict[str, Any], *, base: Path) -> dict[str, Any]:
    if config["NAME"] in {"", ":memory:"}:
        raise EnvError("DATABASE_URL names no file, and a database in memory is lost at once")
    path = base / config["NAME"]  # an absolute name stays as it is
    try:
        private_folder(path.parent)
    except OSError as error:
        raise EnvError(
            f"DATABASE_URL names {path}, whose folder cannot be made: {error.strerror}"
        ) from error
    if path.is_dir():
        raise EnvError(f"DATABASE_URL names the folder {path}; it must name a file")
    return config | {"NAME": str(path), "OPTIONS": SQLITE_OPTIONS}


def _postgresql(config: dict[str, Any]) -> dict[str, Any]:
    options = config.setdefault("OPTIONS", {})
    # A server that lost its power answers nothing, not even "refused".
    for name, bound in POSTGRESQL_PATIENCE.items():
        options.setdefault(name, bound)
    if str(options.pop("pool", "")).lower() in {"1", "true", "yes"}:
        options["pool"] = True
        return config
    return config | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


PERIODS = {
    "s": RateLimitItemPerSecond,
    "m": RateLimitItemPerMinute,
    "h": RateLimitItemPerHour,
    "d": RateLimitItemPerDay,
}


@dataclass(frozen=True)
class Rate:
    """So many times in a second, minute, hour or day."""

    amount: int
    period: str

    def limit(self, amount: int) -> RateLimitItem:
        """As the library has it, with `amount` in place of its own."""
        return PERIODS[self.period](amount)


def inquiry_rate(env: Env) -> Rate:
    """INQUIRY_RATE: inquiries that one network may send, by default 60/h."""
    text = env.str("INQUIRY_RATE", "") or "60/h"
    found = re.fullmatch(r"([1-9][0-9]{0,8}) */ *([smhd])", text.strip(), re.ASCII)
    if not found:
        raise EnvError(
            f'INQUIRY_RATE is "{text}"; it must look like 60/h: a number from 1, a slash, '
            "and s, m, h or d"
        )
    return Rate(int(found[1]), found[2])


MOST_PROXIES = 9


def proxy_count(env: Env, *, https: bool) -> int:
    """PROXY_COUNT: how many proxies of ours each request passes, 1 with https, otherwise 0."""
    text = env.str("PROXY_COUNT", "") or ("1" if https else "0")
    if not re.fullmatch(r"[0-9]", text.strip(), re.ASCII):
        raise EnvError(f'PROXY_COUNT is "{text}"; it must be a number from 0 to {MOST_PROXIES}')
    return int(text)


KEY_BYTES = 32  # AES-256, HMAC-SHA-256


def new_key() -> str:
    """32 random bytes as INQUIRY_KEYS and LOOKUP_KEY write them: URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def inquiry_keys(env: Env) -> list[bytes]:
    """INQUIRY_KEYS (comma-separated, newest first), or those in var/secrets, made if missing."""
    written = env.str("INQUIRY_KEYS", "") or read_or_make("INQUIRY_KEYS", make=new_key)
    keys = [_key("INQUIRY_KEYS", part) for part in re.split(r"[,\s]+", written) if part]
    if not keys:
        raise EnvError("INQUIRY_KEYS holds no key")
    if len(set(keys)) < len(keys):
        raise EnvError("INQUIRY_KEYS holds the same key twice")
    return keys


def lookup_key(env: Env) -> bytes:
    """LOOKUP_KEY, or the one in var/secrets, made if missing."""
    return _key("LOOKUP_KEY", env.str("LOOKUP_KEY", "") or read_or_make("LOOKUP_KEY", make=new_key))


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), "-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        # Never the text itself: it may be a key with one letter missing.
        raise EnvError(
            f"{name} must be {KEY_BYTES} random bytes in URL-safe base64 (43 characters); "
            "`manage.py rotate_inquiry_keys --print-new-key` writes one"
        )
    return key


def erasure_ledger(env: Env, *, default: Path, base: Path) -> Path:
    """ERASURE_LEDGER, the file that outlives a restore; its folder is made if it is missing."""
    path = base / (env.str("ERASURE_LEDGER", "") or default)  # an absolute name stays as it is
    try:
        private_folder(path.parent)
    except OSError as error:
        raise EnvError(
            f"ERASURE_LEDGER names {path}, whose folder cannot be made: {error.strerror}"
        ) from error
    if path.is_dir():
        raise EnvError(f"ERASURE_LEDGER names the folder {path}; it must name a file")
    return path


def own_folder(parent: Path, *facts: str) -> Path:
    """The folder below `parent` of the site that these `facts` tell from any other on this host."""
    return parent / hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def cache(env: Env) -> dict[str, Any]:
    """CACHE_URL as a CACHES entry: in this process (default), or `redis://host:port/number`."""
    url = env.str("CACHE_URL", "")
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    try:
        parts = urlsplit(url)
        # redis-py reads a database that is not a number as database 0.
        understood = parts.scheme == "unix" or (
            parts.scheme in {"redis", "rediss"}
            and parts.port != 0
            and (parts.path.strip("/") or "0").isdigit()
        )
    except ValueError:
        understood = False
    if not understood:
        raise EnvError("CACHE_URL must look like redis://host:6379/0, or be empty")
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}


def email(env: Env) -> dict[str, Any]:
    """EMAIL_URL as Django's mail settings; {} when unset, and then notifications wait."""
    url = env.str("EMAIL_URL", "")
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        understood = parts.scheme in {"console", "file"} or (
            parts.scheme in {"smtp", "submission", "submit"}
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and _mail_options(parts.query)
        )
    except ValueError:
        understood = False
    if not understood:
        raise EnvError(
            "EMAIL_URL must look like smtp://user:password@host:587/?tls=True, or be empty"
        )
    config = dict(dj_email_url.parse(url))
    encrypted = config.get("EMAIL_USE_TLS") or config.get("EMAIL_USE_SSL")
    if parts.password and not encrypted and not is_loopback(parts.hostname or ""):
        raise EnvError("EMAIL_URL would send its password unencrypted: add ?tls=True or ?ssl=True")
    return config


def _mail_options(query: str) -> bool:
    """Whether each option is one we know. The library reads a mistyped one as "no encryption"."""
    booleans = {"true", "false", "1", "0", "yes", "no", "on", "off"}
    return all(
        (name in {"tls", "ssl"} and value.lower() in booleans)
        or name in {"timeout", "_default_from_email", "_server_email"}
        for name, value in parse_qsl(query, keep_blank_values=True)
    )


def allowed_hosts(env: Env, *, site: str) -> list[str]:
    """ALLOWED_HOSTS (comma-separated host names), by default loopback and SITE_URL's host."""
    written: list[str] = env.list("ALLOWED_HOSTS", [])
    hosts = [host.strip() for host in written if host.strip()]
    for host in hosts:
        if "/" in host or " " in host:
            raise EnvError(f'ALLOWED_HOSTS holds "{host}": write names only, such as "example.org"')
    if hosts:
        return hosts
    own = urlsplit(site).hostname
    return ["localhost", "127.0.0.1", "[::1]", *([own] if own else [])]
