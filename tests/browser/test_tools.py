"""The two tools in a real browser: answered in place, without JavaScript, by keyboard, on paper."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, expect

from tests.pages import GUIDE, PLANNER

pytestmark = pytest.mark.django_db(transaction=True)

WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture(autouse=True)
def content(transactional_db, site):
    """The real content, committed, so that the live server sees it."""


@pytest.fixture
def plain_page(browser: Browser, live_server) -> Iterator[Page]:
    """A tab without JavaScript, on a phone."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
    )
    yield context.new_page()
    context.close()


def reply(page: Page) -> None:
    page.goto(GUIDE)
    for name, value in [
        ("stable-home", "no"),
        ("motivated", "yes"),
        ("moderate-severity", "unsure"),
    ]:
        page.check(f'input[name="q-{name}"][value="{value}"]')
    page.get_by_role("button", name="Show what this suggests").click()


def reply_nothing(page: Page) -> None:
    page.goto(GUIDE)
    page.get_by_role("button", name="Show what this suggests").click()


def pick_evenings(page: Page) -> None:
    page.goto(PLANNER)
    page.get_by_role("button", name="Weekday evenings").click()


def plan(page: Page) -> None:
    pick_evenings(page)
    expect(page.locator("#answer")).to_contain_text("Ticked: Weekday evenings")
    page.get_by_role("button", name="Draw my week").click()


def plan_too_much(page: Page) -> None:
    page.goto(PLANNER)
    for name in ("Monday 5 p.m.", "Monday 6 p.m.", "Wednesday 6 p.m.", "Wednesday 7 p.m."):
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.get_by_role("radio", name="4 hours").check()
    page.get_by_role("button", name="Draw my week").click()


def plan_nothing(page: Page) -> None:
    page.goto(PLANNER)
    page.get_by_role("button", name="Draw my week").click()


STATES = {
    reply: "What your replies suggest",
    reply_nothing: "You have not replied to any question yet",
    pick_evenings: "Ticked: Weekday evenings",
    plan: "A week that fits your times",
    plan_too_much: "This does not fit into the times you ticked",
    plan_nothing: "No times are ticked yet",
}
ANSWERED = [reply, plan, plan_too_much]


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_answer_and_it_fits_its_width(page: Page, state, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    state(page)
    expect(page.locator("#answer")).to_contain_text(STATES[state])

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # At its whole height, so that the phone's bar covers nothing that axe measures.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height + 200})
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("state", STATES)
def test_an_answer_comes_in_place_takes_the_focus_and_leaves_the_address_alone(page: Page, state):
    loads = []
    page.on("load", lambda: loads.append(page.url))
    state(page)
    expect(page.locator("#answer")).to_be_focused()

    assert len(loads) == 1
    assert page.url.endswith((GUIDE, PLANNER))
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("state", STATES)
def test_the_same_answer_comes_without_javascript(plain_page: Page, state):
    state(plain_page)

    expect(plain_page.locator("#answer")).to_contain_text(STATES[state])
    assert plain_page.url.endswith("#answer")
    assert plain_page.context.cookies() == []


@pytest.mark.parametrize("state", [reply, pick_evenings])
def test_when_the_background_request_breaks_the_form_is_sent_as_usual(
    browser: Browser, live_server, state
):
    # A tab of its own: Chromium logs the broken request, which the `page` fixture forbids.
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.route(
        "**/*",
        lambda route: (
            route.abort() if route.request.resource_type == "fetch" else route.continue_()
        ),
    )
    state(page)
    expect(page.locator("#answer")).to_contain_text(STATES[state])
    assert page.url.endswith("#answer")
    context.close()


def test_replies_can_be_changed_and_asked_about_again_in_place(page: Page):
    reply(page)
    expect(page.locator("#answer")).to_contain_text("Your reply: No")
    page.check('input[name="q-stable-home"][value="yes"]')
    page.get_by_role("button", name="Show what this suggests").click()
    expect(page.locator("#answer")).to_contain_text("the people around you can help you")
    expect(page.locator("#answer")).not_to_contain_text("home has to hold you")


def test_start_again_empties_the_form(page: Page):
    plan(page)
    page.get_by_role("link", name="Start again").click()

    expect(page.locator("#answer")).to_have_count(0)
    expect(page.locator(".tool input[type=checkbox]:checked")).to_have_count(0)


def test_the_whole_cell_ticks_its_hour(page: Page):
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(PLANNER)
    box = page.get_by_role("checkbox", name="Tuesday 6 p.m.", exact=True)
    cell = box.locator("xpath=ancestor::td")
    size = cell.bounding_box()

    assert size["width"] >= 28
    assert size["height"] >= 36
    cell.click(position={"x": 2, "y": size["height"] / 2})
    expect(box).to_be_checked()


def test_the_planner_works_by_keyboard_alone(page: Page):
    page.goto(PLANNER)
    page.get_by_role("button", name="Weekday mornings").focus()
    for _button in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Weekends")).to_be_focused()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip the hours")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["height"] > 10
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Monday 7 a.m.", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.locator("#answer")).to_contain_text(STATES[plan_too_much])
    expect(page.get_by_role("checkbox", name="Monday 7 a.m.", exact=True)).to_be_checked()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("state", ANSWERED)
def test_an_answer_prints_on_one_sheet(page: Page, state, paper):
    state(page)
    expect(page.locator("#answer")).to_contain_text(STATES[state])

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=paper))) == 1
    page.emulate_media(media="print")
    expect(page.locator("#answer")).to_be_visible()
    expect(page.locator("form")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("state", ANSWERED)
def test_an_answer_and_its_styles_fit_one_first_flight(plain_page: Page, state):
    state(plain_page)
    size = len(gzip.compress(plain_page.content().encode()))
    for name in ("css/site.css", "css/tools.css"):
        size += len(gzip.compress(Path(finders.find(name)).read_bytes()))

    assert size <= 14_600
