"""The frame of every page in a real browser: menu, phone bar, way out, paper, forced colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, Route

from programs.models import Clinic
from tests.pages import FORM, PROGRAM, PUBLIC_PAGES

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 780}
FIRST_SCREENS = ({"width": 412, "height": 823}, {"width": 360, "height": 800})
TARGETS = {"runOnly": ["target-size"], "rules": {"target-size": {"enabled": True}}}
AWAY = "https://www.weather.gov/"
# True when what has the focus lies in the window and nothing is drawn over its middle.
FOCUS_IS_SEEN = """() => {
  const focused = document.activeElement;
  const box = focused.getBoundingClientRect();
  const bar = document.querySelector(".phone-bar").getBoundingClientRect();
  if (focused.closest(".phone-bar")) return true;
  if (focused.matches("body, main, .skip-link")) return true;
  return box.top >= 0 && box.bottom <= bar.top;
}"""
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 600);
})"""


@pytest.fixture
def content(transactional_db, site):
    """The real content, committed, so that the live server sees it."""


@pytest.fixture
def open_tab(browser: Browser, live_server, content) -> Iterator[Callable[..., Page]]:
    """A tab with options of its own, in which the other site is a page of ours."""
    contexts = []

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<title>Weather</title>")

    def open_it(**options) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        context.route(f"{AWAY}**", answer)
        contexts.append(context)
        return context.new_page()

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def first(visits) -> Iterator[Page]:
    """A phone's tab on the served site, not scrolled."""
    context = visits.context(360)
    yield context.new_page()
    context.close()


class TestPhone:
    @pytest.mark.parametrize(("width", "lines"), [(390, 1), (320, 2)])
    def test_the_header_stays_small(self, open_tab, width, lines):
        tab = open_tab(viewport={"width": width, "height": 780})
        tab.goto("/")
        assert tab.locator(".site-header .wordmark span").bounding_box()["height"] < lines * 26
        assert tab.locator(".site-header").bounding_box()["height"] <= 80

    def test_the_bar_never_covers_what_has_the_focus(self, open_tab):
        tab = open_tab(viewport=PHONE, reduced_motion="reduce")
        tab.goto(PROGRAM)
        covered = []
        for _step in range(60):
            tab.keyboard.press("Tab")
            if not tab.evaluate(FOCUS_IS_SEEN):
                covered.append(tab.evaluate("document.activeElement.outerHTML"))
        assert covered == []

    def test_the_bar_covers_nothing_at_the_end_of_the_page(self, open_tab):
        tab = open_tab(viewport=PHONE, reduced_motion="reduce")
        tab.goto("/")
        tab.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
        end = tab.locator(".site-footer").bounding_box()
        bar = tab.locator(".phone-bar").bounding_box()
        assert end["y"] + end["height"] <= bar["y"] + 1

    @pytest.mark.parametrize("path", PUBLIC_PAGES)
    @pytest.mark.parametrize("size", FIRST_SCREENS, ids=lambda size: f"{size['width']}px")
    def test_on_the_first_screen_nothing_that_is_touched_is_half_covered(self, first, path, size):
        first.set_viewport_size(size)
        first.goto(path)
        assert first.evaluate("scrollY") == 0
        found = Axe().run(first, options=TARGETS)
        assert found.violations_count == 0, found.generate_report()

    def test_the_bar_shows_once_the_page_is_scrolled(self, open_tab):
        tab = open_tab(viewport=PHONE, java_script_enabled=False)
        tab.goto("/")
        bar = tab.locator(".phone-bar")
        assert not bar.is_visible()
        tab.mouse.wheel(0, 40)
        bar.wait_for(state="visible")
        assert bar.bounding_box()["y"] + bar.bounding_box()["height"] == PHONE["height"]

    def test_the_bar_shows_at_once_on_a_page_that_does_not_scroll(self, open_tab):
        tab = open_tab(viewport={"width": 390, "height": 12_000})
        tab.goto("/help-now/")
        assert tab.locator(".phone-bar").is_visible()

    def test_the_bar_asks_for_a_call_back_while_no_number_is_known(self, open_tab):
        tab = open_tab(viewport=PHONE)
        tab.goto("/")
        assert tab.locator(".phone-bar a").first.get_attribute("href") == FORM

    def test_the_bar_calls_when_a_number_is_known(self, open_tab):
        Clinic.objects.update_or_create(pk=1, defaults={"phone": "+16195550123"})
        tab = open_tab(viewport=PHONE)
        tab.goto("/")
        assert tab.locator(".phone-bar a").first.get_attribute("href") == "tel:+16195550123"

    def test_the_bar_is_away_from_the_form_and_from_wide_and_low_windows(self, open_tab):
        tab = open_tab(viewport=PHONE)
        tab.goto(FORM)
        assert tab.locator(".phone-bar").count() == 0
        for size in ({"width": 1280, "height": 800}, {"width": 320, "height": 256}):
            tab.set_viewport_size(size)
            tab.goto("/")
            assert not tab.locator(".phone-bar").is_visible()

    def test_what_is_touched_is_large_enough(self, open_tab):
        tab = open_tab(viewport=PHONE)
        tab.goto("/help-now/")
        tab.mouse.wheel(0, 40)
        tab.locator(".phone-bar").wait_for(state="visible")
        for main in (".crisis-routes a", ".menu summary", ".phone-bar a", ".btn"):
            for place in tab.locator(main).all():
                if place.is_visible():
                    assert place.bounding_box()["height"] >= 44, main


class TestMenu:
    @pytest.mark.parametrize("scripts", [True, False])
    def test_opens_by_keyboard_and_leads_on(self, open_tab, scripts):
        tab = open_tab(viewport=PHONE, java_script_enabled=scripts)
        tab.goto("/")
        tab.locator(".menu summary").focus()
        tab.keyboard.press("Enter")
        link = tab.locator(".menu a", has_text="Questions")
        assert link.is_visible()
        link.focus()
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/questions/")

    def test_closes_on_escape_and_gives_the_focus_back(self, open_tab):
        tab = open_tab(viewport=PHONE)
        tab.goto("/")
        tab.locator(".menu summary").click()
        tab.locator(".menu a").first.focus()
        tab.keyboard.press("Escape")
        assert tab.evaluate("document.querySelector('.menu').open") is False
        assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_is_accessible_while_open(self, open_tab, scheme):
        tab = open_tab(viewport=PHONE, color_scheme=scheme)
        tab.goto("/")
        tab.locator(".menu summary").click()
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


class TestLeaving:
    def test_is_a_plain_link_without_a_script(self, open_tab):
        tab = open_tab(java_script_enabled=False)
        tab.goto("/")
        link = tab.locator(".crisis-strip .leave")
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
        link.click()
        tab.wait_for_url(AWAY)

    def test_takes_the_page_out_of_the_tabs_history(self, open_tab):
        tab = open_tab()
        tab.goto("/help-now/")
        tab.goto("/")
        tab.locator(".crisis-strip .leave").click()
        tab.wait_for_url(AWAY)
        tab.go_back()
        assert tab.url.endswith("/help-now/")

    def test_shift_three_times_leaves(self, open_tab):
        tab = open_tab()
        tab.goto("/")
        for _press in range(3):
            tab.keyboard.press("Shift")
        tab.wait_for_url(AWAY)

    def test_shift_while_writing_does_not_leave(self, open_tab):
        tab = open_tab()
        tab.goto(FORM)
        tab.locator("#id_name").focus()
        tab.keyboard.type("ABC")
        for _press in range(2):
            tab.keyboard.press("Shift")
        tab.keyboard.press("a")
        tab.keyboard.press("Shift")
        assert tab.url.endswith(FORM)

    @pytest.mark.parametrize("field", ["#id_name", "[name=asking_for]"])
    def test_shift_alone_never_leaves_a_form(self, open_tab, field):
        tab = open_tab()
        tab.goto(FORM)
        tab.locator(field).first.focus()
        for _press in range(5):  # as many as switch Sticky Keys on
            tab.keyboard.press("Shift")
        tab.wait_for_timeout(200)
        assert tab.url.endswith(FORM)

    def test_the_footer_speaks_of_shift_where_a_script_listens(self, open_tab):
        for scripts in (True, False):
            tab = open_tab(java_script_enabled=scripts)
            tab.goto("/")
            assert ("Shift" in tab.locator(".site-footer").inner_text()) is scripts

    def test_says_that_it_erases_no_history(self, open_tab):
        tab = open_tab()
        tab.goto("/")
        note = tab.locator(".crisis-strip .leave").get_attribute("aria-describedby")
        assert "does not erase" in tab.locator(f"#{note}").inner_text()


@pytest.mark.parametrize("path", ["/", "/admin/login/"])
def test_the_demonstrations_ribbon_lies_in_a_landmark(open_tab, settings, path):
    settings.DEMO = True
    tab = open_tab()
    tab.goto(path)
    assert tab.get_by_role("complementary", name="Demonstration").is_visible()
    found = Axe().run(tab, options={"runOnly": ["region"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [1000, 1280, 1440, 1920])
def test_the_drawing_stands_clear_of_the_first_words(open_tab, width):
    tab = open_tab(viewport={"width": width, "height": 900})
    tab.goto("/")
    drawn = tab.locator(".hero .s-sea").bounding_box()["x"]
    for words in tab.locator(".hero .btn, .hero .who, .hero .lead").all():
        box = words.bounding_box()
        assert box["x"] + box["width"] + 16 <= drawn


def test_the_words_under_the_figures_share_a_line(open_tab):
    tab = open_tab(viewport={"width": 1280, "height": 900})
    tab.goto("/programs/")
    assert len({words.bounding_box()["y"] for words in tab.locator(".figures dt").all()}) == 1


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}])
@pytest.mark.parametrize("path", ["/", PROGRAM, "/questions/", FORM])
def test_nothing_shifts_while_the_page_arrives(open_tab, path, size):
    tab = open_tab(viewport=size)
    tab.goto(path)
    assert tab.evaluate(SHIFTS) == 0


def test_the_stand_in_is_about_as_wide_as_the_heading_font(open_tab):
    tab = open_tab()
    tab.goto("/")
    wide = tab.evaluate(
        """async (words) => {
          await document.fonts.load("560 40px Fraunces");
          const line = document.createElement("span");
          line.textContent = words;
          document.body.append(line);
          return ["Fraunces", "Fraunces stand-in"].map((family) => {
            line.style.font = `560 40px "${family}"`;
            return line.getBoundingClientRect().width;
          });
        }""",
        "Help that fits around work, school and family",
    )
    assert wide[0] == pytest.approx(wide[1], rel=0.04)


def test_scenes_are_line_drawings_in_forced_colours(open_tab):
    tab = open_tab(forced_colors="active")
    tab.goto("/")
    fill, stroke = tab.evaluate(
        """() => { const style = getComputedStyle(document.querySelector(".hero .s-sun"));
                   return [style.fill, style.stroke]; }"""
    )
    assert (fill, stroke) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")


@pytest.mark.parametrize("piece", [".btn-primary", ".crisis-routes a", ".menu summary"])
def test_what_is_pressed_has_an_edge_where_grounds_are_taken_away(open_tab, piece):
    tab = open_tab(forced_colors="active", viewport=PHONE)
    tab.goto("/")
    edge = tab.evaluate(
        """(piece) => { const style = getComputedStyle(document.querySelector(piece));
                        return [style.borderTopStyle, style.borderTopWidth]; }""",
        piece,
    )
    assert edge == ["solid", "2px"]


class TestPaper:
    @pytest.fixture
    def sheet(self, open_tab) -> Page:
        tab = open_tab(color_scheme="dark")
        tab.emulate_media(media="print", color_scheme="dark")
        return tab

    def test_is_black_on_white_whatever_the_screen_was(self, sheet):
        sheet.goto("/")
        colours = sheet.evaluate(
            """() => { const style = getComputedStyle(document.body);
                       return [style.color, style.backgroundColor]; }"""
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]

    def test_has_the_crisis_numbers_and_no_ways_around_the_site(self, sheet):
        sheet.goto("/")
        assert sheet.locator("#crisis a[href='tel:988']").is_visible()
        for gone in (".site-nav", ".menu", ".crisis-strip", ".phone-bar", "#site-map", ".scene"):
            assert not sheet.locator(gone).first.is_visible(), gone

    def test_has_the_answers_of_closed_questions(self, sheet):
        sheet.goto("/questions/")
        assert sheet.locator(".question .prose").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_the_style_page(page: Page, content, sign_in, width, scheme):
    sign_in(User.objects.create_user("styler", is_staff=True))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto("/admin/style/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # One piece stands there in several states, under one name.
    found = Axe().run(page, options={"rules": {"landmark-unique": {"enabled": False}}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("where", ["/", "/nothing/here/"])
def test_the_clinics_state_stands_under_the_header(open_tab, where):
    Clinic.objects.update_or_create(
        pk=1, defaults={"accepting_new_clients": False, "accepting_checked_on": "2026-01-05"}
    )
    tab = open_tab()
    tab.goto(where)
    assert tab.locator(".closed-note").is_visible() is (where == "/")
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
