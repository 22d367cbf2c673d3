"""The hidden field that robots fill in: no person meets it, by sight, keyboard or screen reader."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from admissions import spam
from tests.browser.visits import DESKTOP, PHONE
from tests.pages import FORM

LABEL = "Leave this empty"
FIELD = f"input[name={spam.TRAP}]"

SHOWS = """(field) => {
  const hidden = field.closest("[aria-hidden=true]");
  const clip = hidden.getBoundingClientRect();
  const style = getComputedStyle(hidden);
  return clip.width > 1 || clip.height > 1 || style.overflow !== "hidden"
    || style.clipPath !== "inset(50%)";
}"""
FOCUSED = "() => document.activeElement?.name ?? ''"


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_nobody_sees_it(tab: Page, visits, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(visits.origin + FORM)
    assert tab.locator(FIELD).evaluate(SHOWS) is False


def test_tab_passes_it_by(tab: Page, visits):
    tab.goto(visits.origin + FORM)
    met = []
    for _stop in range(80):
        tab.keyboard.press("Tab")
        met.append(tab.evaluate(FOCUSED))
    assert {"name", "message"} <= set(met)
    assert spam.TRAP not in met


def test_a_screen_reader_is_not_told_of_it(tab: Page, visits):
    tab.goto(visits.origin + FORM)
    expect(tab.get_by_role("textbox", name="Your name")).to_have_count(1)
    expect(tab.get_by_role("textbox", name=LABEL)).to_have_count(0)


def test_without_styles_it_says_to_leave_it_empty(browser, visits):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*.css", lambda route: route.abort())
    page.goto(visits.origin + FORM)
    expect(page.get_by_text(LABEL, exact=True)).to_be_visible()
    context.close()
