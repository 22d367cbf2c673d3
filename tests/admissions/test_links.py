"""Two inquiries are said to be of one person; both timelines tell, and it can be taken back."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from admissions import linking, related, retention
from admissions.models import InquiryLink
from admissions.workflow import IllegalTransition
from tests.factories import InquiryFactory


@pytest.fixture
def two(db):
    return [InquiryFactory(phone="+16195550134") for _n in range(2)]


def last(inquiry):
    event = inquiry.events.last()
    return event.kind, event.text, event.actor


def test_a_link_is_told_in_both_timelines_and_raises_no_version(two, coordinator):
    first, second = two
    linking.link(inquiry=second, other=first, actor=coordinator)
    assert last(first) == ("linked", second.reference, coordinator)
    assert last(second) == ("linked", first.reference, coordinator)
    assert (related.others(first).linked, related.others(second).linked) == ([second], [first])
    first.refresh_from_db()
    assert first.version == 1


def test_it_can_be_taken_back(two, coordinator):
    first, second = two
    linking.link(inquiry=first, other=second, actor=coordinator)
    linking.unlink(inquiry=second, other=first, actor=coordinator)
    assert last(first) == ("unlinked", second.reference, coordinator)
    assert related.others(first).linked == []


def test_what_makes_no_sense_is_refused(two, coordinator):
    first, second = two
    with pytest.raises(IllegalTransition, match="not linked with itself"):
        linking.link(inquiry=first, other=first, actor=coordinator)
    with pytest.raises(IllegalTransition, match="are not linked"):
        linking.unlink(inquiry=first, other=second, actor=coordinator)
    linking.link(inquiry=first, other=second, actor=coordinator)
    with pytest.raises(IllegalTransition, match="linked already"):
        linking.link(inquiry=second, other=first, actor=coordinator)
    assert first.events.count() == 2


@pytest.mark.parametrize("role", ["editor", "auditor", "outsider"])
def test_who_does_not_work_inquiries_links_none(role, request, two):
    with pytest.raises(PermissionDenied):
        linking.link(inquiry=two[0], other=two[1], actor=request.getfixturevalue(role))
    assert not InquiryLink.objects.exists()


def test_the_table_holds_a_pair_once_and_in_order(two, coordinator):
    first, second = two
    linking.link(inquiry=first, other=second, actor=coordinator)
    for low, high in ((first, second), (second, first), (first, first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            InquiryLink.objects.create(low=low, high=high, linked_by=coordinator)


def test_erasing_one_ends_its_links(two, coordinator, lead):
    first, second = two
    linking.link(inquiry=first, other=second, actor=coordinator)
    retention.erase(first, actor=lead)
    assert related.others(second).linked == []


def test_the_workspace_links_and_unlinks_by_one_press(two, client, coordinator):
    first, second = two
    client.force_login(coordinator)

    def press(name):
        page = client.get(first.get_absolute_url()).content.decode()
        soup = BeautifulSoup(page, "html5lib")
        button = soup.select_one(f"button[form=link][name={name}]")
        address = soup.select_one("form#link")["action"]
        response = client.post(address, {name: button["value"]}, follow=True)
        return BeautifulSoup(response.content.decode(), "html5lib")

    page = press("link")
    assert second.reference in page.select_one("section[aria-labelledby=alike-title]").text
    assert not page.select("button[name=link]")
    assert press("unlink").select_one("button[name=link]")["value"] == str(second.pk)


def test_a_linked_inquiry_says_who_it_is_and_who_has_it(two, client, coordinator, colleague):
    first, _second = two
    other = InquiryFactory(name="Beto Cruz", status="claimed", assignee=colleague)
    linking.link(inquiry=first, other=other, actor=coordinator)
    client.force_login(coordinator)
    page = BeautifulSoup(client.get(first.get_absolute_url()).content.decode(), "html5lib")
    linked = " ".join(page.select_one(".desk-alike li").text.split())
    assert linked.startswith(f"{other.reference} Beto Cruz Claimed · with colin · ")


@pytest.mark.parametrize("key", ["", "x", "9" * 30, "999999"])
def test_an_unknown_other_is_said_to_be_unknown(key, two, client, coordinator):
    client.force_login(coordinator)
    address = two[0].get_absolute_url().replace("change", "link")
    page = client.post(address, {"link": key}, follow=True).content.decode()
    assert "There is no inquiry at this address." in page


def test_many_links_cost_the_workspace_no_more(two, client, coordinator):
    first, _second = two
    client.force_login(coordinator)
    client.get(first.get_absolute_url())

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(first.get_absolute_url())
        return len(queries)

    theirs = {"status": "claimed", "assignee": coordinator}
    linking.link(inquiry=first, other=InquiryFactory(**theirs), actor=coordinator)
    few = cost()
    for _n in range(10):
        linking.link(inquiry=first, other=InquiryFactory(**theirs), actor=coordinator)
    assert cost() == few <= 12
