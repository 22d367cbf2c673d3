"""The disk is full: nobody is shown a reference that is not stored, and no answer is lost.

On SQLite everything the site writes is on that disk (all of var/), on PostgreSQL everything that
the database server writes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.cluster import PostgresCluster
from tests.faults.conftest import ROUNDS, Site, prepared
from tests.faults.crowd import Crowd
from tests.faults.disk import SmallDisk
from tests.faults.postbox import Postbox
from tests.faults.stored import each_is_announced, each_sent_once_and_whole
from tests.serving import Served, copy_project, eventually

TIMES = max(2, ROUNDS // 10)
SMALL = {"max_wal_size": "8MB", "min_wal_size": "2MB", "shared_buffers": "16MB"}


@dataclass
class Full:
    """A site on a disk that can be filled."""

    site: Site
    disk: SmallDisk
    cluster: PostgresCluster | None = None
    stops: int = 0  # how often PostgreSQL gave up, and was started again as a service would be

    def make_room(self) -> None:
        self.disk.empty()
        if self.cluster and not self.cluster.is_running:
            self.stops += 1
            self.cluster.start()


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request, tmp_path_factory) -> Iterator[Full]:
    if request.param == "sqlite":
        folder = copy_project(tmp_path_factory.mktemp("small"))
        disk = SmallDisk(folder / "var", 40)
        try:
            yield Full(prepared(folder, f"sqlite:///{disk.folder}/site.sqlite3"), disk)
        finally:
            disk.remove()
        return
    disk = SmallDisk(Path(tempfile.mkdtemp(prefix="amity-small-")), 96)
    try:
        cluster = PostgresCluster(disk.folder / "cluster", **SMALL)
        folder = request.getfixturevalue("folder")
        yield Full(prepared(folder, cluster.url), disk, cluster)
        cluster.remove()
    finally:
        disk.remove()
        disk.folder.rmdir()


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
