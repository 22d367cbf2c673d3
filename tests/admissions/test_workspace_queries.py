"""What the workspace costs when everything it can show is there at once, and in every state that a
coordinator meets it in.
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admissions import linking, workflow
from admissions.admin.view import address_of_search
from admissions.models import DeskSettings, Inquiry, ReplyTemplate
from tests.admissions.people import received

pytestmark = pytest.mark.django_db

QUEUE = "/admin/admissions/inquiry/"


@pytest.fixture
def full(coordinator, colleague):
    """An inquiry with consents, attempts, notes, one linked and three alike; its desk has rules."""
    DeskSettings.objects.create(messages_seen_by="assignee", days_to_try=2)
    inquiry, other, *_alike = (received(key=uuid4(), consent=["call", "email"]) for _n in range(5))
    inquiry = workflow.claim(inquiry=inquiry, actor=coordinator, version=inquiry.version)
    linking.link(inquiry=inquiry, other=other, actor=coordinator)
    for outcome in ("no-answer", "reached"):
        inquiry = workflow.record_attempt(
            inquiry=inquiry, actor=coordinator, channel="call", outcome=outcome
        )
    return workflow.add_note(inquiry=inquiry, actor=coordinator, text="Asked about evenings.")


@pytest.fixture
def looking(client, colleague, full):
    """A colleague has the inquiry open."""
    client.force_login(colleague)
    client.get(full.get_absolute_url())


def view_of(behind, user):
    """What an address has behind the question mark, for a tab, a narrowed one or a search."""
    if behind.startswith("search"):
        found = address_of_search("Rosa Cruz", user)
        return found + behind.removeprefix("search")
    return behind


@pytest.mark.usefixtures("looking", "mail_on")
@pytest.mark.parametrize("who", ["coordinator", "lead"])
@pytest.mark.parametrize("seen", ["first", "again"])
@pytest.mark.parametrize("template", ["", "with a template"])
@pytest.mark.parametrize(
    "behind",
    ["", "show=open", "show=open&language=en", "search&show=all", "search&show=open"],
)
def test_a_full_workspace_costs_at_most_12_queries(
    request, client, full, *, who, behind, seen, template
):
    user = request.getfixturevalue(who)
    client.force_login(user)
    behind = view_of(behind, user)
    client.get(f"{QUEUE}?{behind}")  # where they come from
    chosen = f"&reply={ReplyTemplate.objects.first().pk}" if template else ""
    client.get(f"{full.get_absolute_url()}?{chosen}")  # what is kept for a minute is there
    if seen == "first":
        Inquiry.objects.update(first_viewed_at=None)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"{full.get_absolute_url()}?{behind}{chosen}").content.decode()
    assert "may be looking at this too: opened at" in page
    assert "Linked: the same person" in page
    text = BeautifulSoup(page, "html5lib").select_one("#id_reply_text").text
    assert bool(text.strip()) == bool(chosen)
    assert len(queries) <= 12


@pytest.mark.usefixtures("mail_on")
@pytest.mark.parametrize("behind", ["show=unassigned", "show=unassigned&language=en"])
def test_an_inquiry_that_has_left_its_view_costs_no_more(client, coordinator, full, behind):
    client.force_login(coordinator)
    client.get(f"{QUEUE}?{behind}")
    client.get(full.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{full.get_absolute_url()}?{behind}")
    assert len(queries) <= 12
