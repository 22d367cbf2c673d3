"""The lead's page in a real browser: judged by axe, on a phone and on a desktop, by keyboard."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from admissions import faking, figures
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import SCHEMES, TOO_WIDE, WCAG

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/admissions/dayfigures/"


@pytest.fixture
def desk(page: Page, sign_in, lead, coordinator, colleague) -> Page:
    faking.fake(400, seed=7)
    figures.refresh()
    sign_in(lead)
    return page


@pytest.mark.parametrize("asked", ["", "?first=2026-05-05&last=2026-05-01"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(asked, desk: Page, screenshot):
    desk.goto(PAGE + asked)
    for summary in desk.locator("summary").all():
        summary.click()
    for width in (PHONE, DESKTOP):
        for scheme in SCHEMES:
            name = f"desk-figures{'-wrong' if asked else ''}-{width}-{scheme}"
            screenshot(name, width=width, scheme=scheme)
            report = Axe().run(desk, options=WCAG)
            assert not report.violations_count, report.generate_report()
            assert desk.evaluate(TOO_WIDE) == []


def test_a_bar_leads_to_the_list_it_counts_by_keyboard(desk: Page):
    desk.goto(PAGE)
    bar = desk.locator(".desk-bars a").filter(has_text="Could not reach")
    number = int(bar.locator("b").inner_text())
    bar.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#result_list tbody tr")).to_have_count(min(number, 50))


def test_a_range_is_chosen_by_its_days(desk: Page):
    desk.goto(PAGE)
    desk.get_by_label("From:").fill("2026-01-01")
    desk.get_by_label("To:").fill("2026-01-31")
    desk.get_by_role("button", name="Show").click()
    expect(desk.get_by_label("From:")).to_have_value("2026-01-01")
    expect(desk).to_have_url(re.compile("first=2026-01-01"))
