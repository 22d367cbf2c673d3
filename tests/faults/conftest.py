"""A database and a web server of the tests' own, on SQLite and on PostgreSQL, to be broken at will.

Sizes are CI's; `make faults` sets FAULT_ROUNDS and FAULT_POSTS to the full figures.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.serving import Served, copy_project, manage

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"


@dataclass
class Site:
    """The project's copy in `folder`, its database prepared and filled with the real content."""

    folder: Path
    database_url: str

    def start(self, port: int | None = None) -> Served:
        """gunicorn with the site's own settings; not yet answering."""
        return Served(
            self.folder,
            [
                sys.executable,
                *("-m", "gunicorn", "-c", "python:amity_site.gunicorn_conf"),
                "amity_site.wsgi",
            ],
            port=port,
            DATABASE_URL=self.database_url,
        )

    def manage(self, *arguments: str) -> str:
        """Standard output of a management command that has to succeed."""
        result = manage(self.folder, *arguments, DATABASE_URL=self.database_url)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database itself holds, read without the site's code."""
        if self.database_url.startswith("sqlite"):
            path = self.database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path)) as connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        """Change what the database holds, behind the back of the site's code."""
        if self.database_url.startswith("sqlite"):
            path = self.database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute(sql)
            return
        with psycopg.connect(self.database_url) as connection:
            connection.execute(sql)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'faults.sqlite3'}"
        return
    server = os.environ.get("TEST_DATABASE_URL", POSTGRESQL)
    name = f"amity_faults_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def site(folder: Path, database_url: str) -> Site:
    site = Site(folder, database_url)
    site.manage("prepare")
    return site


@pytest.fixture
def server(site: Site) -> Iterator[Served]:
    """The site, answering."""
    served = site.start()
    try:
        served.wait_until_it_answers()
        yield served
    finally:
        served.end()
