"""Every public page and state in a real browser, on a phone and a desktop, in light and dark."""

from __future__ import annotations

import pytest

from tests.browser.visits import DESKTOP, PHONE, SCHEMES, STOPS, Visit, assert_none, go
from tests.pages import FORM, PUBLIC_PAGES

CSRF = "csrftoken"


@pytest.fixture
def visit(visits, stop, width, scheme) -> Visit:
    return visits.of(stop, width, scheme)


# One stop after another, so that all tests of a visit stand together in the report.
everywhere = pytest.mark.parametrize(
    ("stop", "width", "scheme"),
    [(stop, width, scheme) for stop in STOPS for width in (PHONE, DESKTOP) for scheme in SCHEMES],
)


@everywhere
def test_axe_finds_nothing(visit):
    assert not visit.violations, visit.violations


@everywhere
def test_the_page_fits_its_width(visit):
    assert_none(visit.too_wide)


@everywhere
def test_the_console_stays_silent_and_nothing_is_asked_elsewhere(visit):
    assert_none(visit.complaints)


@everywhere
def test_nothing_is_kept_in_the_browser_but_the_forms_token(visit):
    assert visit.stored == 0
    assert visit.cookies <= ({CSRF} if visit.path.startswith(FORM) else set())


def test_every_page_has_a_title_of_its_own(visits):
    titles = [visits.of(path, DESKTOP, "light").title for path in PUBLIC_PAGES]
    assert_none([title for title in titles if not title or titles.count(title) > 1])


def test_the_forms_errors_are_named_in_the_title_and_have_the_focus(visits):
    context = visits.context(PHONE)
    page = context.new_page()
    go(page, "the form's errors")
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    context.close()
