"""The workspace says that a colleague opened the same inquiry, and keeps nobody out."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import InquiryFactory


@pytest.fixture
def inquiry(db):
    return InquiryFactory()


def look(user, inquiry, *, ago=0):
    client = Client()
    client.force_login(user)
    with time_machine.travel(timezone.now() - timedelta(minutes=ago), tick=False):
        page = client.get(inquiry.get_absolute_url())
    found = BeautifulSoup(page.content.decode(), "html5lib").select_one(".desk-colleague")
    return " ".join(found.text.split()) if found else ""


def test_a_colleague_who_has_it_open_is_named_with_the_time(inquiry, coordinator, colleague):
    at = timezone.localtime(timezone.now() - timedelta(minutes=3))
    look(colleague, inquiry, ago=3)
    said = look(coordinator, inquiry)
    assert said.startswith("colin may be looking at this too: opened at ")
    assert f":{at:%M}" in said


def test_one_s_own_view_is_nobody_else_s(inquiry, coordinator):
    look(coordinator, inquiry, ago=3)
    assert look(coordinator, inquiry) == ""


def test_after_ten_minutes_they_have_gone_on(inquiry, coordinator, colleague):
    look(colleague, inquiry, ago=11)
    assert look(coordinator, inquiry) == ""


def test_another_inquiry_s_view_does_not_count(inquiry, coordinator, colleague):
    look(colleague, InquiryFactory(), ago=1)
    assert look(coordinator, inquiry) == ""


def test_many_views_cost_no_more_queries(inquiry, coordinator, colleague, client):
    client.force_login(coordinator)
    look(colleague, inquiry)
    client.get(inquiry.get_absolute_url())

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(inquiry.get_absolute_url())
        return len(queries)

    few = cost()
    for _n in range(5):
        look(colleague, inquiry)
    assert cost() == few <= 12
