"""A stale step shows both versions side by side, and lets the person choose."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from admissions import workflow
from admissions.models import Inquiry
from tests.factories import InquiryFactory


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def contacted(db, coordinator):
    inquiry = workflow.claim(inquiry=InquiryFactory(), actor=coordinator, version=1)
    return workflow.record_attempt(
        inquiry=inquiry, actor=coordinator, channel="call", outcome="reached"
    )


def soup_of(response):
    return BeautifulSoup(response.content.decode(), "html5lib")


def fill(page, step, **typed):
    """What the form of `step` on `page` would send."""
    form = page.select_one(f"#step-{step}")
    hidden = {field["name"]: field["value"] for field in form.select("[type=hidden][value]")}
    return form["action"], hidden | typed


def table(soup):
    rows = soup.select(".desk-conflict tbody tr")
    return {row.th.text: [" ".join(cell.text.split()) for cell in row.select("td")] for row in rows}


def open_page(desk, inquiry):
    return soup_of(desk.get(inquiry.get_absolute_url()))


def test_the_versions_stand_side_by_side_with_who_changed_what(
    desk, contacted, coordinator, colleague
):
    page = open_page(desk, contacted)
    workflow.set_priority(
        inquiry=contacted, actor=colleague, version=contacted.version, priority=2, reason="Alone"
    )
    address, typed = fill(page, "priority", priority="1", reason="Called twice")
    response = desk.post(address, typed)
    assert response.status_code == 409
    soup = soup_of(response)
    before, now, mine = table(soup)["Priority"]
    assert (before, mine) == ("Normal", "High")
    assert now.startswith("Urgent colin, ")
    assert list(table(soup)) == ["Priority"], "what nobody changed is not shown"
    assert soup.select_one("#step-priority textarea").text.strip() == "Called twice"


def test_mine_is_applied_to_the_inquiry_as_it_is_now(desk, contacted, colleague):
    page = open_page(desk, contacted)
    workflow.set_priority(
        inquiry=contacted, actor=colleague, version=contacted.version, priority=2, reason="Alone"
    )
    address, typed = fill(page, "priority", priority="1", reason="Called twice")
    again = soup_of(desk.post(address, typed))
    assert again.select_one("button[form=step-priority]")
    address, typed = fill(again, "priority", priority="1", reason="Called twice")
    assert desk.post(address, typed).status_code == 302
    assert Inquiry.objects.get().priority == 1


def test_a_day_set_by_an_attempt_meanwhile_is_shown_beside_mine(desk, contacted, colleague):
    page = open_page(desk, contacted)
    first, second = (timezone.localdate() + timedelta(days=n) for n in (1, 2))
    workflow.record_attempt(
        inquiry=contacted,
        actor=colleague,
        channel="call",
        outcome="reached",
        next_follow_up=first,
    )
    address, typed = fill(page, "set-follow-up", on=second.isoformat())
    response = desk.post(address, typed)
    assert response.status_code == 409
    before, now, mine = table(soup_of(response))["Follow up on"]
    assert before == "–"
    assert now.startswith(date_format(first, "D, M j, Y"))
    assert mine == date_format(second, "D, M j, Y")
    assert Inquiry.objects.get().follow_up_on == first


def test_theirs_is_kept_by_a_link(desk, contacted, colleague):
    page = open_page(desk, contacted)
    workflow.set_priority(
        inquiry=contacted, actor=colleague, version=contacted.version, priority=2, reason="Alone"
    )
    address, typed = fill(page, "priority", priority="1", reason="Called twice")
    soup = soup_of(desk.post(address, typed))
    link = soup.select_one(".desk-alert .desk-buttons a")
    assert (link.text, link["href"]) == ("Keep theirs", contacted.get_absolute_url())


def test_a_step_that_fits_no_longer_can_only_be_looked_past(
    desk, contacted, coordinator, colleague
):
    page = open_page(desk, contacted)
    workflow.close(
        inquiry=contacted, actor=colleague, version=contacted.version, outcome="withdrew"
    )
    address, typed = fill(page, "close", outcome="admitted", reason="Starts Monday")
    soup = soup_of(desk.post(address, typed))
    assert table(soup)["Outcome"][0::2] == ["–", "Admitted"]
    assert table(soup)["Outcome"][1].startswith("Withdrew colin, ")
    assert not soup.select("button[form=step-close]")
    assert soup.select_one("#step-note textarea").text.strip() == "Starts Monday"


def test_people_and_times_read_as_words(desk, contacted, lead, colleague):
    page = open_page(desk, contacted)
    at = timezone.now() + timedelta(days=2)
    now = workflow.schedule_assessment(
        inquiry=contacted, actor=colleague, version=contacted.version, at=at
    )
    workflow.hand_over(inquiry=now, actor=lead, version=now.version, to=colleague)
    address, typed = fill(page, "close", outcome="admitted")
    rows = table(soup_of(desk.post(address, typed)))
    assert rows["Assignee"][0] == "cora"
    assert rows["Assignee"][1].startswith("colin leda, ")
    assert rows["Assessment"][0] == "–"
    assert str(timezone.localtime(at).year) in rows["Assessment"][1]
    assert rows["Status"][0] == "Contacted"


@pytest.mark.parametrize("was", ["", "[1]", "null", '{"assignee":"x","priority":[1]}', "[" * 390])
def test_a_page_that_lost_where_it_stood_still_shows_mine_beside_theirs(
    was, desk, contacted, colleague
):
    page = open_page(desk, contacted)
    workflow.set_priority(
        inquiry=contacted, actor=colleague, version=contacted.version, priority=2, reason="Alone"
    )
    address, typed = fill(page, "priority", priority="1", reason="Called twice")
    response = desk.post(address, typed | {"was": was})
    assert response.status_code == 409
    before, now, mine = table(soup_of(response))["Priority"]
    assert (before, mine) == ("not known", "High")
    assert now.startswith("Urgent colin, ")


def test_a_claim_from_the_list_that_came_late_does_not_say_whose_it_was(desk, colleague):
    inquiry = InquiryFactory()
    row = soup_of(desk.get(reverse("admin:admissions_inquiry_changelist")))
    button = row.select_one("button[form=claim]")
    workflow.claim(inquiry=inquiry, actor=colleague, version=1)
    response = desk.post(button["formaction"], {"version": button["value"]})
    assert response.status_code == 409
    before, now, mine = table(soup_of(response))["Assignee"]
    assert (before, mine) == ("not known", "cora")
    assert now.startswith("colin colin, ")
