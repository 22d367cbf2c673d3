"""The queue in a real browser: judged by axe, worked by keys, and the keys turned off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from admissions.models import SavedView
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import SCHEMES, TOO_WIDE, WCAG
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/admissions/inquiry/"
VIEWS = f"{QUEUE}views/?show=open&language=en"


@pytest.fixture
def desk(page: Page, sign_in, coordinator) -> Page:
    """A coordinator's tab with three inquiries, the most overdue first, and a view of hers."""
    for n in range(3):
        InquiryFactory(received_at=timezone.now() - timedelta(minutes=300 - n), priority=n % 2)
    SavedView.objects.create(owner=coordinator, name="English", tab="open")
    sign_in(coordinator)
    return page


@pytest.mark.parametrize("where", [QUEUE, f"{QUEUE}?show=open&language=en", VIEWS])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(where, desk: Page, screenshot):
    desk.goto(where)
    for width in (PHONE, DESKTOP):
        for scheme in SCHEMES:
            screenshot(f"desk{where}{width}-{scheme}", width=width, scheme=scheme)
            report = Axe().run(desk, options=WCAG)
            assert not report.violations_count, report.generate_report()
            assert desk.evaluate(TOO_WIDE) == []


def test_keys_go_from_row_to_row_and_open_one(desk: Page):
    desk.goto(QUEUE)
    links = desk.locator("#result_list tbody th a")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        desk.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
    reference = links.nth(1).inner_text()
    desk.keyboard.press("Enter")
    expect(desk.locator(".desk-head .desk-reference")).to_have_text(reference)


@pytest.mark.parametrize("off", [False, True])
def test_enter_on_a_tick_opens_its_row_and_starts_nothing(off, desk: Page):
    desk.goto(QUEUE)
    if off:
        desk.get_by_text("Keys", exact=True).click()
        desk.get_by_role("button", name="Turn the keys off").click()
    row = desk.locator("#result_list tbody tr").nth(1)
    reference = row.get_by_role("link").inner_text()
    row.get_by_role("checkbox").focus()
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(desk.locator(".desk-head .desk-reference")).to_have_text(reference)


def test_a_key_claims_the_row(desk: Page):
    desk.goto(QUEUE)
    desk.keyboard.press("j")
    desk.keyboard.press("c")
    expect(desk.locator(".desk-chips")).to_contain_text("with cora")


def test_a_key_goes_to_the_search_where_keys_are_letters(desk: Page):
    desk.goto(QUEUE)
    desk.keyboard.press("/")
    desk.keyboard.type("jack?")
    expect(desk.locator("#searchbar")).to_have_value("jack?")


def test_the_list_of_keys_opens_and_turns_them_off_for_good(desk: Page):
    desk.goto(QUEUE)
    desk.keyboard.press("?")
    desk.get_by_role("button", name="Turn the keys off").click()
    desk.goto(QUEUE)
    desk.keyboard.press("j")
    expect(desk.locator("#result_list tbody th a").first).not_to_be_focused()
    desk.get_by_text("Keys", exact=True).click()
    desk.get_by_role("button", name="Turn the keys on").click()
    desk.keyboard.press("j")
    expect(desk.locator("#result_list tbody th a").first).to_be_focused()
