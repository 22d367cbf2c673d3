"""Somebody is away or leaves: their open inquiries move in one step, by the workflow's rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.utils import timezone

from admissions.models import AccessRecord, Inquiry
from tests.factories import InquiryFactory

AWAY = "/admin/admissions/inquiry/away/"


@pytest.fixture
def desk(client, lead):
    client.force_login(lead)
    return client


@pytest.fixture
def theirs(db, coordinator):
    """One claimed and one with an assessment; one closed, one of nobody."""
    InquiryFactory()
    InquiryFactory(status="closed", outcome="spam", closed_at=timezone.now(), assignee=coordinator)
    return [
        InquiryFactory(status="claimed", assignee=coordinator),
        InquiryFactory(
            status="assessment",
            assignee=coordinator,
            first_attempt_at=timezone.now(),
            assessment_at=timezone.now() + timedelta(days=1),
        ),
    ]


def soup_of(response):
    return BeautifulSoup(response.content.decode(), "html5lib")


def move(desk, who, to="", **more):
    return desk.post(AWAY, {"who": who.pk, "to": to and to.pk, "reason": "On leave", **more})


def with_whom(inquiries):
    return [Inquiry.objects.get(pk=row.pk).assignee for row in inquiries]


def test_first_it_is_only_counted(desk, theirs, coordinator, colleague):
    response = move(desk, coordinator, colleague)
    text = " ".join(soup_of(response).select_one("#content").text.split())
    assert "2 open inquiries would be moved" in text
    assert "Claimed: 1" in text
    assert "Assessment scheduled: 1" in text
    assert with_whom(theirs) == [coordinator, coordinator]


def test_confirmed_they_go_to_a_colleague_with_the_reason(desk, theirs, coordinator, colleague):
    page = soup_of(move(desk, coordinator, colleague, confirm="1"))
    assert "Done for 2 of 2." in page.text
    assert with_whom(theirs) == [colleague, colleague]
    event = theirs[0].events.last()
    assert (event.kind, event.text) == ("handed-over", "To colin.\nOn leave")
    assert Inquiry.objects.get(status="closed").assignee == coordinator


def test_back_to_the_queue_goes_what_may(desk, theirs, coordinator):
    """An appointment needs somebody who keeps it."""
    page = soup_of(move(desk, coordinator, confirm="1"))
    assert "Done for 1 of 1." in page.text
    assert not AccessRecord.objects.filter(action="refused").exists()
    assert "1 open inquiry is still with this person." in page.select_one(".messagelist").text
    assert with_whom(theirs) == [None, coordinator]


def test_what_cannot_go_to_the_queue_is_not_counted_but_said(desk, theirs, coordinator, colleague):
    text = " ".join(soup_of(move(desk, coordinator)).select_one("#content").text.split())
    assert "1 open inquiry would be moved" in text
    assert "1 open inquiry has an assessment scheduled and stays: choose a colleague" in text
    assert "and stay" not in soup_of(move(desk, coordinator, colleague)).text


def test_they_do_not_go_to_the_same_person(desk, theirs, coordinator):
    assert move(desk, coordinator, coordinator, confirm="1").status_code == 422


def test_whoever_has_none_is_not_offered(desk, theirs, colleague):
    assert move(desk, colleague, confirm="1").status_code == 422


@pytest.mark.parametrize("role", ["coordinator", "editor", "auditor", "outsider"])
def test_leads_alone_move_a_colleague_s_work(role, request, client, theirs, colleague):
    user = request.getfixturevalue(role)
    client.force_login(user)
    assert client.get(AWAY).status_code == 403
    assert move(client, colleague, user, confirm="1").status_code == 403


def close_account(client, user, **more):
    page = f"/admin/auth/user/{user.pk}/change/"
    soup = soup_of(client.get(page))
    typed = {
        field["name"]: field.get("value", "")
        for field in soup.select("#user_form input[name]")
        if field.get("type") not in {"checkbox", "submit"}
    }
    groups = [option["value"] for option in soup.select("#id_groups option[selected]")]
    return client.post(page, typed | {"is_staff": "on", "is_active": "on", "groups": groups} | more)


@pytest.mark.parametrize("box", ["is_active", "is_staff", "groups"])
def test_an_account_with_open_inquiries_stays_until_they_are_moved(
    box, client, admin_user, theirs, coordinator
):
    client.force_login(admin_user)
    response = close_account(client, coordinator, **{box: ()})
    assert response.status_code == 200
    link = soup_of(response).select_one(".errorlist a")
    assert link["href"] == f"{AWAY}?who={coordinator.pk}"
    coordinator.refresh_from_db()
    assert coordinator.is_active
    assert coordinator.groups.exists()
    assert soup_of(client.get(link["href"])).select_one(
        f'#id_who option[value="{coordinator.pk}"][selected]'
    )


@pytest.mark.usefixtures("theirs")
def test_an_account_that_goes_on_working_inquiries_changes_its_group(
    client, admin_user, coordinator
):
    client.force_login(admin_user)
    leads = Group.objects.get(name="Leads")
    assert close_account(client, coordinator, groups=[leads.pk]).status_code == 302
    assert coordinator.groups.get() == leads


@pytest.mark.usefixtures("theirs")
def test_an_account_without_open_inquiries_is_closed(client, admin_user, colleague):
    client.force_login(admin_user)
    assert close_account(client, colleague, is_active="").status_code == 302
    colleague.refresh_from_db()
    assert not colleague.is_active
