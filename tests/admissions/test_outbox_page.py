"""The outbox in the admin: what waits, until when, and what is wrong, in words."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from admissions.models import Notification
from tests.factories import InquiryFactory

LIST = "admin:admissions_notification_changelist"


@pytest.fixture(autouse=True)
def _seen_by_a_lead(client, lead, mail_on):
    client.force_login(lead)


def make(**more):
    return Notification.objects.create(
        **{"kind": "new-inquiry", "inquiry": InquiryFactory()} | more
    )


def rows(client, state=""):
    html = client.get(reverse(LIST) + (f"?state={state}" if state else "")).content.decode()
    found = BeautifulSoup(html, "html5lib").select("#result_list tbody tr")
    return [" ".join(row.get_text(" ").split()) for row in found]


def test_it_opens_on_what_waits(client):
    waiting = make()
    make(sent_at=timezone.now())
    [row] = rows(client)
    assert waiting.inquiry.reference in row
    assert "Goes out next" in row


def test_what_fails_shows_the_next_try_the_attempts_and_why(client):
    make(attempts=3, last_error="ConnectionRefusedError")
    make()
    [row] = rows(client, "failing")
    assert "Next try" in row
    assert " 3 " in row
    assert "the mail server does not answer (ConnectionRefusedError)" in row


def test_what_was_sent_shows_for_a_week(client):
    make(sent_at=timezone.now() - timedelta(days=8))
    recent = make(sent_at=timezone.now())
    [row] = rows(client, "sent")
    assert recent.inquiry.reference in row
    assert "Sent " in row


def test_what_ended_without_being_sent_says_why(client):
    make(dropped_at=timezone.now(), last_error="address refused for good")
    [row] = rows(client, "dropped")
    assert "not sent" in row
    assert "address refused for good" in row


def test_nobody_to_tell_and_no_mail_are_said_in_words(client, settings):
    make(last_error="nobody to notify")
    assert "Waits until there is somebody to tell" in rows(client)[0]
    settings.EMAIL_CONFIGURED = False
    Notification.objects.update(last_error="")
    assert "Waits until mail is set up" in rows(client)[0]


def test_a_state_that_does_not_exist_shows_what_waits(client):
    make()
    assert len(rows(client, "gossip")) == 1


@pytest.mark.parametrize("state", ["waiting", "failing", "sent", "dropped"])
def test_each_list_costs_the_same_with_ten_times_the_rows(
    state, client, django_assert_max_num_queries
):
    now = timezone.now()
    facts = {
        "waiting": {},
        "failing": {"last_error": "OSError"},
        "sent": {"sent_at": now},
        "dropped": {"dropped_at": now},
    }[state]
    for count in (2, 20):
        for _n in range(count):
            make(**facts)
        with django_assert_max_num_queries(7):
            assert rows(client, state)
