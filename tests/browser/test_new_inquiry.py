"""Writing down who calls, in a real browser: nothing typed is lost, and no look-up misleads."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from admissions.models import Inquiry
from tests.admissions.people import received
from tests.browser.visits import asked_on

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/admin/admissions/inquiry/add/"
NUMBER = "(619) 555-0134"
HINT = "Shown here once the number, the address or the whole name is typed."
FAILED = "Could not look just now. Press “Look”."


@pytest.fixture
def forgiven() -> tuple[re.Pattern[str], ...]:
    return (re.compile("Failed to load resource"),)  # tests below make look-ups fail


@pytest.fixture
def earlier(transactional_db) -> Inquiry:
    """Somebody of that number wrote before."""
    return received(message="I wrote last week")


@pytest.fixture
def call(page: Page, sign_in, coordinator, earlier) -> Page:
    """New inquiry, as it opens."""
    sign_in(coordinator)
    page.goto(ADD)
    return page


@pytest.fixture
def answer(call: Page) -> Callable[[str], None]:
    """Lets look-ups fail in a way, or "work" again."""
    ways: dict[str, Callable[[Route], None]] = {
        "an error": lambda route: route.fulfill(status=503, body="no"),
        "signed out": lambda route: route.fulfill(
            status=302, headers={"Location": "/admin/login/"}
        ),
        "out of reach": lambda route: route.abort(),
        "work": lambda route: route.continue_(),
    }

    def choose(way: str) -> None:
        call.unroute("**/add/earlier/")
        call.route("**/add/earlier/", ways[way])

    return choose


def test_the_number_is_typed_at_once(call: Page):
    expect(call.locator("#id_phone")).to_be_focused()
    call.keyboard.type(NUMBER)
    expect(call.locator("#id_phone")).to_have_value(NUMBER)


def test_an_earlier_inquiry_opens_beside_what_is_typed(call: Page, earlier):
    call.locator("#id_phone").fill(NUMBER)
    with call.expect_popup() as popup:
        call.locator("#earlier a").click()
    expect(popup.value.locator(".desk-reference")).to_have_text(earlier.reference)
    expect(call.locator("#id_phone")).to_have_value(NUMBER)


@pytest.mark.parametrize("left", ["", "(619) 555-01"])
def test_matches_go_when_there_is_nothing_to_look_up_any_more(left, call: Page, earlier):
    call.locator("#id_phone").fill(NUMBER)
    expect(call.locator("#earlier")).to_contain_text(earlier.reference)
    call.locator("#id_phone").fill(left)
    expect(call.locator("#earlier")).to_have_text(HINT)


def test_a_late_answer_does_not_come_back_after_its_number_has_gone(call: Page, earlier):
    held = []

    def hold(route: Route) -> None:
        held.append(route)

    call.route("**/add/earlier/", hold)
    with call.expect_request("**/add/earlier/"):
        call.locator("#id_phone").fill(NUMBER)
    call.locator("#id_phone").fill("")
    call.wait_for_timeout(700)
    with call.expect_response("**/add/earlier/"):
        held[0].continue_()
    call.wait_for_timeout(200)
    expect(call.locator("#earlier")).to_have_text(HINT)


@pytest.mark.parametrize("way", ["an error", "signed out", "out of reach"])
def test_a_look_up_that_fails_says_so_and_is_tried_again(way, call: Page, answer, earlier):
    answer(way)
    call.locator("#id_phone").fill(NUMBER)
    expect(call.locator("#earlier")).to_have_text(FAILED)
    expect(call.locator("#earlier")).to_have_attribute("aria-live", "polite")
    answer("work")
    call.locator("#id_name").press_sequentially("R")  # nothing to look up yet
    expect(call.locator("#earlier")).to_contain_text(earlier.reference)


@pytest.mark.parametrize("field", ["phone", "name", "email", "ask_for", "message"])
def test_a_half_filled_inquiry_is_asked_about_before_it_is_left(field, call: Page):
    call.locator(f"#id_{field}").fill("619")
    leave = call.get_by_role("link", name="Cancel")
    assert asked_on(call, leave.click) == ["beforeunload"]


def test_an_empty_form_is_left_unasked(call: Page):
    call.locator("#id_phone").press_sequentially("6")
    call.locator("#id_phone").press("Backspace")
    assert asked_on(call, call.get_by_role("link", name="Cancel").click) == []


def test_a_form_that_came_back_is_unsent_until_it_is_sent(call: Page):
    call.locator("#id_phone").fill(NUMBER)
    take_in = call.locator(".desk-button-main", has_text="Take in the inquiry")
    assert asked_on(call, take_in.click) == []
    expect(call.get_by_role("alert")).to_be_focused()
    call.get_by_role("button", name="Look").focus()
    assert asked_on(call, call.get_by_role("link", name="Cancel").click) == ["beforeunload"]


def test_looking_asks_nothing_and_the_answer_is_where_the_page_begins(call: Page):
    call.locator("#id_phone").fill(NUMBER)
    assert asked_on(call, call.get_by_role("button", name="Look").click) == []
    expect(call.locator("#earlier")).to_be_focused()
