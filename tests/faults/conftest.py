"""A database and a web server of the tests' own, on SQLite and on PostgreSQL, to be broken at will.

Sizes are CI's; `make faults` sets FAULT_ROUNDS and FAULT_POSTS to the full figures.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.cluster import PostgresCluster
from tests.faults.postbox import Postbox
from tests.serving import Served, copy_project, manage

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "20"))
# Everybody here calls from one address: the limit on posts is not what these tests are about.
UNLIMITED = {"INQUIRY_RATE": "1000000/s"}
STAFF = ("cora@example.org", "lea@example.org")

MAKE_STAFF = f"""
from django.contrib.auth.models import Group, User
from admissions import access
for email in {STAFF}:
    user = User.objects.create_user(email.split("@")[0], email, is_staff=True)
    user.groups.add(Group.objects.get(name=access.COORDINATORS))
"""


@dataclass
class Site:
    """The project's copy in `folder`, its database prepared and filled with the real content."""

    folder: Path
    database_url: str
    variables: dict[str, str] = field(default_factory=dict)

    def start(self, port: int | None = None) -> Served:
        """gunicorn with the site's own settings; not yet answering."""
        gunicorn = ["-m", "gunicorn", "-c", "python:amity_site.gunicorn_conf", "amity_site.wsgi"]
        return self._run([sys.executable, *gunicorn], port)

    def start_worker(self) -> Served:
        """The notification worker, as `make run` keeps it running. It listens on no port."""
        return self.start_command("work")

    def start_command(self, *arguments: str) -> Served:
        """A management command that is not waited for."""
        return self._run([sys.executable, "manage.py", *arguments], None)

    def _run(self, command: list[str], port: int | None) -> Served:
        return Served(self.folder, command, port=port, **self._environment)

    @property
    def _environment(self) -> dict[str, str]:
        return UNLIMITED | {"DATABASE_URL": self.database_url} | self.variables

    @property
    def kind(self) -> str:
        return self.database_url.split(":")[0]

    def manage(self, *arguments: str) -> str:
        """Standard output of a management command that has to succeed."""
        result = manage(self.folder, *arguments, **self._environment)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def ask(self, code: str) -> Any:
        """What `code` prints as JSON, run with the site's own models and keys."""
        return json.loads(self.manage("shell", "-v0", "-c", code))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database itself holds, read without the site's code."""
        if self.kind == "sqlite":
            path = self.database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path)) as connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        """Change what the database holds, behind the back of the site's code."""
        if self.kind == "sqlite":
            path = self.database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute(sql)
            return
        with psycopg.connect(self.database_url) as connection:
            connection.execute(sql)


def prepared(folder: Path, database_url: str) -> Site:
    """A site with its content and two people on its staff."""
    site = Site(folder, database_url)
    site.manage("prepare")
    site.manage("shell", "-v0", "-c", MAKE_STAFF)
    return site


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresCluster]:
    cluster = PostgresCluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def new_sqlite(folder: Path, tmp_path_factory) -> Callable[[], str]:
    """Makes the URL of a prepared database that nobody else uses."""
    template = tmp_path_factory.mktemp("template") / "site.sqlite3"
    prepared(folder, f"sqlite:///{template}")

    def copy() -> str:
        path = tmp_path_factory.mktemp("sqlite") / "site.sqlite3"
        shutil.copy2(template, path)
        return f"sqlite:///{path}"

    return copy


@pytest.fixture(scope="session")
def new_postgresql(folder: Path, cluster: PostgresCluster) -> Callable[[], str]:
    prepared(folder, cluster.copy("template1", "prepared"))
    return lambda: cluster.copy("prepared", "faults")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    make: Callable[[], str] = request.getfixturevalue(f"new_{request.param}")
    return make()


@pytest.fixture
def site(folder: Path, database_url: str) -> Site:
    return Site(folder, database_url)


@pytest.fixture
def server(site: Site) -> Iterator[Served]:
    """The site, answering."""
    served = site.start()
    try:
        served.wait_until_it_answers()
        yield served
    finally:
        served.end()


@pytest.fixture
def box(site: Site) -> Iterator[Postbox]:
    """The mail server of the site's processes that start after it."""
    box = Postbox()
    site.variables["EMAIL_URL"] = box.url
    yield box
    box.close()


@pytest.fixture
def worker(site: Site, box: Postbox) -> Iterator[Served]:
    """The notification worker, running."""
    del box
    served = site.start_worker()
    yield served
    served.end()


@pytest.fixture
def figures(capsys: pytest.CaptureFixture[str]) -> Callable[[Site, str], None]:
    """Prints what a test counted, captured or not: it is what one runs these tests for."""

    def show(site: Site, words: str) -> None:
        with capsys.disabled():
            print(f"\n{site.kind}: {words}")  # noqa: T201

    return show
