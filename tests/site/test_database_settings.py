"""How the database is opened: what makes an acknowledged inquiry safe."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from environs import Env, EnvError

from amity_site import environment


@pytest.fixture
def handler(tmp_path: Path, monkeypatch, django_db_blocker) -> Iterator[ConnectionHandler]:
    """Connections to a SQLite file, opened as the site opens its own."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'site.sqlite3'}")
    handler = ConnectionHandler({"default": environment.database(Env(), base=tmp_path)})
    # pytest-django guards the test database; this one is our own.
    with django_db_blocker.unblock():
        yield handler
        handler.close_all()


@pytest.fixture
def connection(handler) -> BaseDatabaseWrapper:
    return handler["default"]


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("recursive_triggers", 1),
        ("busy_timeout", 20_000),  # milliseconds
    ],
)
def test_sqlite_is_opened_with_its_safe_settings(connection, pragma, value):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


def test_a_transaction_takes_the_write_lock_when_it_begins(connection, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n INTEGER)")
    other = sqlite3.connect(tmp_path / "site.sqlite3", timeout=0)
    _begin(connection)
    try:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO t VALUES (1)")
    finally:
        connection.rollback()
        other.close()


def _begin(connection: BaseDatabaseWrapper) -> None:
    """As `atomic()` does."""
    connection.ensure_connection()
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def test_eight_threads_that_read_and_then_write_all_succeed(handler):
    with handler["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE t (n INTEGER)")
        cursor.execute("INSERT INTO t VALUES (0)")
    failures: list[Exception] = []

    def count_up() -> None:
        # ConnectionHandler keeps a connection for each thread.
        connection = handler["default"]
        try:
            for _ in range(25):
                _read_then_write(connection)
        except OperationalError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with handler["default"].cursor() as cursor:
        cursor.execute("SELECT n FROM t")
        assert (failures, cursor.fetchone()) == ([], (200,))


def _read_then_write(connection: BaseDatabaseWrapper) -> None:
    _begin(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM t")
        (n,) = cursor.fetchone()
        cursor.execute("UPDATE t SET n = %s", [n + 1])
    connection.commit()
    connection.set_autocommit(True)


def _config(monkeypatch, tmp_path: Path, url: str) -> dict:
    monkeypatch.setenv("DATABASE_URL", url)
    return environment.database(Env(), base=tmp_path)


def test_postgresql_connections_persist_and_are_checked(monkeypatch, tmp_path):
    config = _config(monkeypatch, tmp_path, "postgresql://user@host:5432/site")
    assert config["CONN_MAX_AGE"] == 600
    assert config["CONN_HEALTH_CHECKS"] is True


def test_postgresql_connections_can_be_pooled_instead(monkeypatch, tmp_path):
    config = _config(monkeypatch, tmp_path, "postgresql://user@host:5432/site?pool=true")
    assert config["OPTIONS"]["pool"] is True
    assert config.get("CONN_MAX_AGE", 0) == 0


def test_a_database_of_another_kind_is_refused(monkeypatch, tmp_path):
    with pytest.raises(EnvError, match="SQLite or PostgreSQL"):
        _config(monkeypatch, tmp_path, "mysql://localhost/site")


def test_a_new_sqlite_folder_is_private(monkeypatch, tmp_path):
    _config(monkeypatch, tmp_path, "sqlite:///var/demo/site.sqlite3")
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0
