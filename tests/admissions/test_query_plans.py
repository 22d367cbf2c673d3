"""The reads that meet a million inquiries go by an index, on either database."""

from __future__ import annotations

import datetime
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from admissions import related
from admissions.models import Event, Inquiry, LookupToken

MANY = 600
BY_TOKEN = "lookuptoken_by_digest"


@pytest.fixture
def many(db, coordinator, lead):
    call_command("fake_inquiries", MANY, seed=11, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            # So few rows are read fastest in a row; what is asked is whether the index can serve.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")


def plan(rows: QuerySet) -> str:
    """How the database means to read `rows`: each step with the index it uses."""
    if connection.vendor == "postgresql":
        return json.dumps(json.loads(rows.explain(format="json")), indent=1)
    return rows.explain()


def assert_by(rows: QuerySet, *indexes: str) -> None:
    """`rows` are read through each of `indexes`, and no table is read from end to end."""
    steps = plan(rows)
    for index in indexes:
        assert index in steps, steps
    assert '"Seq Scan"' not in steps, steps
    scans = [line for line in steps.splitlines() if " SCAN " in f" {line}"]
    assert not [line for line in scans if "USING" not in line and "SUBQUERY" not in line], steps


@pytest.mark.parametrize(
    "text", ["619-555-0142", "0142", "demo.1@example.org", "Noor", "Noor Demo"]
)
def test_search_goes_by_the_digest(text, many):
    for wanted in related.tokens_of_search(text):
        assert_by(LookupToken.objects.filter(digest=wanted.digest), BY_TOKEN)
    found = related.search(Inquiry.objects.all(), text)
    assert BY_TOKEN in plan(found)
    assert "SCAN admissions_inquiry" not in plan(found)
    assert '"Seq Scan"' not in plan(found)


def test_search_by_reference_goes_by_the_reference(many):
    reference = Inquiry.objects.order_by("pk").last().reference
    steps = plan(related.search(Inquiry.objects.all(), reference).order_by())
    assert "reference" in steps
    assert '"Seq Scan"' not in steps


def test_related_inquiries_go_by_the_digest(many, monkeypatch):
    inquiry = Inquiry.objects.filter(phone__isnull=False, email__isnull=False).first()
    asked = []
    original = QuerySet._fetch_all
    monkeypatch.setattr(
        QuerySet, "_fetch_all", lambda self: (asked.append(self.all()), original(self))[1]
    )
    related.alike(inquiry)
    monkeypatch.undo()
    tokens = [rows for rows in asked if rows.model is LookupToken]
    assert tokens
    for rows in tokens:
        assert BY_TOKEN in plan(rows)
        assert '"Seq Scan"' not in plan(rows)


def test_the_quarantine_has_an_index_of_its_own(many):
    assert_by(Inquiry.objects.quarantined().order_by("quarantined_at", "pk"), "inquiry_quarantine")


def test_what_is_due_to_be_erased_has_an_index_of_its_own(many):
    long_ago = timezone.now() - datetime.timedelta(days=700)
    due = Inquiry.objects.closed_before(long_ago).order_by("closed_at", "pk")
    assert_by(due, "inquiry_retention")


def test_the_first_page_of_the_open_queue_is_read_in_its_order(many):
    queue = Inquiry.objects.open().most_overdue_first()[:50]
    assert_by(queue, "inquiry_open_queue")
    steps = plan(queue)
    assert "TEMP B-TREE" not in steps
    assert '"Sort"' not in steps


@pytest.mark.parametrize("kind", ["held", "noted", "received"])
def test_the_trail_of_one_kind_has_an_index_of_its_own(kind, many):
    assert_by(Event.objects.filter(kind=kind).order_by("-pk")[:100], "event_by_kind")
