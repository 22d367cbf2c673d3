"""What a page costs on the wire, as the served site sends it (DESIGN.md's budgets)."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import pytest

from tests.browser import wire
from tests.browser.visits import DESKTOP, PHONE, SCHEMES
from tests.browser.wire import links
from tests.pages import FORM, PUBLIC_PAGES

ALL_BYTES = 50_000  # everything, headers included
REQUESTS = 6
CSRF = "csrftoken"

every_page = pytest.mark.parametrize("path", PUBLIC_PAGES)


@pytest.fixture
def fetch(served):
    """`wire.fetch` from the served site."""
    return partial(wire.fetch, served.port)


@every_page
def test_html_and_css_fit_the_first_flight(served, path):
    sizes = wire.first_flight(served.port, path)
    assert sum(sizes.values()) <= wire.FIRST_FLIGHT, sizes


@every_page
@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br"])
def test_pages_and_styles_are_sent_compressed(fetch, path, accepted):
    _headers, html = fetch(path, "identity")
    for file in [path, *links(html, "stylesheet")]:
        headers, _body = fetch(file, accepted)
        assert headers["Content-Encoding"] in accepted.split(", "), file
        assert "accept-encoding" in headers["Vary"].lower(), file


@every_page
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_is_few_requests_and_few_bytes_in_all(visits, fetch, path, width, scheme):
    sizes = {urlsplit(r.url).path: r.size for r in visits.of(path, width, scheme).received}
    assert len(sizes) <= REQUESTS, sizes
    # What a browser fetches for its own frame, and a headless one does not: it weighs all the same.
    html = fetch(path, "identity")[1]
    for file in [*links(html, "icon")[:1], *links(html, "manifest")]:
        sizes.setdefault(file, len(fetch(file)[1]))
    assert sum(sizes.values()) <= ALL_BYTES, sizes


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_no_answer_sets_a_cookie_but_the_forms_token(fetch, path):
    headers, html = fetch(path, "identity")
    set_here = {line.split("=")[0] for line in headers.get_all("Set-Cookie", [])}
    assert set_here <= ({CSRF} if path == FORM else set())
    for file in links(html, "stylesheet", "icon", "manifest"):
        assert fetch(file)[0]["Set-Cookie"] is None, file


@every_page
def test_every_answer_carries_the_strict_policy(fetch, path):
    policy = fetch(path)[0]["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
