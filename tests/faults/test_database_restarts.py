"""PostgreSQL is restarted while people send inquiries, in order and as after a crash."""

from __future__ import annotations

import random
import time

import pytest

from tests.faults.cluster import PostgresCluster
from tests.faults.conftest import ROUNDS, Site
from tests.faults.crowd import Crowd
from tests.faults.postbox import Postbox
from tests.faults.stored import each_is_announced, each_sent_once_and_whole
from tests.serving import Served, eventually

SEED = 20_240_603
MODES = ("fast", "immediate")


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_restarts_of_the_database_lose_double_and_halve_nothing(
    site: Site, box: Postbox, server: Served, cluster: PostgresCluster, figures
):
    chance = random.Random(SEED)  # noqa: S311
    with Crowd(server.port) as crowd:
        assert eventually(lambda: bool(crowd.acknowledged))
        for number in range(ROUNDS // 2):
            time.sleep(chance.uniform(0.1, 0.6))
            cluster.restart(MODES[number % 2])
    tally = each_sent_once_and_whole(site, crowd.acknowledged)
    announced = each_is_announced(site, box)
    figures(
        site,
        f"{ROUNDS // 2} restarts ({' and '.join(MODES)} in turn); "
        f"{len(crowd.acknowledged)} references shown, {tally.inquiries} inquiries stored, "
        f"{crowd.not_now} posts answered with the page that keeps the answers, "
        f"{crowd.cut_off} cut off; {announced} notifications sent",
    )
    assert crowd.not_now > 0
    assert crowd.cut_off == 0
    assert announced > 0
