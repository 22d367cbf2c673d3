"""A copy of the project to run commands in, made once for each test process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Served, copy_project, serving


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="session")
def served(checkout: Path) -> Iterator[Served]:
    """The site as `make run` serves it, in `checkout`, answering; for tests that let it live."""
    yield from serving(checkout)


@pytest.fixture
def own_server(checkout: Path) -> Iterator[Served]:
    """The same for one test, which may stop it."""
    yield from serving(checkout)
