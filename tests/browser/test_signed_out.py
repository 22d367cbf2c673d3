"""A session that ends, or is another one, while somebody types: their words reach the inquiry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from admissions import workflow
from admissions.models import Event, Inquiry
from tests.admissions.people import received
from tests.browser.conftest import DESKTOP, PHONE, SCREENSHOTS
from tests.browser.visits import ERROR_ANSWER, SCHEMES, TOO_WIDE, WCAG, watch

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = '  Asked for "Tuesdays" & <b>mornings</b>.\n\nHer sister\'s number is on the pad. 🌊'


@pytest.fixture
def inquiry(transactional_db, coordinator) -> Inquiry:
    return workflow.claim(inquiry=received(consent=["call"]), actor=coordinator, version=1)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def tab(request, browser: Browser, live_server) -> Iterator[Page]:
    """A tab with and without JavaScript, whose console stays empty but for the refusals meant."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": DESKTOP, "height": 900},
        java_script_enabled=request.param,
    )
    page = context.new_page()
    page.scripted = request.param
    said = watch(context, page, live_server.url)
    yield page
    context.close()
    assert [words for words in said if not ERROR_ANSWER.match(words)] == []


@pytest.fixture
def judge(tab: Page) -> Callable[[str], None]:
    """Axe and sideways scrolling, at both widths and in both colour schemes; pictures are kept."""

    def look(name: str) -> None:
        for width in (PHONE, DESKTOP):
            for scheme in SCHEMES:
                tab.set_viewport_size({"width": width, "height": 900})
                tab.emulate_media(color_scheme=scheme)
                SCREENSHOTS.mkdir(exist_ok=True)
                path = SCREENSHOTS / f"signed-out-{name}-{width}-{scheme}.png"
                tab.screenshot(path=path, full_page=True)
                report = Axe().run(tab, options=WCAG)
                assert not report.violations_count, f"{name}\n{report.generate_report()}"
                assert tab.evaluate(TOO_WIDE) == [], f"{name} at {width}"

    return look


def sign_in(page: Page, path: str = "/admin/login/") -> None:
    if path:
        page.goto(path)
    page.get_by_label("Username").fill("cora")
    page.get_by_label("Password").fill("pw-for-tests-only")
    page.locator("[type=submit]").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def type_note(page: Page, inquiry: Inquiry) -> None:
    page.goto(inquiry.get_absolute_url())
    page.get_by_text("Add a note", exact=True).click()
    page.locator("#step-note textarea").fill(NOTE)


def send_again(page: Page) -> None:
    page.get_by_role("button", name="Send it again").click()


def assert_noted_once(page: Page) -> None:
    expect(page.locator(".messagelist")).to_be_visible()
    noted = Event.objects.filter(kind=Event.Kind.NOTED)
    assert [event.text for event in noted] == [NOTE.strip()]  # a field takes the ends' blanks away


def test_a_note_of_somebody_signed_out_is_added_after_all(tab, inquiry, judge):
    sign_in(tab)
    type_note(tab, inquiry)
    tab.context.clear_cookies()
    tab.get_by_role("button", name="Add the note").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Nothing was saved yet")
    if tab.scripted:
        judge("signed-out")
    with tab.expect_popup() as opened:
        tab.get_by_role("link", name=re.compile("Sign in")).click()
    sign_in(opened.value, "")
    send_again(tab)
    expect(tab.get_by_role("main")).to_contain_text("You are signed in as cora")
    if tab.scripted:
        judge("signed-in-again")
    send_again(tab)
    assert_noted_once(tab)


def test_a_note_begun_before_another_sign_in_is_added_after_all(tab, inquiry):
    sign_in(tab)
    type_note(tab, inquiry)
    other = tab.context.new_page()
    other.goto("/admin/")
    other.get_by_role("button", name="Log out").click()
    sign_in(other)
    tab.get_by_role("button", name="Add the note").click()
    expect(tab.get_by_role("main")).to_contain_text("You are signed in as cora")
    send_again(tab)
    assert_noted_once(tab)


def test_a_caller_is_taken_in_after_all(tab, coordinator):
    sign_in(tab)
    tab.goto("/admin/admissions/inquiry/add/")
    tab.locator("#id_name").fill("Rosa Cruz")
    tab.locator("#id_phone").fill("(619) 555-0134")
    tab.locator("[name=asking_for][value=self]").check()
    tab.locator("[name=contact_by][value=call]").check()
    tab.locator("[name=voicemail_ok][value=no]").check()
    for time in ("morning", "evening"):
        tab.locator(f"[name=best_time][value={time}]").check()
    other = tab.context.new_page()
    tab.context.clear_cookies()
    tab.get_by_role("button", name="Take in the inquiry").last.click()
    sign_in(other)
    send_again(tab)
    send_again(tab)
    expect(tab.locator(".messagelist")).to_contain_text("is taken in")
    inquiry = Inquiry.objects.get()
    assert (inquiry.name, sorted(inquiry.best_time)) == ("Rosa Cruz", ["evening", "morning"])
