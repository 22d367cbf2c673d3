"""A long timeline is read in pages, at the price of one query each, however long it is."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from admissions import trail, workflow
from admissions.admin import workspace
from admissions.models import ContactAttempt, Event
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def long(coordinator):
    """An inquiry with 121 entries: its coming, an attempt, and 119 notes."""
    inquiry = InquiryFactory(status="claimed", assignee=coordinator)
    inquiry = workflow.record_attempt(
        inquiry=inquiry, actor=coordinator, channel="call", outcome="no-answer"
    )
    trail.append(
        *(
            Event(
                inquiry=inquiry,
                kind=Event.Kind.NOTED,
                at=timezone.now(),
                actor=coordinator,
                from_status="claimed",
                to_status="claimed",
                text=f"Note {number}",
            )
            for number in range(1, 120)
        )
    )
    return inquiry


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def soup_of(desk, address):
    response = desk.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html5lib")


def notes(soup):
    return [text.text.strip() for text in soup.select("#timeline .desk-text")]


def links(soup):
    return {a.text: a["href"].split("#")[0] for a in soup.select("#timeline a")}


def test_the_newest_come_first_and_the_rest_behind_links(desk, long):
    first = soup_of(desk, f"{long.get_absolute_url()}?show=mine")
    assert notes(first) == [f"Note {n}" for n in range(119, 69, -1)]
    assert set(links(first)) == {"Earlier entries"}
    second = soup_of(desk, links(first)["Earlier entries"])
    assert notes(second) == [f"Note {n}" for n in range(69, 19, -1)]
    assert "show=mine" in links(second)["Newest entries"]
    last = soup_of(desk, links(second)["Earlier entries"])
    assert notes(last)[-1] == "Note 1"
    assert "No answer" in last.select_one("#timeline").text
    assert set(links(last)) == {"Newest entries"}


def test_a_short_timeline_has_no_pages(desk, coordinator):
    inquiry = InquiryFactory()
    assert links(soup_of(desk, inquiry.get_absolute_url())) == {}


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1"])
def test_a_page_that_does_not_exist_is_no_error(desk, long, before):
    soup_of(desk, f"{long.get_absolute_url()}?before={before}")


def test_a_long_timeline_costs_what_a_short_one_does(desk, long):
    short = InquiryFactory()

    def cost(inquiry):
        desk.get(inquiry.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            desk.get(inquiry.get_absolute_url())
        return len(queries)

    assert cost(long) == cost(short)


def test_many_attempts_are_not_all_read(long, coordinator):
    ContactAttempt.objects.bulk_create(
        ContactAttempt(inquiry=long, actor=coordinator, channel="call", outcome="no-answer")
        for _n in range(workspace.MOST_ATTEMPTS + 20)
    )
    workspace.context(long, coordinator)
    assert len(long.attempts.all()) == workspace.MOST_ATTEMPTS


def test_a_step_from_an_earlier_page_still_tells_what_changed(desk, long, colleague):
    page = soup_of(desk, f"{long.get_absolute_url()}?before=70")
    fields = {field["name"]: field.get("value", "") for field in page.select("#step-close input")}
    workflow.set_priority(
        inquiry=long, actor=colleague, version=long.version, priority=2, reason="Alone"
    )
    response = desk.post(
        f"{long.get_absolute_url().replace('change', 'close')}", fields | {"outcome": "spam"}
    )
    alert = BeautifulSoup(response.content.decode(), "html5lib").select_one("[role=alert]")
    assert [entry.strong.text for entry in alert.select("li")] == ["Priority set"]
