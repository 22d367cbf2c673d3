"""The desk in narrow windows and in large type, and the order in which its parts take the focus.

WCAG 1.4.4, 1.4.10 and 2.4.3. Large type is what a browser is set to: twice the usual 16 pixels.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page

from admissions import faking, figures, linking, workflow
from admissions.models import DutyShift, Inquiry, Notification, SavedView
from tests.admissions.people import received
from tests.browser.conftest import CHROMIUM_ARGS, PHONE
from tests.browser.test_zoom import CUT_OFF
from tests.browser.visits import TOO_WIDE, assert_none

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/admissions/inquiry/"
LONG = "Unbroken" * 7
NARROW, DESKTOP = 320, 1280
GAP = 16  # pixels between two cards
LINE = 16  # pixels that things of one line may differ by
IN_MAIN = "document.activeElement.closest('#content') !== null"
STOP = """() => {
  const here = document.activeElement;
  const top = Math.round(here.getBoundingClientRect().top + window.scrollY);
  return [top, here.innerText ?? here.name ?? ""];
}"""


@pytest.fixture(scope="module")
def browsers(browser: Browser) -> Iterator[dict[str, Browser]]:
    """One as it comes, and one that is set to type twice as large."""
    large = browser.browser_type.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=[*CHROMIUM_ARGS, "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"],
    )
    yield {"usual": browser, "large": large}
    large.close()


@pytest.fixture
def boss(transactional_db) -> User:
    return User.objects.create_superuser("boss", first_name="Bea")


@pytest.fixture
def inquiry(boss, coordinator) -> Inquiry:
    """Long words wherever somebody can type; one linked inquiry, and one more that is alike."""
    faking.fake(120, seed=7)
    figures.refresh()
    other = received(key=None)
    inquiry = received(
        name=LONG,
        ask_for=LONG,
        email=f"{LONG}@{LONG}example.org",
        message=LONG * 3,
        consent=["call", "email"],
    )
    workflow.claim(inquiry=inquiry, actor=boss, version=1)
    workflow.record_attempt(inquiry=inquiry, actor=boss, channel="call", outcome="no-answer")
    linking.link(inquiry=inquiry, other=other, actor=boss)
    received(key=None, name=LONG)
    SavedView.objects.create(owner=boss, name=LONG, tab="open")
    nine, five = datetime.time(9), datetime.time(17)
    DutyShift.objects.create(member=coordinator, weekday=0, starts=nine, ends=five)
    Notification.objects.filter(inquiry=inquiry).update(attempts=2, last_error=f"{LONG}Error")
    return Inquiry.objects.get(pk=inquiry.pk)


@pytest.fixture
def window(browsers, live_server, boss) -> Iterator[Callable[..., Page]]:
    """`window(width, type_size)`: the superuser's tab."""
    opened = []
    client = Client()
    client.force_login(boss)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_it(width: int, type_size: str = "usual") -> Page:
        context = browsers[type_size].new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}
        )
        opened.append(context)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        return context.new_page()

    yield open_it
    for context in opened:
        context.close()


def press(tab: Page, name: str) -> None:
    """Presses a button that leads to another page, and is there."""
    with tab.expect_navigation():
        tab.get_by_role("button", name=name).click()


def pages(tab: Page, inquiry: Inquiry) -> Iterator[str]:
    """Opens one page of the desk after the other, and says which."""
    here = inquiry.get_absolute_url()
    for where in (
        QUEUE,
        f"{QUEUE}?show=all&language=en",
        here,
        f"{QUEUE}{inquiry.pk}/correct/",
        f"{QUEUE}{inquiry.pk}/hold/",
        f"{QUEUE}add/",
        f"{QUEUE}views/?show=open",
        f"{QUEUE}away/",
        f"{QUEUE}file/",
        f"{QUEUE}sheet/",
        f"{QUEUE}workflow/",
        "/admin/",
        "/admin/admissions/accessrecord/",
        "/admin/admissions/dayfigures/",
        "/admin/admissions/dutyshift/",
        "/admin/admissions/notification/",
    ):
        tab.goto(where)
        for closed in tab.locator("#content details:not([open]) > summary").all():
            if closed.is_visible():
                closed.click()
        yield where
    tab.goto(QUEUE)
    tab.locator("input[name=chosen]").first.check()
    press(tab, "Hand over…")
    yield "bulk"
    tab.goto(f"{QUEUE}person/")
    tab.locator("#id_who").fill(str(inquiry.phone))
    press(tab, "Find")
    yield "person"
    tab.goto(here)
    press(tab, "Show all that is held")
    yield "export"
    tab.goto(here)
    press(tab, "Erase this person")
    yield "erase"


@pytest.mark.parametrize(
    ("type_size", "width"),
    [("usual", NARROW), ("usual", PHONE), ("large", PHONE), ("large", DESKTOP)],
)
def test_no_page_of_the_desk_scrolls_sideways_or_cuts_words_off(type_size, width, window, inquiry):
    tab = window(width, type_size)
    found = []
    for name in pages(tab, inquiry):
        found += [f"{name}: {what}" for what in tab.evaluate(TOO_WIDE) + tab.evaluate(CUT_OFF)]
    assert_none(found)


def stops(tab: Page) -> list[tuple[float, str]]:
    """Tabs through the page's main part: how far down each stop is, and its words."""
    found = []
    tab.locator("#content-start").focus()
    tab.keyboard.press("Tab")
    while tab.evaluate(IN_MAIN):
        found.append(tuple(tab.evaluate(STOP)))
        tab.keyboard.press("Tab")
    return found


def test_on_a_phone_the_focus_of_an_inquirys_page_never_goes_up(window, inquiry):
    tab = window(PHONE)
    tab.goto(inquiry.get_absolute_url())
    met = stops(tab)
    said = " ".join(words for _top, words in met)
    assert "Revoke" in said
    assert "Unlink" in said
    assert_none([str(here) for before, here in pairwise(met) if here[0] < before[0] - LINE])


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_first_step_follows_the_ways_to_reach_somebody(width, window, inquiry):
    tab = window(width)
    tab.goto(inquiry.get_absolute_url())
    words = [words for _top, words in stops(tab)]
    mail = next(n for n, said in enumerate(words) if "@" in said)
    assert words[mail + 1] == "Log an attempt"


@pytest.mark.parametrize("times", [0, 20])
def test_on_a_desktop_neither_column_waits_for_the_other(times, window, inquiry, boss):
    """However long the timeline is, and so the right column."""
    for _time in range(times):
        workflow.add_note(inquiry=inquiry, actor=boss, text="Nobody there")
    tab = window(DESKTOP)
    tab.goto(inquiry.get_absolute_url())

    def box(part: str) -> dict[str, float]:
        return tab.locator(f".desk-area-{part}").bounding_box()

    for upper, lower in (("reach", "rest"), ("steps", "timeline")):
        between = box(lower)["y"] - box(upper)["y"] - box(upper)["height"]
        assert between == pytest.approx(GAP, abs=1)
    assert box("reach")["y"] == box("steps")["y"]
