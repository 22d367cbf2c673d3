"""Who saw what, in a real browser: judged by axe, on a phone and on a desktop, right and wrong."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from admissions import audit
from admissions.models import AccessRecord
from tests.admissions.people import received
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import SCHEMES, TOO_WIDE, WCAG

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = "/admin/admissions/accessrecord/"
Action = AccessRecord.Action


@pytest.fixture
def desk(page: Page, sign_in, auditor, coordinator) -> Page:
    """An auditor's tab, with something in every column of the list."""
    inquiry = received()
    audit.record(coordinator, Action.LISTED, detail="overdue", count=12)
    audit.record(coordinator, Action.VIEWED, inquiry, detail="workspace")
    audit.record(coordinator, Action.REFUSED, inquiry, detail="hand-over")
    sign_in(auditor)
    return page


@pytest.mark.parametrize("asked", ["", "?reference=Rosa", "?what=printed"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(asked, desk: Page, screenshot):
    desk.goto(f"{RECORDS}{asked}")
    for width in (PHONE, DESKTOP):
        for scheme in SCHEMES:
            name = f"who-saw-what-{len(asked)}-{width}-{scheme}"
            screenshot(name, width=width, scheme=scheme)
            report = Axe().run(desk, options=WCAG)
            assert not report.violations_count, report.generate_report()
            assert desk.evaluate(TOO_WIDE) == []


def test_an_auditor_narrows_the_list_to_a_person_and_a_kind(desk: Page):
    desk.goto(RECORDS)
    desk.get_by_label("Who").select_option(label="cora")
    desk.get_by_label("What").select_option(label="Opened")
    desk.get_by_role("button", name="Show").click()
    rows = desk.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("An inquiry’s page")
    desk.get_by_role("link", name="Show everything").click()
    expect(rows).to_have_count(5)  # with the two of this auditor's own
