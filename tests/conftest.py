"""The standing cast: one person for each role, and the site with its real content."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command

from admissions import access


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


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


@pytest.fixture
def site(db) -> None:
    """The site filled with its real content."""
    call_command("load_content", verbosity=0)
