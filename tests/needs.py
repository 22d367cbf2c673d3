"""`make test-all` begins here: what it needs is there, or it ends with one line and skips nothing.

Usage: python -m tests.needs chromium=PATH java=PATH npm=PATH database=URL cache=URL
"""

from __future__ import annotations

import shutil
import sys
from importlib import import_module

import psycopg
import redis


def program(path: str) -> None:
    if shutil.which(path) is None:
        raise OSError(f"there is no {path}")


chromium = java = lynx = npm = program


def database(url: str) -> None:
    psycopg.connect(url, connect_timeout=5).close()


def cache(url: str) -> None:
    redis.Redis.from_url(url, socket_connect_timeout=5).ping()


MENDED_BY = {
    "chromium": "install Debian's chromium, or name one with CHROMIUM=…",
    "java": "install Debian's default-jre-headless, or name one with JAVA=…",
    "lynx": "install Debian's lynx",
    "npm": "install Debian's npm",
    "database": "start PostgreSQL, or name one with TEST_DATABASE_URL=…",
    "cache": "start Redis, or name one with TEST_CACHE_URL=…",
}


def main(arguments: list[str]) -> None:
    here = import_module(__name__)
    for argument in arguments:
        name, _, value = argument.partition("=")
        try:
            getattr(here, name)(value)
        except (OSError, psycopg.Error, redis.RedisError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            sys.exit(f"make test-all needs {name}: {MENDED_BY[name]} ({reason})")


if __name__ == "__main__":
    main(sys.argv[1:])
