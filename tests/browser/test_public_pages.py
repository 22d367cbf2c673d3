"""Every public page in a real browser: accessible, within its width, quiet, and light."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.pages import FORM, PUBLIC_PAGES

pytestmark = pytest.mark.django_db(transaction=True)

WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture
def content(transactional_db, site):
    """The real content, committed, so that the live server sees it."""


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_axe_finds_nothing_and_the_page_fits_its_width(page: Page, content, path, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_nothing_scrolls_sideways_at_320_pixels(page: Page, content, path):
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_asks_for_few_and_small_things(page: Page, content, path):
    sizes = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(path, wait_until="networkidle")
    assert len(sizes) <= 6
    # As sent by this test's server, which does not compress: an upper bound of the budget's bytes.
    assert sum(sizes) <= 75_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_forms_errors(browser, live_server, content, width, scheme):
    # A tab of its own: Chromium logs every 422 to the console, which the `page` fixture forbids.
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    page = context.new_page()
    page.goto(FORM)
    page.get_by_role("button", name="Check my answers").click()
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)
    context.close()


@pytest.mark.parametrize("path", ["/no-such-page/", "/admissions/inquiry/received/made-up/"])
def test_axe_finds_nothing_on_pages_that_are_not_there(browser, live_server, content, path):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto(path)
    assert_accessible(page)
    context.close()


def test_the_first_tab_stop_is_the_skip_link(page: Page, content):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
