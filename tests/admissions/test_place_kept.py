"""Whoever leaves the queue for a step, a sheet or an inquiry comes back to the same page of it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from admissions import related
from admissions.admin.inquiry import InquiryAdmin
from admissions.models import Consent
from tests.admissions.answers import soup_of
from tests.factories import InquiryFactory

QUEUE = reverse("admin:admissions_inquiry_changelist")
VIEW = "?show=open&language=es"
SECOND = f"{VIEW}&p=2"


@pytest.fixture
def desk(client, lead, monkeypatch):
    """A queue of two pages, an inquiry each."""
    monkeypatch.setattr(InquiryAdmin, "list_per_page", 1)
    client.force_login(lead)
    InquiryFactory.create_batch(2, language="es")
    return client


@pytest.fixture
def page(desk):
    return soup_of(desk.get(QUEUE + SECOND))


def ways_back(response):
    """The links to the queue in the way here and in the page."""
    soup = soup_of(response)
    links = soup.select(".breadcrumbs a, #content a")
    return {link["href"] for link in links if link["href"].partition("?")[0] == QUEUE}


def test_a_bulk_step_leads_back_to_the_page_it_began_on(desk, page):
    address = page.select_one("form#bulk")["action"]
    data = {"step": "spam", "chosen": page.select_one("input[name=chosen]")["value"]}
    assert ways_back(desk.post(address, data)) == {QUEUE + SECOND}
    done = desk.post(address, {**data, "confirm": "1"})
    assert ways_back(done) == {QUEUE + SECOND}
    assert soup_of(done).select_one(".desk-chosen a")["href"].endswith(VIEW)


def test_a_bulk_step_without_a_tick_leads_back_to_the_page(desk, page):
    answer = desk.post(page.select_one("form#bulk")["action"], {"step": "spam"})
    assert answer.url == QUEUE + SECOND


def test_a_page_that_has_emptied_meanwhile_is_the_last_there_is(desk):
    soup = soup_of(desk.get(f"{QUEUE}{VIEW}&p=7"))
    assert len(soup.select("#result_list tbody tr")) == 1
    assert soup.select_one("form#bulk")["action"].endswith("?language=es&p=2&show=open")


@pytest.mark.parametrize("name", ["sheet", "file"])
def test_a_sheet_and_a_file_lead_back_to_the_page(name, desk, page):
    address = reverse(f"admin:admissions_inquiry_{name}")
    [link] = [a["href"] for a in page.select(".desk-list-bar a") if a["href"].startswith(address)]
    assert ways_back(desk.get(link)) == {QUEUE + SECOND}


def test_the_sheet_is_of_the_page_that_was_shown(desk, page):
    reference = page.select_one("#result_list tbody th a").text
    link = page.select_one(".desk-list-bar a")["href"]
    assert soup_of(desk.get(link)).select_one(".desk-sheet tbody th").text == reference


def test_what_could_not_be_used_of_an_address_is_not_handed_on(desk):
    soup = soup_of(desk.get(f"{QUEUE}{VIEW}&situation=xx&more=1"))
    assert {link["href"] for link in soup.select(".paginator a")} == {"?p=2&show=open"}


def test_linking_and_unlinking_stay_in_the_view(desk, lead):
    first, second = InquiryFactory.create_batch(2, phone="+16195550134")
    opened = first.get_absolute_url() + VIEW
    for field in ("link", "unlink"):
        address = soup_of(desk.get(opened)).select_one("form#link")["action"]
        assert desk.post(address, {field: second.pk}).url == opened
    assert not related.others(first).linked


def test_revoking_a_consent_stays_in_the_view(desk):
    inquiry = InquiryFactory()
    given = {"wording_version": "1", "language": "en", "given_at": timezone.now()}
    Consent.objects.create(inquiry=inquiry, channel="call", **given)
    opened = inquiry.get_absolute_url() + VIEW
    address = soup_of(desk.get(opened)).select_one("form#revoke")["action"]
    assert desk.post(address, {"channel": "call"}).url == opened


def test_the_way_above_an_inquiry_leads_back_to_the_view(desk):
    assert ways_back(desk.get(InquiryFactory().get_absolute_url() + VIEW)) == {QUEUE + VIEW}
