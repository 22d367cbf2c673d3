"""Text can be enlarged and spaced: nothing scrolls sideways, is cut off, overlaps or is covered.

WCAG 1.4.4, 1.4.10 and 1.4.12. A desktop of 1280 by 1024 at 400 % is 320 by 256 CSS pixels of four
device pixels each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from playwright.sync_api import Page

from tests.browser.visits import DESKTOP, STOPS, TOO_WIDE, assert_none, go

# The share of a zoomed window that bars which stay in place may take.
BARS = 0.34

# WCAG 1.4.12's own numbers, over whatever the site says.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets.push(sheet);
}"""

# Elements that hide what runs over their edge, and have text that does. What is meant for screen
# readers alone is one pixel large and not meant to be seen.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  if (!element.innerText?.trim() || box.width <= 2 || box.height <= 2) return false;
  if (!element.checkVisibility({ visibilityProperty: true })) return false;
  const cuts = (value) => value === "hidden" || value === "clip";
  return (cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
    || (cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
}).map((element) => `${element.tagName}.${element.className}: ${element.innerText.slice(0, 60)}`)"""

# Words of a drawing that leave it, or that stand on other words of it.
DRAWN = """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect(), found = [];
  const texts = [...svg.querySelectorAll("text")].filter((text) => text.getBBox().width > 0);
  const boxes = texts.map((text) => text.getBoundingClientRect());
  texts.forEach((text, i) => {
    const box = boxes[i], said = text.textContent.trim();
    if (box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.push(`cut off: ${said}`);
    boxes.slice(0, i).forEach((other, j) => {
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      // Line boxes are taller than letters: a quarter of a line may overlap.
      if (across > 1 && down > box.height / 4) {
        found.push(`overlap: ${said} / ${texts[j].textContent.trim()}`);
      }
    });
  });
  return found;
})"""

# The share of the window that elements which stay in place cover.
STUCK = """() => {
  let covered = 0;
  for (let y = 0; y < innerHeight; y += 2) {
    const stuck = document.elementsFromPoint(innerWidth / 2, y).some((element) => {
      const position = getComputedStyle(element).position;
      if (position === "fixed") return true;
      const box = element.getBoundingClientRect();
      return position === "sticky" && (box.top <= 1 || box.bottom >= innerHeight - 1);
    });
    if (stuck) covered += 2;
  }
  return covered / innerHeight;
}"""

# At the end of the page, what covers the last words of the footer; "" when nothing does.
LAST_WORDS_COVERED = """() => {
  window.scrollTo(0, document.documentElement.scrollHeight);
  const last = [...document.querySelectorAll("footer :is(a, p, li, small, address)")]
    .filter((element) => element.checkVisibility() && element.innerText.trim()
      && !["fixed", "sticky"].includes(getComputedStyle(element).position)).at(-1);
  const box = [...last.getClientRects()].at(-1);
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return last.contains(over) || over?.contains(last) ? "" : String(over?.className ?? over);
}"""


def unreadable(page: Page) -> list[str]:
    return [*page.evaluate(TOO_WIDE), *page.evaluate(CUT_OFF), *page.evaluate(DRAWN)]


@dataclass(frozen=True)
class Reading:
    """What was wrong with a stop at 400 %, then with spaced text, then with that on a desktop."""

    zoomed: list[str]
    bars: float
    covered: str
    spaced: list[str]
    spaced_wide: list[str]


@pytest.fixture(scope="module")
def reading(visits) -> Callable[[str], Reading]:
    """`reading(stop)`; a stop is opened once."""

    @cache
    def read(stop: str) -> Reading:
        context = visits.context(320, device_scale_factor=4)
        page = context.new_page()
        page.set_viewport_size({"width": 320, "height": 256})
        go(page, stop)
        zoomed = unreadable(page)
        bars, covered = page.evaluate(STUCK), page.evaluate(LAST_WORDS_COVERED)
        page.evaluate(SPACED)
        spaced = unreadable(page)
        page.set_viewport_size({"width": DESKTOP, "height": 1024})
        found = Reading(zoomed, bars, covered, spaced, unreadable(page))
        context.close()
        return found

    return read


@pytest.mark.parametrize("stop", STOPS)
def test_a_page_can_be_read_at_400_percent(reading, stop):
    assert_none(reading(stop).zoomed)


@pytest.mark.parametrize("stop", STOPS)
def test_bars_leave_room_and_uncover_the_end_of_the_page_at_400_percent(reading, stop):
    assert reading(stop).bars <= BARS
    assert reading(stop).covered == ""


@pytest.mark.parametrize("stop", STOPS)
def test_a_page_can_be_read_with_spaced_text_at_400_percent(reading, stop):
    assert_none(reading(stop).spaced)


@pytest.mark.parametrize("stop", STOPS)
def test_a_page_can_be_read_with_spaced_text_on_a_desktop(reading, stop):
    assert_none(reading(stop).spaced_wide)


def test_the_judges_of_this_file_see_what_they_are_for(tab):
    tab.goto("/help-now/")
    tab.evaluate("""() => {
      const main = document.querySelector("main");
      main.innerHTML = `<p class="cut">A sentence that is too long</p><svg width="50" height="20">
        <text y="10">Much too long for it</text><text y="12">Above</text></svg>`;
      const cut = main.querySelector(".cut");
      Object.assign(cut.style, { width: "3rem", whiteSpace: "nowrap", overflow: "hidden" });
      const bar = document.body.appendChild(document.createElement("div"));
      bar.className = "bar";
      Object.assign(bar.style, { position: "fixed", bottom: 0, height: "50vh", width: "100%" });
    }""")
    assert "P.cut" in tab.evaluate(CUT_OFF)[0]
    assert {found.split(":")[0] for found in tab.evaluate(DRAWN)} == {"cut off", "overlap"}
    assert tab.evaluate(STUCK) > BARS
    assert tab.evaluate(LAST_WORDS_COVERED) == "bar"
