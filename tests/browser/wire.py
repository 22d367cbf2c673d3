"""What the served site sends, byte by byte."""

from __future__ import annotations

import http.client
from contextlib import closing
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

FIRST_FLIGHT = 14_600  # bytes of HTML and CSS: what a server may send before the first answer


def fetch(port: int, path: str, encoding: str = "gzip") -> tuple[http.client.HTTPMessage, bytes]:
    """The headers of a page or file, and its body as it came over the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        connection.request("GET", path, headers={"Accept-Encoding": encoding})
        response = connection.getresponse()
        assert response.status == 200, path
        return response.headers, response.read()


def links(html: bytes, *rels: str) -> list[str]:
    """The paths of the page's `<link>`s with one of these `rel`s."""
    soup = BeautifulSoup(html, "html5lib")
    found = [link for link in soup.find_all("link", href=True) if set(link["rel"]) & set(rels)]
    return [urlsplit(link["href"]).path for link in found]


def first_flight(port: int, path: str) -> dict[str, int]:
    """The bytes of a page and of each of its style sheets.

    gzip is the larger of the two encodings; no browser gets more than this.
    """
    _headers, html = fetch(port, path, "identity")
    return {file: len(fetch(port, file)[1]) for file in [path, *links(html, "stylesheet")]}
