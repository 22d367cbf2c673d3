"""The keyboard alone reaches everything, in the order of the page, and one sees where one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from playwright.sync_api import Page

from tests.browser.visits import DESKTOP, PHONE, STOPS, assert_none, go

# What a Tab should stop at, in the order of the document: of a group of radio buttons one, of
# closed <details> only the summary.
STOPS_ON_PAGE = """() => {
  const groups = new Set();
  const stops = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]"
  )].filter((element) => {
    if (element.disabled || element.type === "hidden" || element.tabIndex < 0) return false;
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.type !== "radio") return true;
    const group = `${element.form?.id}/${element.name}`;
    const chosen = document.querySelector(`input[name="${CSS.escape(element.name)}"]:checked`);
    if (groups.has(group) || (chosen && chosen !== element)) return false;
    groups.add(group);
    return true;
  });
  stops.forEach((element, number) => element.dataset.stop = number);
  return stops.map((element) => element.tabIndex);
}"""

# Where the focus is: the stop's number, and what is wrong with how it shows.
HERE = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const name = (element.innerText || element.name || element.value || "").trim().slice(0, 60);
  // A box that is drawn by its label shows the focus there.
  const own = element.getBoundingClientRect();
  const drawn = own.width > 2 && getComputedStyle(element).opacity !== "0"
    ? element : element.labels?.[0] ?? element;
  const rings = [element, drawn, drawn.parentElement, element.nextElementSibling].filter(Boolean);
  const ringed = rings.some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
      || (one === element && style.boxShadow !== "none");
  });
  const box = drawn.getClientRects()[0];
  // To a text area a browser scrolls its first line, where one writes, not the whole of its box.
  const height = element.tagName === "TEXTAREA" ? Math.min(box.height, 60) : box.height;
  const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]]
    .map(([x, y]) => [box.left + box.width * x, box.top + height * y]);
  const hidden = points.filter(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return !top || !(drawn.contains(top) || top.contains(drawn));
  });
  // A box taller than the window cannot be seen whole.
  const tall = box.height > innerHeight;
  const wrong = [];
  if (!ringed) wrong.push("no focus ring");
  if (hidden.length && !tall) wrong.push(`covered or out of sight at ${hidden.length} of 5 points`);
  return { stop: element.dataset.stop ?? "none", name, wrong };
}"""


def walk(page: Page, most: int) -> list[dict]:
    """Where each Tab leads from the top of the page, until it leaves the page."""
    reached = []
    for _press in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            break
        reached.append(here)
    return reached


def to_the_top(page: Page) -> None:
    """Where the focus was left is another matter; the next Tab is the page's first."""
    page.evaluate("document.body.tabIndex = -1, document.body.focus(), scrollTo(0, 0)")
    page.evaluate("document.body.removeAttribute('tabindex')")


@dataclass(frozen=True)
class Walk:
    """Pressing Tab through a stop.

    `first` is what the first Tab reaches, `skipped_to` where the focus is once it was pressed and
    whether the next Tab goes on from there; `expected` are the tabindex values in the page's order.
    """

    first: str
    skipped_to: tuple[str, bool]
    expected: list[int]
    reached: list[dict]


# Whether the focus is in the main part or behind it.
PAST_HEADER = """() => {
  const main = document.querySelector("#main"), here = document.activeElement;
  return main.contains(here) || here === document.body
    || Boolean(main.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""


@pytest.fixture(scope="module")
def walked(visits) -> Callable[[str, int], Walk]:
    """`walked(stop, width)`; a stop is opened once for each width."""

    @cache
    def walk_through(stop: str, width: int) -> Walk:
        context = visits.context(width)
        page = context.new_page()
        go(page, stop)
        to_the_top(page)
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.getAttribute('href')")
        page.keyboard.press("Enter")
        landed = page.evaluate("document.activeElement.id")
        page.keyboard.press("Tab")
        skipped_to = landed, page.evaluate(PAST_HEADER)
        # Counted a little way down, where the phone bar shows: Tab meets it at the page's end.
        page.evaluate("scrollTo({ top: 200, behavior: 'instant' })")
        page.wait_for_function("scrollY > 0 || document.body.scrollHeight <= innerHeight")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        expected = page.evaluate(STOPS_ON_PAGE)
        to_the_top(page)
        found = Walk(first, skipped_to, expected, walk(page, len(expected) + 1))
        context.close()
        return found

    return walk_through


everywhere = pytest.mark.parametrize(
    ("stop", "width"), [(stop, width) for stop in STOPS for width in (PHONE, DESKTOP)]
)


@everywhere
def test_the_first_stop_is_the_skip_link_and_it_leads_past_the_header(walked, stop, width):
    assert walked(stop, width).first == "#main"
    assert walked(stop, width).skipped_to == ("main", True)


@everywhere
def test_tab_reaches_everything_in_the_order_of_the_page(walked, stop, width):
    walk = walked(stop, width)
    assert set(walk.expected) == {0}, "a positive tabindex moves things out of order"
    assert [here["stop"] for here in walk.reached] == [*map(str, range(len(walk.expected)))], [
        here["name"] for here in walk.reached
    ]


@everywhere
def test_one_sees_where_one_is(walked, stop, width):
    reached = walked(stop, width).reached
    assert_none([f"{here['name']}: {wrong}" for here in reached for wrong in here["wrong"]])
