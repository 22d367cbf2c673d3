"""The locks: every file that gets installed is known by its hash, from wherever pip looks."""

from __future__ import annotations

import re

import pytest

from tests.locks import LOCKS, ROOT


def requirements(name: str) -> list[str]:
    """Each requirement of a lock with its continuation lines joined."""
    return (ROOT / name).read_text().replace("\\\n", " ").strip().splitlines()


def pins(name: str) -> set[str]:
    return {line.split("--hash")[0].strip() for line in requirements(name)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name):
    assert "://" not in (ROOT / name).read_text()
    assert not re.search(r"^\s*-", (ROOT / name).read_text().replace("    --hash", ""), re.M)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name):
    for line in requirements(name):
        assert re.match(r"[a-z0-9._-]+==\S+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


def test_tests_run_with_what_serves():
    assert pins("requirements.txt") <= pins("requirements-dev.txt")
