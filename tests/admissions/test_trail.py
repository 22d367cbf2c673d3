"""Timelines: one place makes their entries, numbered and chained, at a price that does not grow."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from admissions import retention, trail, workflow
from admissions.models import Event, Inquiry
from tests.admissions.people import received
from tests.admissions.test_workflow_race import at_once, shared_database  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def inquiry(db):
    return received()


def stores_entries(source: str) -> bool:
    """Whether it calls a method of Event's manager that writes."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in {"create", "acreate", "bulk_create", "get_or_create", "update_or_create"}
        and ast.unparse(node.value).startswith("Event.")
        for node in ast.walk(ast.parse(source))
    )


def test_no_other_module_stores_an_entry():
    found = {
        path.name
        for app in ("admissions", "amity_site")
        for path in (ROOT / app).rglob("*.py")
        if stores_entries(path.read_text())
    }
    assert found == {"trail.py"}


def test_entries_are_numbered_from_1_in_each_timeline(inquiry, coordinator):
    other = received(key=None)
    claimed = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    workflow.add_note(inquiry=claimed, actor=coordinator, text="A note")
    workflow.add_note(inquiry=other, actor=coordinator, text="A note")
    assert list(inquiry.events.values_list("number", flat=True)) == [1, 2, 3]
    assert list(other.events.values_list("number", flat=True)) == [1, 2]
    digests = Event.objects.values_list("digest", flat=True)
    assert len({bytes(digest) for digest in digests}) == 5
    assert all(len(bytes(digest)) == 32 for digest in digests)


def test_an_entry_costs_two_queries_however_long_the_timeline(
    inquiry, coordinator, django_assert_num_queries
):
    for _n in range(30):
        workflow.add_note(inquiry=inquiry, actor=coordinator, text="A note")
    with django_assert_num_queries(2):
        trail.append(Event(inquiry=inquiry, kind="noted"))
    with django_assert_num_queries(2):
        trail.append(*(Event(inquiry=inquiry, kind="noted") for _n in range(3)))
    assert inquiry.events.latest("number").number == 35


def test_many_inquiries_are_erased_at_the_price_of_two_queries_for_their_entries(
    inquiry, lead, django_assert_num_queries
):
    rows = [received(key=None) for _n in range(5)]
    with django_assert_num_queries(2):
        trail.append(*(Event(inquiry=row, kind="erased", actor=lead) for row in rows))


def test_who_appends_without_the_lock_breaks_no_chain(inquiry):
    with pytest.raises(IntegrityError), transaction.atomic():
        trail.append(Event(inquiry=inquiry, kind="noted"), first=True)


def test_many_who_write_at_once_leave_one_unbroken_timeline(shared_database, coordinator, lead):  # noqa: F811
    inquiry = received()
    shared_database()
    results = at_once(
        *(
            lambda actor=actor: [
                workflow.add_note(inquiry=inquiry, actor=actor, text="At once") for _n in range(5)
            ]
            for actor in (coordinator, lead, coordinator, lead)
        )
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert list(inquiry.events.values_list("number", flat=True)) == list(range(1, 22))


def test_an_erased_inquiry_s_entries_go_on_counting(inquiry, lead):
    retention.erase(inquiry, actor=lead)
    kinds = list(Inquiry.objects.get().events.values_list("number", "kind"))
    assert kinds == [(1, "received"), (2, "closed"), (3, "erased")]
