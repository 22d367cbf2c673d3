"""The lead's page: who may see it, what it costs, and that its bars lead to what they count."""

from __future__ import annotations

import datetime
import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admissions import faking, figures
from admissions.admin.access_records import place
from admissions.models import AccessRecord, Inquiry
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/admissions/dayfigures/"


@pytest.fixture
def desk(client, lead):
    client.force_login(lead)
    return client


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html5lib")


@pytest.mark.parametrize(
    ("who", "status"),
    [("lead", 200), ("coordinator", 403), ("editor", 403), ("auditor", 403)],
)
def test_only_leads_see_it(request, client, who, status):
    client.force_login(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == status


def test_that_it_was_looked_at_is_recorded_as_this_page(desk, lead):
    desk.get(PAGE)
    record = AccessRecord.objects.get()
    assert (record.actor, record.action) == (lead, "viewed")
    assert place(record.detail) == "How the desk is doing"


def test_an_empty_desk_has_a_page(desk):
    figures.refresh()
    page = desk.get(PAGE)
    assert page.status_code == 200
    assert "nobody yet" in page.content.decode()


def test_a_worker_that_does_not_run_is_said(desk):
    assert "does not seem to run" in desk.get(PAGE).content.decode()
    figures.refresh()
    assert "does not seem to run" not in desk.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("first=2026-02-30&last=2026-03-01", "Enter a valid date"),
        ("first=2026-03-02&last=2026-03-01", "ends before it begins"),
        ("first=2010-01-01&last=2026-03-01", "three years at most"),
        ("first=%00&last=x", "Enter a valid date"),
        ("first=9999-12-01&last=9999-12-31", "Choose a day from 2000 to 2199."),
    ],
)
def test_a_range_that_is_none_says_so_and_keeps_what_was_written(desk, asked, words):
    page = desk.get(f"{PAGE}?{asked}")
    assert words in page.content.decode()
    assert "last 13 weeks" in page.content.decode()


def test_the_cost_does_not_grow_with_the_inquiries(desk, coordinator):
    def queries() -> int:
        figures.refresh()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert desk.get(PAGE).status_code == 200
        return len(seen)

    faking.fake(20, seed=1)
    few = queries()
    faking.fake(200, seed=2)
    assert queries() == few <= 12


def test_each_chart_has_a_table_with_its_figures(desk):
    InquiryFactory()
    figures.refresh()
    page = soup(desk.get(PAGE))
    for section in page.select("section"):
        assert section.select("details table td"), section.h2.text
    assert "1 in all" in re.sub(r"\s+", " ", page.text)


def test_it_shows_only_the_days_asked_for(desk):
    InquiryFactory(received_at=datetime.datetime(2026, 3, 3, 20, tzinfo=datetime.UTC))
    figures.refresh()
    within = desk.get(f"{PAGE}?first=2026-03-01&last=2026-03-31").content.decode()
    beside = desk.get(f"{PAGE}?first=2026-04-01&last=2026-04-30").content.decode()
    assert "1 in all" in within
    assert "0 in all" in beside


def test_figures_of_an_account_that_was_deleted_meanwhile_are_shown(desk, colleague):
    InquiryFactory(status="claimed", assignee=colleague)
    figures.refresh()
    Inquiry.objects.update(assignee=None, status="new")
    colleague.delete()
    assert "An account that is no more" in desk.get(PAGE).content.decode()


def test_every_bar_leads_to_as_many_inquiries_as_it_counts(desk, coordinator):
    faking.fake(120, seed=3)
    figures.refresh()
    page = soup(desk.get(PAGE))
    bars = page.select(".desk-bars a")
    assert len(bars) > 15
    for bar in bars:
        listed = soup(desk.get(bar["href"]))
        assert len(listed.select("#result_list tbody tr")) == min(int(bar.b.text), 50), bar
