"""Previous and next, in the view of the queue that an inquiry was opened from."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admissions import related, workflow
from admissions.admin import tabs, view
from admissions.admin.view import Neighbours, View
from admissions.models import Inquiry
from tests.admissions.answers import soup_of
from tests.factories import InquiryFactory

URL = reverse("admin:admissions_inquiry_changelist")


@pytest.fixture
def many(coordinator, colleague):
    """Some of each kind, with equal times among them, so that only the key tells them apart."""
    now, today = timezone.now(), timezone.localdate()
    rows = []
    for n in range(24):
        received = now - timedelta(minutes=100 + 10 * (n % 3))
        facts = {"received_at": received, "priority": n % 2 * 2, "language": ["en", "es"][n % 2]}
        if n % 4 == 1:
            facts |= {"status": "claimed", "assignee": coordinator, "first_attempt_at": now}
        elif n % 4 == 2:
            facts |= {
                **{"status": "claimed", "assignee": colleague, "first_attempt_at": now},
                "follow_up_on": today - timedelta(days=n % 3 - 1),
            }
        elif n % 8 == 3:
            closed = now - timedelta(days=n % 2)
            facts |= {"status": "closed", "outcome": "spam", "closed_at": closed}
        elif n % 8 == 7:
            facts |= {"quarantined_at": received}
        rows.append(InquiryFactory(**facts))
    return rows


@pytest.mark.parametrize(
    "chosen",
    [
        *({}, {"language": "es"}, {"priority": "2"}, {"assignee": "me"}, {"outcome": "spam"}),
        *({"assignee": "me", "priority": "0"}, {"received": "2000-01-01..2100-01-01"}),
        {"source": "web", "came_from": "none", "received": "2000-01-01.."},
    ],
)
@pytest.mark.parametrize("tab", tabs.TABS.values(), ids=lambda tab: tab.name)
def test_the_neighbours_are_those_of_the_list(tab, chosen, many, coordinator):
    here = View(user=coordinator, tab=tab, chosen=chosen)
    listed = list(here.whole().values_list("pk", flat=True))
    assert listed or chosen
    for before, key, after in zip([None, *listed], listed, [*listed[1:], None], strict=False):
        assert here.neighbours(Inquiry.objects.get(pk=key)) == Neighbours(before, after)


@pytest.mark.parametrize("chosen", [{}, {"language": "es"}])
def test_an_inquiry_that_has_left_the_view_still_has_its_place_in_it(chosen, many, coordinator):
    Inquiry.objects.update(language="es")
    here = View(user=coordinator, tab=tabs.TABS["unassigned"], chosen=chosen)
    first, second, third = here.whole()[:3]
    workflow.claim(inquiry=second, actor=coordinator, version=1)
    claimed = Inquiry.objects.get(pk=second.pk)
    assert here.neighbours(claimed) == Neighbours(first.pk, third.pk)


@pytest.mark.parametrize("tab", tabs.TABS.values(), ids=lambda tab: tab.name)
def test_what_no_longer_fits_still_stands_between_the_same_two(tab, many, coordinator):
    Inquiry.objects.update(language="es")
    here = View(user=coordinator, tab=tab, chosen={"language": "es"})
    listed = list(here.whole())
    assert len(listed) >= 3
    for before, inquiry, after in zip(listed, listed[1:], listed[2:], strict=False):
        Inquiry.objects.filter(pk=inquiry.pk).update(language="en")
        assert here.neighbours(inquiry) == Neighbours(before.pk, after.pk)
        Inquiry.objects.filter(pk=inquiry.pk).update(language="es")


@pytest.mark.parametrize("chosen", [{}, {"language": "es"}])
def test_after_an_inquiry_that_has_no_place_in_the_view_comes_the_first(chosen, many, coordinator):
    here = View(user=coordinator, tab=tabs.TABS["closed"], chosen=chosen)
    stranger = Inquiry.objects.filter(closed_at__isnull=True).first()
    assert here.neighbours(stranger) == Neighbours(None, here.whole().first().pk)


@pytest.mark.parametrize("chosen", [{}, {"language": "es"}])
def test_after_what_leaves_an_empty_view_comes_nothing(chosen, coordinator):
    here = View(user=coordinator, tab=tabs.TABS["closed"], chosen=chosen)
    assert here.neighbours(InquiryFactory()) == Neighbours(None, None)


def test_neighbours_of_a_plain_tab_cost_one_query(many, coordinator, django_assert_num_queries):
    here = View(user=coordinator)
    inquiry = here.rows()[3]
    with django_assert_num_queries(1):
        here.neighbours(inquiry)


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def test_the_workspace_leads_on_in_the_view_it_was_opened_from(desk, many, coordinator):
    expected = [row.reference for row in View(user=coordinator).rows()[:3]]
    address = soup_of(desk.get(URL)).select_one("#result_list tbody th a")["href"]
    seen = []
    for _n in range(3):
        soup = soup_of(desk.get(address))
        seen.append(soup.select_one(".desk-head .desk-reference").text)
        address = soup.select_one(".desk-neighbours [rel=next]")["href"]
    assert seen == expected
    assert soup.select_one(".desk-neighbours [rel=prev]")


def test_a_search_leads_on_through_what_it_found(desk):
    later, earlier = (InquiryFactory(name="Rosa Cruz") for _n in range(2))
    soup = soup_of(desk.post(URL, {"words": "Rosa"}, follow=True))
    address = soup.select_one("#result_list tbody th a")["href"]
    assert "Rosa" not in address
    soup = soup_of(desk.get(address))
    assert soup.select_one(".desk-reference").text == earlier.reference
    following = soup_of(desk.get(soup.select_one("[rel=next]")["href"]))
    assert following.select_one(".desk-reference").text == later.reference
    assert following.select_one("[rel=next]") is None


def test_a_step_stays_in_the_view(desk, coordinator):
    inquiry, _other = InquiryFactory(), InquiryFactory()
    soup = soup_of(desk.get(f"{inquiry.get_absolute_url()}?show=unassigned"))
    form = soup.select_one("form[action*='/claim/']")
    response = desk.post(form["action"], {"version": 1})
    assert response.url == f"{inquiry.get_absolute_url()}?show=unassigned"
    assert soup_of(desk.get(response.url)).select_one("[rel=next]")


@pytest.mark.parametrize(
    "query", ["", "?show=nothing", "?show=all&find=x", "?show=open&language=xx"]
)
def test_an_inquiry_opened_from_elsewhere_has_no_neighbours(query, desk):
    inquiry, _other = InquiryFactory(), InquiryFactory()
    response = desk.get(f"{inquiry.get_absolute_url()}{query}")
    assert response.status_code == 200
    assert soup_of(response).select(".desk-neighbours") == []


@pytest.mark.parametrize("query", ["show=open", "show=open&language=en", "words"])
def test_the_workspace_costs_no_more_with_ten_times_the_rows(query, desk):
    inquiry = InquiryFactory(name="Rosa Cruz")
    if query == "words":
        query = desk.post(URL, {"words": "Rosa Cruz"}).url.partition("?")[2] + "&show=all"
    address = f"{inquiry.get_absolute_url()}?{query}"
    desk.get(address)  # the first view is written down once

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    for _n in range(4):
        InquiryFactory(name="Rosa Cruz", phone=None, email="a@example.org", contact_by="email")
    few = cost()
    for _n in range(40):
        InquiryFactory(name="Rosa Cruz", phone=None, email="a@example.org", contact_by="email")
    assert cost() == few <= 15


def test_a_narrowed_tab_looks_through_its_first_rows_only(many, coordinator, monkeypatch):
    monkeypatch.setattr(view, "MOST_LOOKED_THROUGH", 4)
    found = View(user=coordinator, chosen={"language": "es"}).narrowed()
    first = View(user=coordinator).rows()[:4]
    assert found.keys == [row.pk for row in first if row.language == "es"]
    assert found.capped


STOPS = "stops here"


@pytest.mark.parametrize(
    ("limit", "query"),
    [("MOST_LOOKED_THROUGH", "show=open&language=en"), ("MOST_COUNTED", "show=open&priority=0")],
)
def test_where_the_list_stops_the_page_says_so_in_place_of_next(limit, query, desk, monkeypatch):
    monkeypatch.setattr(view, limit, 2)
    first, last, _beyond = InquiryFactory.create_batch(3)
    soup = soup_of(desk.get(f"{first.get_absolute_url()}?{query}"))
    assert soup.select_one("[rel=next]")
    assert STOPS not in soup.select_one(".desk-neighbours").text
    soup = soup_of(desk.get(f"{last.get_absolute_url()}?{query}"))
    assert soup.select_one("[rel=next]") is None
    assert STOPS in soup.select_one(".desk-neighbours").text


def test_at_the_end_of_a_list_that_holds_all_nothing_is_said_to_stop(desk):
    _first, last = InquiryFactory.create_batch(2)
    for query in ("show=open&language=en", "show=open&priority=0", "show=open"):
        nav = soup_of(desk.get(f"{last.get_absolute_url()}?{query}")).select_one(".desk-neighbours")
        assert nav.select_one("[rel=prev]")
        assert STOPS not in nav.text


def test_at_the_end_of_a_search_that_stopped_early_the_page_says_so(desk, monkeypatch):
    monkeypatch.setattr(related, "MOST_FOUND", 2)
    monkeypatch.setattr(view, "MOST_LOOKED_THROUGH", 2)
    InquiryFactory.create_batch(3, name="Rosa Cruz")
    soup = soup_of(desk.post(URL, {"words": "Rosa"}, follow=True))
    address = soup.select("#result_list tbody th a")[-1]["href"]
    assert "The search stops here" in soup_of(desk.get(address)).select_one(".desk-neighbours").text
