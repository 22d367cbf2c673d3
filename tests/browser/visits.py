"""What a real browser meets on a page of the served site: looked at once, judged by many tests.

A stop is a page's address, or the name of a state that takes steps to reach (`STATES`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.pages import FORM, GUIDE, PLANNER, PUBLIC_PAGES

PHONE, DESKTOP = 360, 1280
HEIGHT = 800
PATIENCE = 10_000  # milliseconds
SCHEMES = ("light", "dark")
WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
# What Chromium itself logs about an answer that is meant to be an error.
ERROR_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

# Loads what waits for a scroll, so that nothing a reader would fetch is left uncounted.
LOAD_ALL = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode()));
  await document.fonts.ready;
}"""

# What makes the page scroll sideways; nothing when it does not.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 0.5
      && element.checkVisibility())
    .map((element) => `${element.tagName}.${element.getAttribute("class")}`);
  return [`${document.documentElement.scrollWidth} pixels wide`, ...new Set(wide)];
}"""


def open_form_errors(page: Page) -> None:
    page.goto(FORM)
    page.get_by_role("button", name="Check my answers").click()


def open_unsent_form(page: Page) -> None:
    """The form's token is gone, as when the page has been open for days."""
    page.goto(FORM)
    page.context.clear_cookies()
    page.get_by_role("button", name="Check my answers").click()
    page.get_by_role("alert").wait_for()


def open_check(page: Page) -> None:
    page.goto(f"{FORM}?for=family")
    page.get_by_label("Your name").fill("Marta Ejemplo")
    page.get_by_label("Phone call").first.check()
    page.get_by_label("Phone number").fill("(619) 555-0134")
    page.get_by_role("group", name="May we leave a voicemail?").get_by_label("No").check()
    page.get_by_role("button", name="Check my answers").click()


def open_confirmation(page: Page) -> None:
    open_check(page)
    page.get_by_role("button", name="Send my request").click()


def open_unknown_address(page: Page) -> None:
    page.goto("/no-such-page/")


def open_overlong_address(page: Page) -> None:
    """What the web server itself refuses."""
    page.goto(f"/?{'x' * 9000}")


def open_questions(page: Page) -> None:
    page.goto("/questions/")
    for question in page.locator("details.question > summary").all():
        question.click()


def open_unknown_confirmation(page: Page) -> None:
    page.goto(f"{FORM}received/made-up/")


def search(page: Page, words: str) -> None:
    page.goto("/search/")
    page.get_by_role("main").get_by_role("searchbox").fill(words)
    page.get_by_role("main").get_by_role("searchbox").press("Enter")
    page.wait_for_url("**?**")


def open_results(page: Page) -> None:
    search(page, "famly")  # with a typing mistake, so that the correction shows too


def open_crisis_results(page: Page) -> None:
    search(page, "suicide")


def open_no_results(page: Page) -> None:
    search(page, "xylophone")


def answer_guide(page: Page) -> None:
    """The first question yes, the second no, the last left out."""
    page.goto(GUIDE)
    groups = page.get_by_role("main").get_by_role("group")
    groups.nth(0).get_by_role("radio").first.check()
    groups.nth(1).get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Show what this suggests").click()
    page.locator("#answer").wait_for()


def pick_times(page: Page) -> None:
    page.goto(PLANNER)
    page.locator("button[name=pick]").first.click()
    page.locator("#answer").wait_for()


def draw_week(page: Page) -> None:
    """A week with room for sessions."""
    pick_times(page)
    draw(page)


def draw_full_week(page: Page) -> None:
    """One free hour: nothing fits."""
    page.goto(PLANNER)
    page.locator("input[name=t]").first.check()
    draw(page)


def draw(page: Page) -> None:
    page.get_by_role("button", name="Draw my week").click()
    page.locator("section#answer").wait_for()


# name → the steps to it
STATES: dict[str, Callable[[Page], None]] = {
    "the form's errors": open_form_errors,
    "the form that was not sent": open_unsent_form,
    "the check of the answers": open_check,
    "the confirmation": open_confirmation,
    "an address that is not there": open_unknown_address,
    "an address that is too long": open_overlong_address,
    "all answers open": open_questions,
    "a confirmation that is not there": open_unknown_confirmation,
    "search results": open_results,
    "search results in a crisis": open_crisis_results,
    "a search that finds nothing": open_no_results,
    "the guide's answer": answer_guide,
    "the planner's ticks": pick_times,
    "a week that fits": draw_week,
    "a week that does not fit": draw_full_week,
}
STOPS = [*PUBLIC_PAGES, *STATES]


@dataclass(frozen=True)
class Received:
    """One answer: its address and its bytes on the wire, headers included."""

    url: str
    size: int


@dataclass
class Visit:
    """All that a stop showed, at one width and in one colour scheme."""

    path: str = ""
    title: str = ""
    violations: str = ""
    too_wide: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    cookies: set[str] = field(default_factory=set)
    stored: int = 0


def go(page: Page, stop: str) -> None:
    """Opens a page, or takes the steps to a state."""
    if stop in STATES:
        STATES[stop](page)
    else:
        page.goto(stop)
    page.wait_for_load_state()


def watch(context: BrowserContext, page: Page, origin: str) -> list[str]:
    """A list that fills with whatever a page must not do from here on."""
    complaints: list[str] = []

    def elsewhere(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(origin).netloc:
            complaints.append(f"asked elsewhere: {request.url}")

    context.on("request", elsewhere)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def asked_on(page: Page, way: Callable[[], None]) -> list[str]:
    """The kinds of questions the browser asks on that way out of the page."""
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    with page.expect_navigation():
        way()
    return asked


class Visits:
    """Visits to the site at `origin`; a stop is opened once for each width, tests share it."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.browser, self.origin = browser, origin
        self._opened = cache(self._open)

    def of(self, stop: str, width: int, scheme: str) -> Visit:
        return self._opened(stop, width)[scheme]

    def context(self, width: int, **options: object) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.origin,
            viewport={"width": width, "height": HEIGHT},
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        return context

    def _open(self, stop: str, width: int) -> dict[str, Visit]:
        """Opened in the light scheme, then switched to the dark one, as at sunset."""
        context = self.context(width)
        page = context.new_page()
        complaints = watch(context, page, self.origin)
        finished: list[Request] = []

        def note(request: Request) -> None:  # Playwright takes no built-in method as a listener
            finished.append(request)

        page.on("requestfinished", note)
        go(page, stop)
        visits = {scheme: look(page, scheme, finished) for scheme in SCHEMES}
        context.close()
        expected = [text for text in complaints if stop in STATES and ERROR_ANSWER.match(text)]
        for visit in visits.values():
            visit.complaints = [text for text in complaints if text not in expected]
        return visits


def look(page: Page, scheme: str, finished: list[Request]) -> Visit:
    """What the page shows in a scheme; `finished` are all requests so far."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(LOAD_ALL)
    visit = Visit(
        path=urlsplit(page.url).path,
        title=page.title(),
        too_wide=page.evaluate(TOO_WIDE),
        received=[received(request) for request in finished],
        cookies={cookie["name"] for cookie in page.context.cookies()},
        stored=page.evaluate("localStorage.length + sessionStorage.length"),
    )
    # As tall as the page: a bar that stays at the window's edge then covers nothing that a scroll
    # would uncover.
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, tall)})
    report = Axe().run(page, options=WCAG)
    page.set_viewport_size({"width": width, "height": height})
    if report.violations_count:
        visit.violations = report.generate_report()
    return visit


def assert_none(found: list[str]) -> None:
    """Fails with every finding on a line of its own."""
    assert not found, "\n".join(["", *found])


def received(request: Request) -> Received:
    sizes = request.sizes()
    return Received(request.url, sizes["responseHeadersSize"] + sizes["responseBodySize"])
