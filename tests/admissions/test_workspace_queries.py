"""What the workspace costs when everything it can show is there at once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admissions import linking, workflow
from admissions.admin.view import address_of_search
from admissions.models import DeskSettings
from tests.admissions.people import received

pytestmark = pytest.mark.django_db
# Words; words that are read in two ways; what could be a reference, and is a name.
SEARCHES = ["Rosa Cruz", "Rosa O Cruz", "Jane Cortes"]


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


@pytest.mark.usefixtures("looking", "mail_on")
@pytest.mark.parametrize("who", ["coordinator", "lead"])
@pytest.mark.parametrize("behind", ["", "show=open", "show=open&language=en", *SEARCHES])
def test_a_full_workspace_costs_at_most_12_queries(request, client, full, who, behind):
    user = request.getfixturevalue(who)
    client.force_login(user)
    behind = address_of_search(behind, user) if behind in SEARCHES else behind
    address = f"{full.get_absolute_url()}?{behind}"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    assert page.status_code == 200
    assert "may be looking at this too: opened at" in page.content.decode()
    assert "Reply by e-mail" in page.content.decode()
    assert len(queries) <= 12
