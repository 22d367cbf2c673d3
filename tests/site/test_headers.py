"""What every answer carries: the strict policy, no cookie, nothing from elsewhere."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from tests.pages import CONTENT_PAGES, FORM, PUBLIC_PAGES

pytestmark = pytest.mark.usefixtures("site")


@pytest.mark.parametrize(
    "path", [*PUBLIC_PAGES, "/admin/login/", "/healthz", "/robots.txt", "/sitemap.xml", "/none/"]
)
def test_the_policy_allows_only_our_own_origin(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert set(directives.values()) == {"'none'", "'self'"}


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_other_security_headers_are_there(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", CONTENT_PAGES)
def test_a_content_page_sets_no_cookie_and_varies_on_none(client, path):
    response = client.get(path)
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


def test_the_form_sets_its_csrf_cookie_and_no_other(client):
    response = client.get(FORM)
    assert list(response.cookies) == ["csrftoken"]
    cookie = response.cookies["csrftoken"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not cookie["max-age"], "a shared phone keeps no sign of the form"


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_nothing_is_inline_and_nothing_loads_from_elsewhere(client, path):
    soup = BeautifulSoup(client.get(path).content, "html5lib")
    assert soup.find_all("style") == []
    for data in soup.find_all("script", type="application/ld+json"):
        data.extract()  # a data block: no browser runs it
    for address in soup.find_all("link", rel=["canonical", "alternate"]):
        address.extract()  # named, never loaded
    assert [tag for tag in soup.find_all("script") if not tag.get("src")] == []
    attributes = [name for tag in soup.find_all(True) for name in tag.attrs]
    assert [name for name in attributes if name == "style" or re.match(r"on[a-z]+$", name)] == []
    loaded = [tag.get("src") or tag.get("href") for tag in soup.find_all(["link", "script", "img"])]
    assert [address for address in loaded if address and not address.startswith("/")] == []


@pytest.mark.parametrize("path", CONTENT_PAGES)
def test_a_public_page_carries_no_indentation_and_nothing_that_needs_it(client, path):
    response = client.get(path)
    html = response.content
    assert int(response.headers["Content-Length"]) == len(html)
    assert not re.search(rb"\n\s", html)
    assert b"<pre" not in html and b"<textarea" not in html
