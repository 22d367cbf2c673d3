"""The duty roster and the outbox in a real browser: judged by axe, on a phone and on a desktop."""

from __future__ import annotations

import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from admissions.models import DutyFallback, DutyShift, Notification
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import SCHEMES, TOO_WIDE, WCAG
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROSTER = "/admin/admissions/dutyshift/"
OUTBOX = "/admin/admissions/notification/"


@pytest.fixture
def desk(page: Page, sign_in, lead, coordinator, colleague) -> Page:
    """A lead's tab; Cora has weekday shifts, Colin one that nobody could be told in."""
    colleague.email = ""
    colleague.save()
    nine, five = datetime.time(9), datetime.time(17)
    for day in range(5):
        DutyShift.objects.create(member=coordinator, weekday=day, starts=nine, ends=five)
    DutyShift.objects.create(member=colleague, weekday=5, starts=nine, ends=five)
    DutyFallback.objects.create(member=lead)
    Notification.objects.create(
        inquiry=InquiryFactory(), kind="new-inquiry", attempts=2, last_error="TimeoutError"
    )
    sign_in(lead)
    return page


@pytest.mark.parametrize("where", [ROSTER, OUTBOX])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(where, desk: Page, screenshot):
    desk.goto(where)
    for width in (PHONE, DESKTOP):
        for scheme in SCHEMES:
            screenshot(f"desk{where}{width}-{scheme}", width=width, scheme=scheme)
            report = Axe().run(desk, options=WCAG)
            assert not report.violations_count, report.generate_report()
            assert desk.evaluate(TOO_WIDE) == []


def test_a_lead_fills_a_gap_from_the_roster(desk: Page):
    desk.goto(ROSTER)
    sunday = desk.locator(".desk-day").filter(has_text="Sunday")
    expect(sunday).to_contain_text("Nobody all day")
    desk.get_by_role("link", name="Add shift on duty").click()
    desk.get_by_label("Who").select_option(label="cora")
    desk.get_by_label("Weekday").select_option(label="Sunday")
    desk.get_by_label("From").fill("10:00")
    desk.get_by_label("Until").fill("16:00")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(sunday).to_contain_text("10 a.m. to 4 p.m. cora")
    expect(sunday).to_contain_text("Nobody from midnight to 10 a.m.")
