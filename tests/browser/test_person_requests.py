"""Requests about a person in a real browser: by keyboard and click, judged by axe on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from admissions import workflow
from admissions.models import Inquiry
from tests.admissions.people import received
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import ERROR_ANSWER, SCHEMES, TOO_WIDE, WCAG

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = "/admin/admissions/inquiry/person/"


@pytest.fixture
def forgiven() -> tuple[re.Pattern[str], ...]:
    return (ERROR_ANSWER,)


@pytest.fixture
def inquiry(transactional_db, lead) -> Inquiry:
    """Rosa wrote twice; once somebody dealt with it."""
    received(key=None, message="I wrote last week as well")
    inquiry = received(consent=["call", "text"], best_time=["evening"])
    workflow.claim(inquiry=inquiry, actor=lead, version=1)
    workflow.add_note(inquiry=inquiry, actor=lead, text="Prefers the evening group")
    workflow.record_attempt(inquiry=inquiry, actor=lead, channel="call", outcome="reached")
    return Inquiry.objects.get(pk=inquiry.pk)


@pytest.fixture
def desk(page: Page, sign_in, lead, inquiry) -> Page:
    sign_in(lead)
    return page


@pytest.fixture
def judge(page: Page, screenshot) -> Callable[[str], None]:
    """Axe and sideways scrolling, at both widths and in both colour schemes."""

    def look(name: str) -> None:
        for width in (PHONE, DESKTOP):
            for scheme in SCHEMES:
                screenshot(f"requests-{name}-{width}-{scheme}", width=width, scheme=scheme)
                report = Axe().run(page, options=WCAG)
                assert not report.violations_count, f"{name}\n{report.generate_report()}"
                assert page.evaluate(TOO_WIDE) == [], f"{name} at {width}"

    return look


def find(desk: Page) -> None:
    desk.goto(PERSON)
    desk.get_by_label("Phone number, e-mail, name or reference").fill("(619) 555-0134")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="2 inquiries found")).to_be_visible()


def test_a_person_is_found_copied_and_erased(desk: Page, judge, inquiry):
    desk.goto(PERSON)
    judge("empty")
    desk.get_by_role("button", name="Find").click()
    expect(desk.get_by_role("alert")).to_be_focused()
    judge("empty-error")
    find(desk)
    judge("found")
    desk.get_by_role("button", name="Erase this person").click()
    expect(desk.get_by_role("alert")).to_contain_text("Choose at least one inquiry.")
    judge("none-chosen")
    for box in desk.get_by_role("checkbox").all():
        box.check()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Save it as a file").click()
    document = json.loads(download.value.path().read_text())
    assert {row["answers"]["name"] for row in document["inquiries"]} == {"Rosa Cruz"}
    desk.get_by_role("button", name="Show all that is held").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("What is held")
    judge("copy")
    find(desk)
    for box in desk.get_by_role("checkbox").all():
        box.check()
    desk.get_by_role("button", name="Erase this person").click()
    judge("erase")
    desk.get_by_role("button", name="Erase for good").click()
    expect(desk.get_by_role("alert")).to_be_focused()
    judge("erase-error")
    desk.get_by_label("Type ERASE to confirm").fill("erase")
    desk.get_by_role("button", name="Erase for good").click()
    expect(desk.locator(".messagelist")).to_contain_text("2 inquiries are erased")
    desk.goto(inquiry.get_absolute_url())
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Erased on")
    judge("erased")
    desk.goto("/admin/admissions/inquiry/?show=closed")
    judge("queue-erased")


def test_a_lead_corrects_holds_and_revokes(desk: Page, judge, inquiry):
    desk.goto(inquiry.get_absolute_url())
    judge("workspace")
    desk.get_by_role("button", name="Revoke Text message").click()
    expect(desk.locator(".messagelist")).to_contain_text("revoked")
    desk.get_by_role("link", name="Correct what they sent").click()
    judge("correct")
    desk.get_by_label("Phone", exact=True).fill("12")
    desk.get_by_role("button", name="Save the corrections").click()
    expect(desk.get_by_role("alert")).to_be_focused()
    judge("correct-error")
    desk.get_by_role("alert").get_by_role("link").click()
    expect(desk.locator("#id_phone")).to_be_focused()
    desk.locator("#id_phone").fill("619 555 0177")
    desk.get_by_role("button", name="Save the corrections").click()
    expect(desk.locator(".messagelist")).to_contain_text("is corrected")
    desk.get_by_role("link", name="Set a legal hold").click()
    judge("hold")
    desk.get_by_label("Why").fill("Counsel asked")
    desk.get_by_role("button", name="Set the legal hold").click()
    expect(desk.locator(".messagelist")).to_contain_text("is on legal hold")
    judge("held")
    desk.get_by_role("button", name="Erase this person").click()
    expect(desk.get_by_role("heading", name="Not erased")).to_be_visible()
    judge("erase-held")
