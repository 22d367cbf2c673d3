"""Many inquiries at once in a real browser: bulk steps by keyboard, the file's page, the sheet."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import SCHEMES, TOO_WIDE, WCAG
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/admissions/inquiry/"
NO_GROUND = "rgba(0, 0, 0, 0)"


@pytest.fixture
def desk(page: Page, sign_in, lead, colleague) -> Page:
    InquiryFactory.create_batch(4)
    sign_in(lead)
    page.goto(QUEUE)
    return page


def judge(desk: Page, screenshot, name: str) -> None:
    for width in (PHONE, DESKTOP):
        for scheme in SCHEMES:
            screenshot(f"desk-{name}-{width}-{scheme}", width=width, scheme=scheme)
            report = Axe().run(desk, options=WCAG)
            assert not report.violations_count, report.generate_report()
            assert desk.evaluate(TOO_WIDE) == []


def choose(desk: Page, number: int) -> None:
    for box in desk.locator("input[name=chosen]").all()[:number]:
        box.focus()
        desk.keyboard.press("Space")


def test_three_are_handed_over_by_keyboard_alone(desk: Page, screenshot):
    choose(desk, 3)
    desk.get_by_role("button", name="Hand over…").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("For these 3 inquiries. Nothing is done yet.")).to_be_visible()
    judge(desk, screenshot, "bulk")
    desk.get_by_label("To whom").select_option(label="colin")
    desk.get_by_role("button", name="Hand over", exact=True).focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Done for 3 of 3.")).to_be_visible()
    judge(desk, screenshot, "bulk-done")


def test_what_a_coordinator_cannot_hand_over_is_said_before_and_they_claim_it_instead(
    desk: Page, sign_in, coordinator, colleague, screenshot
):
    InquiryFactory(name="Ana", status="claimed", assignee=coordinator)
    InquiryFactory(name="Eva", status="claimed", assignee=colleague)
    sign_in(coordinator)
    desk.goto(QUEUE)
    choose(desk, 6)
    desk.get_by_role("button", name="Hand over…").click()
    expect(desk.get_by_text("You cannot do this for 5 of them.")).to_be_visible()
    expect(desk.locator("input[name=chosen]:checked")).to_have_count(1)
    judge(desk, screenshot, "bulk-not-all")
    desk.get_by_role("link", name="Back to the queue").click()
    choose(desk, 6)
    desk.get_by_role("button", name="Claim…").click()
    desk.get_by_role("button", name="Claim", exact=True).click()
    expect(desk.get_by_text("Done for 4 of 4.")).to_be_visible()


def test_enter_on_a_tick_begins_no_step_where_no_script_runs(
    desk: Page, browser: Browser, live_server
):
    context = browser.new_context(
        base_url=live_server.url,
        storage_state=desk.context.storage_state(),
        java_script_enabled=False,
    )
    plain = context.new_page()
    plain.goto(QUEUE)
    tick = plain.locator("input[name=chosen]").first
    tick.check()
    tick.press("Enter")
    expect(plain.locator(".messagelist")).to_have_text("Choose a step.")
    context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_of_a_lists_pages_the_one_shown_is_filled_and_the_others_are_links(
    scheme, desk: Page, screenshot
):
    InquiryFactory.create_batch(100)
    desk.goto(QUEUE)
    screenshot(f"desk-pages-{scheme}", scheme=scheme)
    ground = "element => getComputedStyle(element).backgroundColor"
    line = "element => getComputedStyle(element).textDecorationLine"
    here, other = desk.locator(".paginator .this-page"), desk.locator(".paginator a").first
    assert here.evaluate(ground) != NO_GROUND
    assert here.evaluate(line) == "none"
    assert other.evaluate(ground) == NO_GROUND
    assert other.evaluate(line) == "underline"


def test_all_of_the_page_are_ticked_and_unticked_by_one_button(desk: Page):
    ticked = desk.locator("input[name=chosen]:checked")
    desk.get_by_role("button", name="Tick all on this page").click()
    expect(ticked).to_have_count(4)
    desk.locator("input[name=chosen]").first.uncheck()
    desk.get_by_role("button", name="Tick all on this page").click()
    desk.get_by_role("button", name="Untick all").click()
    expect(ticked).to_have_count(0)


def test_a_file_is_downloaded_for_a_reason(desk: Page, screenshot):
    desk.get_by_role("link", name="Take the list away as a file").click()
    judge(desk, screenshot, "file")
    desk.get_by_label("Why it is needed").select_option(label="Statistics of our own")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Download the file").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert download.value.path().read_text("utf-8-sig").count("\n") == 5


def test_the_sheet_can_be_read(desk: Page, screenshot):
    desk.get_by_role("link", name="Print this page").click()
    expect(desk.locator(".desk-sheet tbody tr")).to_have_count(4)
    judge(desk, screenshot, "sheet")
