"""Every link, picture, script and form of the site leads to something that is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.html.documents import ERRORS, error
from tests.pages import PUBLIC_PAGES

HOME = "http://testserver/"
HOLDERS = ("href", "src", "action", "formaction", "poster", "data", "cite")
# A link whose press does not fetch a page of ours.
ELSEWHERE = ("tel:", "sms:", "mailto:")


def addresses(soup: BeautifulSoup, holders: Iterable[str] = HOLDERS) -> Iterator[str]:
    """Whatever the page refers to, as it is written there."""
    for tag in soup.find_all(True):
        yield from (tag[name] for name in holders if tag.has_attr(name))
        if tag.has_attr("srcset"):
            yield from (choice.split()[0] for choice in tag["srcset"].split(",") if choice.split())
    for tag in soup.find_all("meta", property=["og:image", "og:url"]):
        yield tag["content"]


def ids(soup: BeautifulSoup) -> set[str]:
    return {tag["id"] for tag in soup.find_all(id=True)} | {""}


def is_ours(url: str) -> bool:
    return urlsplit(url).netloc == "testserver"


@dataclass
class Crawl:
    """All that can be reached from the home page, and what is wrong with it."""

    client: Client
    pages: dict[str, BeautifulSoup] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)

    def walk(self) -> Crawl:
        for name in ERRORS:
            self.pages[f"{HOME}error/{name}/"] = BeautifulSoup(error(name).content, "html5lib")
        waiting = [(HOME, HOME)]
        for url, soup in self.pages.items():
            waiting += [(target, url) for target in self.targets(url, soup) if target != url]
        while waiting:
            url, source = waiting.pop()
            if url not in self.seen:
                self.seen.add(url)
                waiting += [(target, url) for target in self.visit(url, source)]
        for url, soup in self.pages.items():
            self.check_anchors(url, soup)
        return self

    def visit(self, url: str, source: str) -> list[str]:
        """Opens an address of ours; returns what that page refers to on our site."""
        path = urlsplit(url).path
        if path.startswith(settings.STATIC_URL):
            if finders.find(path.removeprefix(settings.STATIC_URL)) is None:
                self.broken.append(f"{source} → {path}: no such file")
            return []
        response = self.client.get(url.removeprefix(HOME.rstrip("/")), follow=True)
        if response.status_code != 200:
            self.broken.append(f"{source} → {url}: {response.status_code}")
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return []
        self.pages[url] = soup = BeautifulSoup(response.content, "html5lib")
        return list(self.targets(url, soup))

    def targets(self, url: str, soup: BeautifulSoup) -> Iterator[str]:
        for address in addresses(soup):
            target = urldefrag(urljoin(url, address)).url
            if is_ours(target):
                yield target
            else:
                self.elsewhere.add(target)

    def check_anchors(self, url: str, soup: BeautifulSoup) -> None:
        # What a form is answered with has anchors of its own.
        for address in addresses(soup, [name for name in HOLDERS if "action" not in name]):
            target, anchor = urldefrag(urljoin(url, address))
            other = self.pages.get(target)
            if other is not None and anchor not in ids(other):
                self.broken.append(f"{url} → {target}#{anchor}: no such anchor")

    def lost(self, attribute: str) -> list[tuple[str, str]]:
        """The ids that `attribute` names and the page does not hold, each with its page."""
        return [
            (url, name)
            for url, soup in self.pages.items()
            for tag in soup.find_all(attrs={attribute: True})
            for name in str(tag[attribute]).split()
            if name not in ids(soup)
        ]


# What the walk found, so that only the first test of a process pays for it.
_walked: list[Crawl] = []


@pytest.fixture
def crawl(client, site) -> Crawl:
    if not _walked:
        _walked.append(Crawl(client).walk())
    return _walked[0]


def test_whatever_a_page_or_an_error_page_refers_to_is_there(crawl):
    assert not crawl.broken, "\n".join(crawl.broken)


def test_every_page_is_reached_from_the_home_page_by_links_alone(crawl):
    reached = {urlsplit(url).path for url in crawl.pages}
    assert [path for path in PUBLIC_PAGES if path not in reached] == []


def test_links_that_leave_the_site_are_encrypted_or_a_call(crawl):
    assert [
        url for url in crawl.elsewhere if not url.startswith(("https://", "data:", *ELSEWHERE))
    ] == []


def test_an_id_stands_once_on_a_page(crawl):
    for url, soup in crawl.pages.items():
        named = [tag["id"] for tag in soup.find_all(id=True)]
        assert len(named) == len(set(named)), url


def test_what_an_element_names_by_id_is_on_its_page(crawl):
    for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        assert crawl.lost(attribute) == [], attribute
