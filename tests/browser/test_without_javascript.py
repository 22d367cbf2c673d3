"""With JavaScript off, everything that can be done on the public site can be done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import PHONE, STATES, go
from tests.pages import PROGRAM, PUBLIC_PAGES

ANSWERS = [
    "the guide's answer",
    "the planner's ticks",
    "a week that fits",
    "a week that does not fit",
]


@pytest.fixture
def plain(visits) -> Page:
    """A phone without JavaScript."""
    context = visits.context(PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def menu(page: Page):
    """The menu of a small screen, opened."""
    page.get_by_role("banner").locator("summary").click()
    return page.get_by_role("banner").get_by_role("navigation", name="Menu")


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_shows_its_text(plain, path):
    plain.goto(path)
    expect(plain.get_by_role("heading", level=1)).to_be_visible()
    for heading in plain.get_by_role("main").get_by_role("heading", level=2).all():
        expect(heading).to_be_visible()
    expect(plain.locator('a[href^="tel:988"]:visible').first).to_be_visible()


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached(plain, state):
    go(plain, state)
    expect(plain.get_by_role("heading", level=1)).to_be_visible()
    if state in ANSWERS:
        expect(plain.locator("#answer")).to_be_visible()


def test_a_reader_finds_the_program_through_the_menu(plain):
    plain.goto("/")
    menu(plain).get_by_role("link", name="Program").first.click()
    plain.get_by_role("main").get_by_role("link", name=re.compile("Intensive Out")).first.click()
    expect(plain).to_have_url(re.compile(f"{PROGRAM}$"))


def test_an_answer_to_a_question_opens(plain):
    plain.goto("/questions/")
    question = plain.get_by_role("main").locator("details").first
    question.locator("summary").click()
    expect(question.locator("p").first).to_be_visible()


def test_a_search_leads_to_the_page_that_was_meant(plain):
    plain.goto("/")
    menu(plain).get_by_role("link", name="Search").click()
    box = plain.get_by_role("main").get_by_role("searchbox")
    box.fill("grup therapy")
    box.press("Enter")
    plain.get_by_role("main").get_by_role("link", name="Group Therapy").first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Group Therapy")


def test_the_guide_answers_and_keeps_what_was_chosen(plain):
    go(plain, "the guide's answer")
    groups = plain.get_by_role("main").get_by_role("group")
    expect(groups.nth(0).get_by_role("radio").first).to_be_checked()
    expect(groups.nth(1).get_by_role("radio").nth(1)).to_be_checked()


def test_the_planner_draws_a_week_and_keeps_what_was_ticked(plain):
    go(plain, "a week that fits")
    expect(plain.locator("#answer svg")).to_be_visible()
    assert plain.locator("input[name=t]:checked").count() > 1


def test_an_inquiry_is_sent(plain):
    go(plain, "the confirmation")
    expect(plain.locator("#inquiry-reference")).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{2}$"))


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_the_quick_exit_leads_away_to_a_harmless_site(plain, path):
    left = []
    plain.route(re.compile(r"^https://"), lambda route: (left.append(route.request), route.abort()))
    plain.goto(path)
    # The press is all that can be tested: no test leaves this machine.
    plain.locator("a.leave").first.click(no_wait_after=True)
    for _tenth in range(50):
        plain.wait_for_timeout(100)
        if left:
            break
    assert [request.is_navigation_request() for request in left] == [True]
    assert "referer" not in left[0].headers
