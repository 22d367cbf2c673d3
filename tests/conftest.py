"""The standing cast: one person for each role, and the site with its real content."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Model

from admissions import access, rate
from programs import versioning
from programs.models import LoadedRecord
from tests import append_only


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    rate.forget()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _erasure_ledger_of_its_own(settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path / "erasure-ledger"


@pytest.fixture(autouse=True, scope="session")
def _logs_can_be_emptied_between_tests():
    """A test with real transactions ends by emptying every table, the append-only ones too."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def emptied(self, sql_list):
        with append_only.lifted():
            flush(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", emptied)
        yield


def _member(username: str, group: str) -> User:
    user = User.objects.create_user(
        username, email=f"{username}@staff.example", password="pw-for-tests-only", is_staff=True
    )
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def coordinator(db) -> User:
    return _member("cora", access.COORDINATORS)


@pytest.fixture
def colleague(db) -> User:
    """A second coordinator."""
    return _member("colin", access.COORDINATORS)


@pytest.fixture
def lead(db) -> User:
    return _member("leda", access.LEADS)


@pytest.fixture
def editor(db) -> User:
    return _member("edith", access.EDITORS)


@pytest.fixture
def auditor(db) -> User:
    return _member("audrey", access.AUDITORS)


@pytest.fixture
def outsider(db) -> User:
    """Staff, but in no group."""
    return User.objects.create_user("otto", password="pw-for-tests-only", is_staff=True)


# The rows that load_content made in this process's test database, so that only the first test
# that asks for the site pays for reading and checking the content file.
_loaded: dict[type[Model], list[Model]] = {}


@pytest.fixture
def database_down(monkeypatch):
    """`with database_down():` no query is answered; the error quotes what a row could hold."""

    def refuse(*_args: object, **_more: object) -> None:
        raise OperationalError("(555) 010-0199 in a driver's message")

    @contextmanager
    def down():
        with monkeypatch.context() as patch:
            patch.setattr(connection, "cursor", refuse)
            patch.setattr(connection, "chunked_cursor", refuse)
            yield

    return down


@pytest.fixture
def versions_at_once(db) -> None:
    """A new content version with each change, though a test's transaction is never committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {versioning.TRIGGER} IMMEDIATE")


@pytest.fixture
def site(db, versions_at_once) -> None:
    """The site filled with its real content."""
    if _loaded:
        for model, rows in _loaded.items():
            model._base_manager.bulk_create(rows)
        return
    call_command("load_content", verbosity=0)
    models = [*versioning.content_models(), LoadedRecord]
    _loaded.update({model: list(model._base_manager.all()) for model in _parents_first(models)})


def _parents_first(models: Iterable[type[Model]]) -> list[type[Model]]:
    waiting, ordered = list(models), []
    while waiting:
        for model in waiting:
            targets = {f.related_model for f in model._meta.fields if f.related_model}
            if not targets & (set(waiting) - {model}):
                ordered.append(model)
        waiting = [model for model in waiting if model not in ordered]
    return ordered
