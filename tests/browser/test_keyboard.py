"""The keyboard alone reaches everything, in the order of the page, and one sees where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.visits import DESKTOP, PHONE, STOPS, go

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
  const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]]
    .map(([x, y]) => [box.left + box.width * x, box.top + box.height * y]);
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


@pytest.fixture
def tab_at(visits):
    """`tab_at(stop, width)`: a tab there."""
    contexts = []

    def open_tab(stop: str, width: int) -> Page:
        contexts.append(visits.context(width))
        page = contexts[-1].new_page()
        go(page, stop)
        # Where a state puts the focus is its own test's matter; here one begins at the top.
        page.evaluate("document.body.tabIndex = -1, document.body.focus(), scrollTo(0, 0)")
        page.evaluate("document.body.removeAttribute('tabindex')")
        return page

    yield open_tab
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("stop", STOPS)
def test_tab_reaches_everything_in_order_and_one_sees_where_one_is(tab_at, stop, width):
    page = tab_at(stop, width)
    indexes = page.evaluate(STOPS_ON_PAGE)
    assert set(indexes) == {0}, "a positive tabindex moves things out of order"
    reached = walk(page, len(indexes) + 1)
    assert [here["stop"] for here in reached] == [str(i) for i in range(len(indexes))], [
        here["name"] for here in reached
    ]
    assert [here for here in reached if here["wrong"]] == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("stop", STOPS)
def test_the_first_stop_is_the_skip_link_and_it_leads_past_the_header(tab_at, stop, width):
    page = tab_at(stop, width)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    inside = "document.querySelector('#main').contains(document.activeElement)"
    after = (
        "document.querySelector('#main').compareDocumentPosition(document.activeElement)"
        " & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    assert page.evaluate(f"{inside} || Boolean({after})")
