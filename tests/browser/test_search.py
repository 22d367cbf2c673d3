"""Searching in a real browser, without JavaScript too: found, accessible, light, and private."""

from __future__ import annotations

import gzip
import re
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

from tests.browser.visits import DESKTOP, PHONE, SCHEMES, WCAG

# Results with a correction, calls for help, an open topic, nothing at all, and as many as fit.
SEARCHES = [
    f"/search/?q={words}" for words in ("alchohol", "want+to+die", "cost", "xyzzyq", "treatment")
]
NARROW = 320
every_search = pytest.mark.parametrize("search", SEARCHES)


@every_search
@pytest.mark.parametrize("width", [NARROW, PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visits, search, width, scheme):
    context = visits.context(width, color_scheme=scheme)
    page = context.new_page()
    page.goto(search)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # As tall as the page: a link that lies half under the phone bar, until one scrolls, is no
    # small target.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height + 200})
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    context.close()


@every_search
def test_an_answer_is_quiet_few_requests_and_no_cookie(visits, search):
    visit = visits.of(search, PHONE, "light")
    assert visit.complaints == []
    assert visit.cookies == set()
    assert len(visit.received) <= 6
    assert sum(answer.size for answer in visit.received) <= 50_000


@every_search
def test_html_and_css_fit_the_first_flight(visits, search):
    html = _body(visits.origin + search)
    styles = BeautifulSoup(html, "html5lib").select('link[rel="stylesheet"]')
    files = [html, *(_body(visits.origin + style["href"]) for style in styles)]
    assert sum(len(gzip.compress(file, 9)) for file in files) <= 14_600


def _body(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as response:
        return response.read()


@pytest.fixture
def plain(visits):
    """A tab without JavaScript."""
    context = visits.context(PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_javascript_typing_and_enter_find_the_page(plain: Page):
    plain.goto("/search/")
    field = plain.get_by_role("searchbox", name="Search this site")
    field.fill("grup therapy")
    field.press("Enter")
    expect(plain).to_have_title(re.compile("^Results for “grup therapy”"))
    expect(plain.get_by_role("searchbox")).to_have_value("grup therapy")
    plain.get_by_role("link", name="Group Therapy", exact=True).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Group Therapy")


def test_the_page_that_a_result_leads_to_does_not_learn_the_words(plain: Page):
    plain.goto("/search/?q=group+therapy")
    with plain.expect_request("**/group-therapy/") as asked:
        plain.get_by_role("link", name="Group Therapy", exact=True).click()
    assert "q=" not in asked.value.all_headers().get("referer", "")


def test_an_address_that_is_not_there_is_searched_for(plain: Page):
    plain.goto("/treatment/group-therapie/")
    expect(plain.get_by_role("searchbox")).to_have_value("group therapie")
    plain.get_by_role("button", name="Search").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("“group therapie”")
    expect(plain.get_by_role("link", name="Group Therapy", exact=True)).to_be_visible()
