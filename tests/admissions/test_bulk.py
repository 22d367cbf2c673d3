"""Steps for many inquiries at once: the same rules, one by one, and a result for each."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from admissions import workflow
from admissions.models import AccessRecord, Event
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

BULK = "/admin/admissions/inquiry/bulk/"
QUEUE = "/admin/admissions/inquiry/"


def values(*inquiries) -> list[str]:
    return [f"{one.pk}:{one.version}" for one in inquiries]


def results(response) -> list[str]:
    page = BeautifulSoup(response.content, "html5lib")
    return [" ".join(item.text.split()) for item in page.select(".desk-chosen li")]


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def lead_desk(client, lead):
    client.force_login(lead)
    return client


def test_nothing_is_done_before_it_is_confirmed(lead_desk, colleague):
    inquiry = InquiryFactory()
    page = lead_desk.post(BULK, {"step": "assign", "chosen": values(inquiry)})
    assert "Nothing is done yet" in page.content.decode()
    assert "For this 1 inquiry" in page.content.decode()
    inquiry.refresh_from_db()
    assert inquiry.assignee is None


def test_a_lead_hands_over_many(lead_desk, colleague):
    inquiries = InquiryFactory.create_batch(3)
    data = {"step": "assign", "chosen": values(*inquiries), "to": colleague.pk, "confirm": "1"}
    page = lead_desk.post(BULK, data)
    assert "Done for 3 of 3" in page.content.decode()
    for inquiry in inquiries:
        inquiry.refresh_from_db()
        assert inquiry.assignee == colleague


def test_one_that_changed_meanwhile_is_refused_and_the_others_are_not(
    lead_desk, lead, colleague, coordinator
):
    fresh, stale = InquiryFactory.create_batch(2)
    chosen = values(fresh, stale)
    workflow.claim(inquiry=stale, actor=coordinator, version=1)
    data = {"step": "assign", "chosen": chosen, "to": colleague.pk, "confirm": "1"}
    page = lead_desk.post(BULK, data)
    first, second = results(page)
    assert first == f"{fresh.reference} Done"
    assert second.startswith(f"{stale.reference} Not done Somebody changed")
    stale.refresh_from_db()
    assert stale.assignee == coordinator
    assert AccessRecord.objects.filter(action="refused", inquiry=stale, actor=lead).count() == 1


def test_a_coordinator_hands_over_only_what_is_theirs(desk, coordinator, colleague):
    mine, nobodys = InquiryFactory.create_batch(2)
    mine = workflow.claim(inquiry=mine, actor=coordinator, version=1)
    data = {
        "step": "assign",
        "chosen": values(mine, nobodys),
        "to": colleague.pk,
        "confirm": "1",
    }
    first, second = results(desk.post(BULK, data))
    assert first.endswith("Done")
    assert second.endswith("Not done Nobody has it: claim it first.")


def test_a_coordinator_claims_many(desk, coordinator):
    inquiries = InquiryFactory.create_batch(3)
    data = {"step": "claim", "chosen": values(*inquiries)}
    assert "For these 3 inquiries" in desk.post(BULK, data).content.decode()
    page = desk.post(BULK, data | {"confirm": "1"})
    assert "Done for 3 of 3" in page.content.decode()
    for inquiry in inquiries:
        inquiry.refresh_from_db()
        assert (inquiry.assignee, inquiry.status) == (coordinator, "claimed")


def test_of_those_that_are_claimed_one_is_a_colleague_s_already(desk, coordinator, colleague):
    free, taken = InquiryFactory.create_batch(2)
    chosen = values(free, taken)
    workflow.claim(inquiry=taken, actor=colleague, version=1)
    data = {"step": "claim", "chosen": chosen, "confirm": "1"}
    first, second = results(desk.post(BULK, data))
    assert first.endswith("Done")
    assert second.endswith("Not done colin has already claimed this inquiry.")


def test_what_one_cannot_do_is_said_and_not_ticked_before_it_is_confirmed(
    desk, coordinator, colleague
):
    mine, nobodys, theirs = InquiryFactory.create_batch(3)
    mine = workflow.claim(inquiry=mine, actor=coordinator, version=1)
    theirs = workflow.claim(inquiry=theirs, actor=colleague, version=1)
    page = desk.post(BULK, {"step": "assign", "chosen": values(mine, nobodys, theirs)})
    assert "You cannot do this for 2 of them." in page.content.decode()
    own, second, third = results(page)
    assert "with" not in own
    assert second.endswith("Nobody has it: claim it first.")
    assert third.endswith("It is with colin now. Only they or a lead can hand it over.")
    soup = BeautifulSoup(page.content, "html5lib")
    ticked = [box["value"] for box in soup.select("input[name=chosen][checked]")]
    assert ticked == values(mine)


def test_what_changed_since_the_list_was_shown_is_said_before_it_is_confirmed(desk, colleague):
    inquiry = InquiryFactory()
    chosen = values(inquiry)
    workflow.set_follow_up(inquiry=inquiry, actor=colleague, version=1, on=timezone.localdate())
    page = desk.post(BULK, {"step": "spam", "chosen": chosen})
    assert results(page)[0].endswith("Somebody changed this inquiry while you had it open.")


def test_asking_for_a_confirmation_costs_the_same_for_many(desk, colleague):
    def cost(number):
        theirs = InquiryFactory.create_batch(number, assignee=colleague, status="claimed")
        with CaptureQueriesContext(connection) as queries:
            desk.post(BULK, {"step": "assign", "chosen": values(*theirs)})
        return len(queries)

    cost(1)
    assert cost(2) == cost(20) <= 12


def test_what_does_not_fit_one_of_them_is_recorded_for_it(lead_desk, lead, colleague):
    theirs, nobodys = InquiryFactory.create_batch(2)
    theirs = workflow.claim(inquiry=theirs, actor=colleague, version=1)
    data = {"step": "assign", "chosen": values(theirs, nobodys), "to": colleague.pk, "confirm": "1"}
    first, second = results(lead_desk.post(BULK, data))
    assert "already with this person" in first
    assert second.endswith("Done")
    row = AccessRecord.objects.get(action="refused")
    assert (row.inquiry, row.actor, row.detail) == (theirs, lead, "hand-over")


def test_a_follow_up_day_is_set_and_in_the_timeline(desk):
    inquiry = InquiryFactory()
    day = timezone.localdate() + datetime.timedelta(days=3)
    data = {"step": "follow-up", "chosen": values(inquiry), "on": day, "confirm": "1"}
    assert "Done for 1 of 1" in desk.post(BULK, data).content.decode()
    inquiry.refresh_from_db()
    assert (inquiry.follow_up_on, inquiry.version) == (day, 2)
    assert inquiry.events.filter(kind=Event.Kind.FOLLOW_UP).count() == 1


@pytest.mark.parametrize(
    ("on", "words"),
    [("", "Choose a day."), ("2001-01-01", "day to come"), ("2999-01-01", "within a year")],
)
def test_a_day_that_cannot_be_is_pointed_out_and_the_choice_kept(desk, on, words):
    inquiry = InquiryFactory()
    data = {"step": "follow-up", "chosen": values(inquiry), "on": on, "confirm": "1"}
    page = desk.post(BULK, data)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert values(inquiry)[0] in page.content.decode()


def test_the_day_is_chosen_from_today_on_and_for_a_year(desk):
    page = desk.post(BULK, {"step": "follow-up", "chosen": values(InquiryFactory())})
    control = BeautifulSoup(page.content, "html5lib").select_one("input[name=on]")
    today = timezone.localdate()
    assert control["min"] == today.isoformat()
    assert control["max"] == (today + datetime.timedelta(days=366)).isoformat()


@pytest.mark.parametrize(
    "state",
    [
        {"status": "closed", "outcome": "spam", "closed_at": timezone.now()},
        {"quarantined_at": timezone.now(), "suspicions": ["links"]},
    ],
)
def test_no_follow_up_for_what_is_not_open(desk, state):
    inquiry = InquiryFactory(**state)
    day = timezone.localdate()
    data = {"step": "follow-up", "chosen": values(inquiry), "on": day, "confirm": "1"}
    assert "Not done" in results(desk.post(BULK, data))[0]
    inquiry.refresh_from_db()
    assert inquiry.follow_up_on is None


def test_what_is_set_aside_is_closed_as_spam(desk):
    inquiries = InquiryFactory.create_batch(2, quarantined_at=timezone.now(), suspicions=["links"])
    data = {"step": "spam", "chosen": values(*inquiries), "confirm": "1"}
    assert "Done for 2 of 2" in desk.post(BULK, data).content.decode()
    for inquiry in inquiries:
        inquiry.refresh_from_db()
        assert inquiry.outcome == "spam"


def test_sent_twice_it_is_done_once(desk):
    inquiry = InquiryFactory()
    data = {"step": "spam", "chosen": values(inquiry), "confirm": "1"}
    desk.post(BULK, data)
    assert "Not done" in results(desk.post(BULK, data))[0]
    assert inquiry.events.filter(kind="closed").count() == 1


@pytest.mark.parametrize(
    "chosen", [[], ["x"], ["1"], ["1:"], [":1"], ["9" * 30 + ":1"], ["٣:1"], ["999999:1"]]
)
def test_nothing_to_do_leads_back_with_a_word(desk, chosen):
    response = desk.post(BULK, {"step": "spam", "chosen": chosen}, follow=True)
    assert response.redirect_chain == [(QUEUE, 302)]
    assert "at least one" in response.content.decode()


def test_an_unknown_step_leads_back(desk):
    inquiry = InquiryFactory()
    response = desk.post(BULK, {"step": "delete", "chosen": values(inquiry)}, follow=True)
    assert "Choose a step" in response.content.decode()


@pytest.mark.parametrize("who", ["auditor", "editor"])
def test_who_does_not_work_inquiries_is_refused(request, client, who):
    client.force_login(request.getfixturevalue(who))
    assert client.post(BULK, {"step": "spam"}).status_code == 403
    assert AccessRecord.objects.filter(action="denied").count() == 1


def test_the_queue_offers_a_tick_for_each_row(desk):
    inquiry = InquiryFactory()
    page = BeautifulSoup(desk.get(QUEUE).content, "html5lib")
    assert [box["value"] for box in page.select("input[name=chosen]")] == values(inquiry)
    tick_all = page.select_one("form#bulk #tick-all")
    assert tick_all.has_attr("hidden")  # until the script, which makes it work, shows it
    assert page.select_one("form#bulk")["action"] == f"{BULK}?show=open"
