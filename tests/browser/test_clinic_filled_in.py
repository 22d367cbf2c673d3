"""The site once the clinic has entered everything, while it takes nobody new: the longest pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError

from programs.models import Clinic
from tests.browser import wire
from tests.browser.visits import DESKTOP, PHONE, SCHEMES, Visits, assert_none, look
from tests.pages import FORM, PROGRAM, PUBLIC_PAGES
from tests.serving import Served, copy_project, manage, serving

FILL_IN = """
from datetime import date, time, timedelta
from django.utils import timezone
from programs.models import AcceptedPayer, Clinic, OpeningHours, Payer
today = timezone.localdate()
Clinic.objects.update(
    name="Amity San Diego", phone="+16195550100", text_phone="+16195550101",
    email="admissions@clinic.example", security_contact="security@clinic.example",
    street="1234 Made Up Boulevard, Suite 500", city="San Diego", postal_code="92101-0000",
    call_back_minutes=30, accepting_new_clients=False, accepting_checked_on=today,
    certification_number="370000AP", certification_expires_on=today + timedelta(days=400),
    languages="English\\nSpanish\\nVietnamese\\nTagalog",
)
for day in range(7):
    for opens in (8, 13):
        OpeningHours.objects.create(
            clinic_id=1, weekday=day, opens=time(opens), closes=time(opens + 4)
        )
for payer in Payer.values:
    if payer != "unsure":
        AcceptedPayer.objects.create(clinic_id=1, payer=payer, verified_on=today)
"""


@pytest.fixture(scope="session")
def filled_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = copy_project(tmp_path_factory.mktemp("filled-in"))
    with contextmanager(serving)(folder, INQUIRY_RATE="10000/h") as served:
        done = manage(folder, "shell", "-c", FILL_IN)
        assert done.returncode == 0, done.stderr
        yield served


@pytest.fixture(scope="session")
def visits_there(browser, filled_in) -> Visits:
    return Visits(browser, f"http://127.0.0.1:{filled_in.port}")


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_html_and_css_fit_the_first_flight(filled_in, path):
    assert "not taking new clients" in wire.fetch(filled_in.port, path, "identity")[1].decode()
    sizes = wire.first_flight(filled_in.port, path)
    assert sum(sizes.values()) <= wire.FIRST_FLIGHT, sizes


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "stop",
    [
        *("/", PROGRAM, "/admissions/", "/professionals/", "/language-help/", FORM),
        *("the check of the answers", "the confirmation", "a confirmation that is not there"),
    ],
)
def test_axe_finds_nothing_and_the_page_fits(visits_there, stop, width, scheme):
    visit = visits_there.of(stop, width, scheme)
    assert not visit.violations, visit.violations
    assert_none(visit.too_wide)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_on_the_form_while_the_database_is_down(
    browser, live_server, monkeypatch, width, scheme
):
    def refuse(_model: type[Clinic]) -> Clinic:
        raise OperationalError

    context = Visits(browser, live_server.url).context(width)
    page = context.new_page()
    monkeypatch.setattr(Clinic, "current", classmethod(refuse))
    page.goto(FORM)
    page.get_by_role("alert").wait_for()
    visit = look(page, scheme, [])
    context.close()
    assert not visit.violations, visit.violations
    assert_none(visit.too_wide)
