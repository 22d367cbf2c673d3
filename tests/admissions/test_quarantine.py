"""What looks like spam waits for somebody to decide, and nothing else happens to it before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from admissions import workflow
from admissions.models import Inquiry, Notification
from admissions.workflow import Action, IllegalTransition, Outcome
from tests.admissions.test_queue import URL, listed
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def aside():
    hour_ago = timezone.now() - timedelta(hours=1)
    return InquiryFactory(quarantined_at=hour_ago, received_at=hour_ago, suspicions=["links"])


def test_it_is_in_its_own_tab_and_in_no_other_of_open_work(aside, client, coordinator):
    client.force_login(coordinator)
    tabs = {
        tab: listed(client, show=tab) for tab in ("quarantine", "open", "overdue", "unassigned")
    }
    assert tabs == {"quarantine": [aside.reference], "open": [], "overdue": [], "unassigned": []}
    assert listed(client, show="all") == [aside.reference]


def test_the_tab_says_why_in_words(aside, client, coordinator):
    client.force_login(coordinator)
    html = client.get(URL, {"show": "quarantine"}).content.decode()
    assert "Several links in the message, or one in a name" in html


def test_it_can_be_cleared_noted_or_closed_and_nothing_else(aside, coordinator):
    assert workflow.legal_actions(aside, coordinator) == [
        Action.CLEAR,
        Action.NOTE,
        Action.CLOSE,
    ]
    assert workflow.closing_outcomes(aside) == [Outcome.DUPLICATE, Outcome.SPAM]
    with pytest.raises(IllegalTransition, match="Put it in the queue first"):
        workflow.claim(inquiry=aside, actor=coordinator, version=1)


def test_cleared_it_is_new_with_a_fresh_clock_and_staff_are_told(aside, coordinator):
    before = timezone.now()
    cleared = workflow.clear(inquiry=aside, actor=coordinator, version=1)
    stored = Inquiry.objects.get()
    assert (stored.status, stored.quarantined_at, stored.version) == ("new", None, 2)
    assert stored.due_at > before
    assert stored.suspicions == ["links"]
    assert list(Notification.objects.values_list("kind", flat=True)) == ["new-inquiry"]
    assert list(stored.events.values_list("kind", flat=True)) == ["received", "cleared"]
    assert workflow.claim(inquiry=cleared, actor=coordinator, version=2).assignee == coordinator


def test_what_is_not_set_aside_cannot_be_cleared(coordinator):
    with pytest.raises(IllegalTransition, match="is not set aside"):
        workflow.clear(inquiry=InquiryFactory(), actor=coordinator, version=1)


@pytest.mark.parametrize("role", ["editor", "auditor", "outsider"])
def test_who_does_not_work_inquiries_clears_nothing(role, aside, request):
    with pytest.raises(PermissionDenied):
        workflow.clear(inquiry=aside, actor=request.getfixturevalue(role), version=1)


def test_closed_as_spam_and_opened_again_it_is_in_the_queue(aside, coordinator):
    closed = workflow.close(inquiry=aside, actor=coordinator, version=1, outcome=Outcome.SPAM)
    opened = workflow.reopen(
        inquiry=closed, actor=coordinator, version=closed.version, reason="They called."
    )
    assert list(Inquiry.objects.open()) == [opened]


def test_the_workspace_clears_it_in_one_step(aside, client, coordinator):
    client.force_login(coordinator)
    page = client.get(aside.get_absolute_url()).content.decode()
    assert "Not spam: put it in the queue" in page
    assert "Claim this inquiry" not in page
    address = aside.get_absolute_url().replace("/change/", "/clear/")
    assert client.post(address, {"version": 1}).status_code == 302
    assert list(Inquiry.objects.open()) == [aside]
