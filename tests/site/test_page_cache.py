"""The page cache before the real Django: what it keeps, compresses, forgets, falls back to."""

from __future__ import annotations

import datetime
import gzip
import time
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import brotli
import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from amity_site import freshness, page_cache
from amity_site.cached_page import accepted
from amity_site.kept_pages import MOST_HOSTS, KeptPages
from amity_site.page_cache import PageCache, is_public_page
from programs.models import Condition, CrisisLine, Page
from tests.pages import CONTENT_PAGES, FORM

pytestmark = pytest.mark.usefixtures("site")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
        return unpack.get(self.headers.get("Content-Encoding", ""), bytes)(self.body).decode()


class AtOnce:
    """Looks in the test's own thread, which alone sees the rows of its transaction."""

    def submit(self, look):
        done: Future[None] = Future()
        done.set_result(look())
        return done


class Worker:
    """One worker's cache; `kept` is the folder that all workers share."""

    def __init__(self, kept, **options):
        self.cache = PageCache(get_wsgi_application(), KeptPages(kept), looker=AtOnce(), **options)

    def get(
        self,
        path: str,
        *,
        method: str = "GET",
        query: str = "",
        environ: dict[str, str] | None = None,
        **headers: str,
    ) -> Answer:
        environ = (environ or {}) | {
            "PATH_INFO": path,
            "REQUEST_METHOD": method,
            "QUERY_STRING": query,
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        setup_testing_defaults(environ)
        said = []
        parts = self.cache(environ, lambda status, headers, _=None: said.extend([status, headers]))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        return Answer(int(said[0].split()[0]), dict(said[1]), body)

    def look_again(self) -> None:
        """As if a second had passed."""
        self.cache.freshness._next_look = 0


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """The connection of the test's transaction stays, as Django's own test client sees to."""
    monkeypatch.setattr(freshness, "close_old_connections", lambda: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "pages"


@pytest.fixture
def worker(kept, monkeypatch):
    # A second that never passes by itself: tests say when it has.
    monkeypatch.setattr(freshness, "LOOK_EVERY", 10_000)
    return Worker(kept, proxy_header=("HTTP_X_FORWARDED_PROTO", "https"))


@pytest.mark.parametrize("path", CONTENT_PAGES)
def test_a_page_seen_before_costs_no_query_and_no_django(worker, path):
    first = worker.get(path)
    worker.cache.application = None
    with CaptureQueriesContext(connection) as queries:
        again = worker.get(path)
    assert (again.status, again.body) == (200, first.body)
    assert len(queries) == 0


@pytest.mark.parametrize("name", ["br", "gzip"])
def test_a_page_comes_compressed_in_what_the_browser_takes(worker, name):
    plain = worker.get("/")
    packed = worker.get("/", accept_encoding=name)
    assert packed.headers["Content-Encoding"] == name
    assert packed.text == plain.body.decode()
    assert len(packed.body) == int(packed.headers["Content-Length"]) < len(plain.body) / 2
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("header", "order"),
    [
        ("gzip, deflate, br", ("br", "gzip", "")),
        ("gzip;q=1.0, br;q=0.5", ("br", "gzip", "")),
        ("br;q=0, gzip", ("gzip", "")),
        ("*", ("br", "gzip", "")),
        ("*;q=0", ("",)),
        ("identity", ("",)),
        ("gzip;q=nonsense", ("",)),
        ("", ("",)),
    ],
)
def test_what_a_browser_accepts_is_read_as_it_was_meant(header, order):
    assert accepted(header) == order


def test_who_has_the_page_is_told_304_without_a_body(worker):
    etag = worker.get("/", accept_encoding="br").headers["ETag"]
    again = worker.get("/", accept_encoding="br", if_none_match=f'"other", W/{etag}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == etag
    assert again.headers["Cache-Control"] and "Content-Encoding" not in again.headers


def test_another_encoding_is_another_etag(worker):
    etag = worker.get("/", accept_encoding="br").headers["ETag"]
    assert worker.get("/", accept_encoding="gzip", if_none_match=etag).status == 200


def test_head_answers_with_the_headers_of_get(worker):
    full = worker.get("/")
    head = worker.get("/", method="HEAD")
    assert head.body == b"" and head.headers == full.headers


def test_head_of_a_page_not_seen_yet_fills_the_cache_for_get(worker):
    head = worker.get("/", method="HEAD")
    worker.cache.application = None
    full = worker.get("/")
    assert head.body == b"" and head.headers == full.headers and full.status == 200


def test_head_of_the_form_has_no_body(worker):
    head = worker.get(FORM, method="HEAD")
    assert (head.status, head.body) == (200, b"")


def test_a_cdn_may_keep_it_for_a_minute_and_a_browser_asks_again(worker):
    control = worker.get("/").headers["Cache-Control"]
    for part in ("public", "max-age=0", "s-maxage=60", "stale-while-revalidate", "stale-if-error"):
        assert part in control


def test_the_strict_policy_is_on_a_kept_page_too(worker):
    first, again = worker.get("/"), worker.get("/")
    assert again.headers == first.headers
    assert "default-src 'none'" in again.headers["Content-Security-Policy"]


def test_an_unknown_query_string_is_answered_from_the_same_copy(worker):
    worker.get("/")
    worker.cache.application = None
    assert worker.get("/", query="utm_source=x&fbclid=y").status == 200


def test_an_edit_is_seen_at_the_next_look(worker):
    worker.get("/help-now/")
    CrisisLine.objects.update(name="A new name")
    assert "A new name" not in worker.get("/help-now/").text
    worker.look_again()
    assert "A new name" in worker.get("/help-now/").text


def test_a_look_costs_one_query_when_nothing_changed(worker):
    worker.get("/")
    worker.look_again()
    with CaptureQueriesContext(connection) as queries:
        worker.get("/")
    assert len(queries) == 1


def test_there_is_no_second_look_within_a_second(kept):
    worker = Worker(kept)
    worker.get("/")
    looks = []
    worker.cache.freshness._look = lambda: looks.append(time.monotonic())
    end = time.monotonic() + 1.4
    while time.monotonic() < end:
        worker.get("/")
    assert len(looks) in {1, 2}
    assert all(later - sooner >= 1 for sooner, later in zip(looks, looks[1:], strict=False))


@pytest.mark.parametrize(
    ("field", "before", "after"), [("live_from", 404, 200), ("live_until", 200, 404)]
)
def test_a_page_comes_and_goes_at_the_second_it_is_scheduled_for(worker, field, before, after):
    soon = timezone.now() + datetime.timedelta(hours=1)
    Page.objects.filter(slug="rights").update(**{field: soon})
    assert worker.get("/rights/").status == before
    with time_machine.travel(soon - datetime.timedelta(seconds=1), tick=False):
        worker.look_again()
        assert worker.get("/rights/").status == before
    with time_machine.travel(soon, tick=False):
        worker.look_again()
        assert worker.get("/rights/").status == after


def test_no_page_outlives_its_day(worker):
    worker.get("/")
    generation = worker.cache.freshness.generation()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1), tick=False):
        worker.look_again()
        assert worker.cache.freshness.generation() > generation


def test_each_host_has_its_own_copy(worker):
    assert "//localhost/" in worker.get("/", host="localhost").text
    assert "//127.0.0.1/" in worker.get("/", host="127.0.0.1").text


def test_a_host_that_is_not_ours_is_refused_and_not_kept(worker):
    worker.get("/")
    assert worker.get("/", host="evil.example").status == 400
    assert len(worker.cache._pages) == 1


def test_a_page_over_http_is_not_answered_to_https(worker):
    worker.get("/")
    worker.get("/", x_forwarded_proto="https")
    assert len(worker.cache._pages) == 2


@pytest.mark.parametrize("path", [FORM, "/admin/", "/healthz", "/readyz", "/none/"])
def test_what_is_made_for_one_visitor_is_never_kept(worker, kept, path):
    worker.get(path)
    assert not worker.cache._pages
    assert not kept.exists() or not list(kept.iterdir())


def test_words_searched_for_are_never_kept(worker):
    answer = worker.get("/search/", query="q=alcohol")
    assert "no-store" in answer.headers["Cache-Control"]
    assert not worker.cache._pages


@pytest.mark.parametrize(
    ("status", "headers", "public"),
    [
        ("200 OK", {"Cache-Control": "public, s-maxage=60"}, True),
        ("200 OK", {"Cache-Control": "public, s-maxage=60", "Vary": "Accept-Encoding"}, True),
        ("200 OK", {"Cache-Control": "public, s-maxage=60", "Set-Cookie": "a=b"}, False),
        ("200 OK", {"Cache-Control": "public, s-maxage=60", "Vary": "Cookie"}, False),
        ("200 OK", {"Cache-Control": "max-age=60, public"}, False),
        ("200 OK", {"Cache-Control": "no-store"}, False),
        ("200 OK", {}, False),
        ("404 Not Found", {"Cache-Control": "public, s-maxage=60"}, False),
        ("304 Not Modified", {"Cache-Control": "public, s-maxage=60"}, False),
    ],
)
def test_only_an_answer_marked_for_everyone_is_public(status, headers, public):
    assert is_public_page(status, list(headers.items())) is public


def test_memory_is_bounded_and_the_oldest_go_first(worker, monkeypatch):
    worker.get("/")
    size = worker.cache._bytes
    monkeypatch.setattr(page_cache, "MEMORY_LIMIT", 4 * size)
    for path in CONTENT_PAGES:
        worker.get(path)
    assert worker.cache._bytes <= 4 * size
    assert worker.cache._bytes == sum(page.size for page in worker.cache._pages.values())
    assert CONTENT_PAGES[-1] in {path for _, _, path in worker.cache._pages}
    assert "/" not in {path for _, _, path in worker.cache._pages}


def test_the_folder_is_bounded(tmp_path):
    kept = KeptPages(tmp_path, most=3)
    for number in range(10):
        kept.keep(("localhost", False, f"/{number}/"), [("A", "b")], b"body")
    assert len(list(tmp_path.iterdir())) == 3


def test_with_the_database_down_a_page_seen_answers_though_its_time_is_over(worker, database_down):
    seen = worker.get("/")
    CrisisLine.objects.update(name="A new name")
    worker.look_again()
    with database_down():
        again = worker.get("/")
    assert (again.status, again.body) == (200, seen.body)


def test_with_the_database_down_another_workers_page_answers(worker, kept, database_down):
    seen = worker.get("/", accept_encoding="br")
    other = Worker(kept, proxy_header=("HTTP_X_FORWARDED_PROTO", "https"))
    with database_down():
        again = other.get("/", accept_encoding="br")
    assert (again.status, again.body, again.headers) == (200, seen.body, seen.headers)


def test_with_the_database_down_a_page_never_seen_says_so(worker, database_down):
    with database_down():
        answer = worker.get("/rights/")
    assert answer.status == 503 and "988" in answer.text


def test_when_the_database_is_back_the_page_is_made_again(worker, database_down):
    worker.get("/")
    with database_down():
        worker.look_again()
        assert worker.get("/").status == 200
    CrisisLine.objects.update(name="A new name")
    worker.look_again()
    assert "A new name" in worker.get("/").text


def test_a_page_whose_code_fails_falls_back_to_its_last_good_copy(worker, monkeypatch):
    seen = worker.get("/conditions/")
    monkeypatch.setattr(Condition.objects, "live", _down)
    Page.objects.update(position=3)
    worker.look_again()
    assert worker.get("/conditions/").body == seen.body


def test_a_page_taken_down_does_not_come_back_with_the_database_down(worker, database_down):
    worker.get("/rights/")
    Page.objects.filter(slug="rights").delete()
    worker.look_again()
    assert worker.get("/rights/").status == 404
    with database_down():
        worker.look_again()
        assert worker.get("/rights/").status == 503


def test_a_page_that_another_worker_found_gone_does_not_come_back(worker, kept, database_down):
    other = Worker(kept, proxy_header=("HTTP_X_FORWARDED_PROTO", "https"))
    assert worker.get("/rights/").status == other.get("/rights/").status == 200
    Page.objects.filter(slug="rights").delete()
    worker.look_again()
    assert worker.get("/rights/").status == 404
    with database_down():
        other.look_again()
        assert other.get("/rights/").status == 503


def test_a_page_made_while_the_content_changed_is_not_kept(worker, kept):
    def changing(environ, start_response):
        worker.cache.freshness.known += 1
        return django(environ, start_response)

    django, worker.cache.application = worker.cache.application, changing
    assert worker.get("/rights/").status == 200
    assert not worker.cache._pages and not kept.exists()


@pytest.mark.parametrize(
    "request_of", [{"query": "p=99"}, {"CONTENT_LENGTH": "70000"}], ids=["query", "body"]
)
def test_no_visitor_can_push_out_a_good_copy_by_asking_oddly(worker, kept, request_of):
    worker.get("/sitemap.xml")
    copies = len(list(kept.iterdir()))
    Page.objects.update(position=3)
    worker.look_again()
    query, length = request_of.get("query", ""), request_of.get("CONTENT_LENGTH")
    more = {"environ": {"CONTENT_LENGTH": length}} if length else {}
    assert worker.get("/sitemap.xml", query=query, **more).status in {404, 413}
    assert len(list(kept.iterdir())) == copies


def test_made_up_ports_fill_neither_the_folder_nor_the_memory(worker, kept, monkeypatch):
    worker.get("/rights/", host="localhost")
    before = worker.cache._bytes
    for port in range(1, 41):
        worker.get("/robots.txt", host=f"localhost:{port}")
    assert worker.cache.kept.find(("localhost", False, "/rights/"))
    assert len(list(kept.iterdir())) <= MOST_HOSTS + 1
    assert worker.cache._bytes - before > 40 * 5_000, "headers take memory, too"


def test_with_a_known_address_only_its_own_pages_are_kept_on_disk(tmp_path):
    kept = KeptPages(tmp_path, host="example.org")
    kept.keep(("localhost:1", False, "/"), [], b"body")
    kept.keep(("example.org", True, "/"), [], b"body")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    kept = KeptPages(tmp_path)
    monkeypatch.setattr(Path, "replace", _full)
    kept.keep(("localhost", False, "/"), [], b"body")
    assert not list(tmp_path.iterdir()) and not kept.writable


@pytest.mark.parametrize("charset", ["hex", "zlib", "punycode", "undefined", "utf-16"])
def test_a_charset_that_is_no_text_changes_nothing(worker, charset):
    odd = {"environ": {"CONTENT_TYPE": f"text/plain; Charset={charset}"}}
    assert worker.get("/rights/", query="a=1", **odd).status == 200
    assert worker.get("/search/", query="q=alcohol", **odd).status == 200
    assert worker.get("/readyz", query="a=1", **odd).status == 200


def test_a_clock_that_is_set_back_makes_pages_anew(worker):
    worker.get("/")
    generation = worker.cache.freshness.known
    with time_machine.travel(timezone.now() - datetime.timedelta(hours=1), tick=False):
        worker.look_again()
        assert worker.cache.freshness.generation() > generation


def test_a_damaged_copy_on_disk_is_no_answer(tmp_path):
    kept = KeptPages(tmp_path)
    key = ("localhost", False, "/")
    kept.keep(key, [("A", "b")], b"body")
    assert kept.find(key) == ([("A", "b")], b"body")
    for file in tmp_path.iterdir():
        file.write_bytes(b"[[half")
    assert kept.find(key) is None


def test_a_disk_that_cannot_be_written_costs_only_the_copies(tmp_path, settings):
    (tmp_path / "pages").write_text("a file where the folder should be")
    worker = Worker(tmp_path / "pages")
    assert worker.get("/").status == worker.get("/").status == 200


def _full(*_args):
    raise OSError(28, "No space left on device")


def _down(*_args, **_more):
    raise OperationalError("down")
