"""The disk is full: nobody is shown a reference that is not stored, and no answer is lost.

On SQLite everything the site writes is on that disk (all of var/), on PostgreSQL everything that
the database server writes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.faults.cluster import PostgresCluster
from tests.faults.conftest import ROUNDS, Site, prepared
from tests.faults.crowd import Crowd
from tests.faults.disk import Disk, small_disk
from tests.faults.postbox import Postbox
from tests.faults.stored import each_is_announced, each_sent_once_and_whole
from tests.serving import Served, children, copy_project, eventually

TIMES = max(2, ROUNDS // 10)
SMALL = {"max_wal_size": "8MB", "min_wal_size": "2MB", "shared_buffers": "16MB"}


@dataclass
class Full:
    """A site on a disk that can be filled."""

    site: Site
    disk: Disk
    cluster: PostgresCluster | None = None
    stops: int = 0  # how often PostgreSQL gave up, and was started again as a service would be

    def accepts(self) -> bool:
        """Whether the database takes connections again."""
        try:
            return self.site.rows("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def make_room(self) -> None:
        self.disk.empty()
        if self.cluster and not eventually(self.accepts, seconds=5):
            self.stops += 1
            if self.cluster.is_running:
                self.cluster.stop()
            self.cluster.start()


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request, tmp_path_factory) -> Iterator[Full]:
    make = full_sqlite if request.param == "sqlite" else full_postgresql
    with make(tmp_path_factory.mktemp("small"), request.getfixturevalue) as full:
        yield full


@contextmanager
def full_sqlite(folder: Path, _fixture) -> Iterator[Full]:
    copy_project(folder)
    # The site's processes are this test's only children that work in its folder.
    disk = small_disk(folder / "var", 40, lambda: working_in(folder))
    try:
        yield Full(prepared(folder, f"sqlite:///{disk.folder}/site.sqlite3"), disk)
    finally:
        disk.remove()


@contextmanager
def full_postgresql(_folder: Path, fixture) -> Iterator[Full]:
    where = Path(tempfile.mkdtemp(prefix="amity-small-"))  # reachable for its account
    clusters: list[PostgresCluster] = []
    disk = small_disk(where, 96, lambda: clusters[0].pids)
    try:
        where.chmod(0o755)
        clusters.append(PostgresCluster(where / "cluster", **SMALL))
        yield Full(prepared(fixture("folder"), clusters[0].url), disk, clusters[0])
    finally:
        for cluster in clusters:
            cluster.remove()
        disk.remove()
        where.rmdir()


def working_in(folder: Path) -> list[int]:
    return [pid for pid in children(os.getpid()) if Path(f"/proc/{pid}/cwd").resolve() == folder]


@pytest.fixture
def site(full: Full) -> Site:
    return full.site


@pytest.mark.usefixtures("worker")
def test_a_full_disk_costs_no_inquiry_and_no_answer(
    full: Full, site: Site, box: Postbox, server: Served, figures
):
    met: list[int] = []  # posts put off, each time
    with Crowd(server.port) as crowd:
        for _time in range(TIMES):
            confirmed = len(crowd.acknowledged)
            assert eventually(lambda: len(crowd.acknowledged) > confirmed + 8, seconds=60)  # noqa: B023
            before = crowd.not_now
            full.disk.fill()
            assert eventually(lambda: crowd.not_now > before + 20, seconds=60)  # noqa: B023
            full.make_room()
            met.append(crowd.not_now - before)
    tally = each_sent_once_and_whole(site, crowd.acknowledged)
    announced = each_is_announced(site, box)
    figures(
        site,
        f"disk full {TIMES} times; {len(crowd.acknowledged)} references shown, {tally.inquiries} "
        f"inquiries stored, {sum(met)} posts answered with the page that keeps the answers, "
        f"{crowd.cut_off} cut off; {announced} notifications sent; "
        f"the database server gave up {full.stops} times",
    )
    assert crowd.cut_off == 0
    assert "Traceback" not in server.output
