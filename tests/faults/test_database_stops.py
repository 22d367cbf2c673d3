"""The database goes away and comes back under a running site, on SQLite and on PostgreSQL."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults import visitor
from tests.faults.cluster import PostgresCluster, SqliteFile, Stoppable
from tests.faults.conftest import Site
from tests.pages import CONTENT_PAGES, FORM
from tests.serving import Served, eventually

# New connections, so that every worker is asked.
OFTEN = 8
LIVE_UNTIL = "UPDATE programs_page SET live_until = {0} WHERE slug = 'rights'"
RENAME = "UPDATE programs_crisisline SET name = '{0}', name_en = '{0}'"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request, tmp_path_factory) -> Iterator[Stoppable]:
    if request.param == "sqlite":
        yield SqliteFile(tmp_path_factory.mktemp("database"))
        return
    cluster = PostgresCluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def site(folder, database) -> Site:
    site = Site(folder, database.url)
    site.manage("prepare")
    return site


def ask(server: Served, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def post(server: Served, form: visitor.Form) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("POST", FORM, form.body(visitor.answers("Kept Through")), form.headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def ready(server: Served) -> bool:
    return ask(server, "/readyz")[0] == 200


def stop(database: Stoppable, server: Served) -> None:
    database.stop()
    assert eventually(lambda: not ready(server))


def test_every_page_seen_once_still_answers_from_every_worker(site, server, database):
    seen = {path: ask(server, path) for path in CONTENT_PAGES}
    assert {status for status, _ in seen.values()} == {200}
    stop(database, server)
    for path, before in seen.items():
        assert [ask(server, path) for _ in range(OFTEN)] == [before] * OFTEN, path
    assert ask(server, "/healthz")[0] == 200
    database.start()


def test_a_server_started_without_its_database_shows_what_was_seen(site, server, database):
    seen = {path: ask(server, path) for path in CONTENT_PAGES}
    server.end()
    database.stop()
    again = site.start(server.port)
    try:
        again.wait_until_it_answers()
        assert {path: ask(again, path) for path in CONTENT_PAGES} == seen
    finally:
        again.end()
        database.start()


def test_the_form_is_honest_and_sends_again_once_the_database_is_back(site, server, database):
    form = visitor.fetch_form(server.port)
    stop(database, server)
    status, words = ask(server, FORM)
    assert status == 503
    assert "cannot be sent right now" in words and "888-724-7240" in words
    status, words = post(server, form)
    assert status == 503
    assert "your answers are still here" in words and "Kept Through" in words
    database.start()
    assert eventually(lambda: ready(server))
    assert post(server, form)[0] == 302
    assert site.rows("SELECT count(*) FROM admissions_inquiry") == [(1,)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_hangs_holds_up_neither_the_pages_nor_the_health(site, server, database):
    seen = {path: ask(server, path) for path in CONTENT_PAGES}
    form = visitor.fetch_form(server.port)
    waiting = [threading.Thread(target=ask, args=[server, "/search/?q=help"]) for _ in range(6)]
    database.freeze()
    try:
        for thread in waiting:
            thread.start()
        time.sleep(4)  # one look's patience, and the next look
        for path, before in seen.items():
            begun = time.monotonic()
            assert [ask(server, path) for _ in range(4)] == [before] * 4, path
            assert time.monotonic() - begun < 8
        assert ask(server, "/healthz")[0] == 200
        assert ask(server, "/readyz")[0] == 503
        status, words = ask(server, FORM)
        assert status == 503 and "cannot be sent right now" in words
        status, words = post(server, form)
        assert status == 503 and "Kept Through" in words
        assert ask(server, "/admin/login/")[0] == 503
    finally:
        database.thaw()
    for thread in waiting:
        thread.join(30)
    assert eventually(lambda: ready(server))
    assert ask(server, "/admin/login/")[0] == 200


def test_an_edit_is_seen_on_every_worker_of_every_host_within_a_second(site, server, database):
    other = site.start()
    try:
        other.wait_until_it_answers()
        hosts = [server, other]
        for host in hosts * OFTEN:
            ask(host, "/help-now/")
        for name in ("First Name", "Second Name"):
            site.execute(RENAME.format(name))
            time.sleep(1)
            pages = [ask(host, "/help-now/")[1] for host in hosts * OFTEN]
            assert all(name in page for page in pages)
    finally:
        other.end()


def test_a_record_whose_time_comes_is_seen_on_every_worker_within_a_second(site, server, database):
    for _ in range(OFTEN):
        assert ask(server, "/rights/")[0] == 200
    soon = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', '+4 seconds')"}.get(
        database.url.split(":")[0], "now() + interval '4 seconds'"
    )
    site.execute(LIVE_UNTIL.format(soon))
    end = time.monotonic() + 4
    time.sleep(1)
    assert {ask(server, "/rights/")[0] for _ in range(OFTEN)} == {200}
    time.sleep(end + 1 - time.monotonic())
    assert {ask(server, "/rights/")[0] for _ in range(OFTEN)} == {404}
    site.execute(LIVE_UNTIL.format("NULL"))
