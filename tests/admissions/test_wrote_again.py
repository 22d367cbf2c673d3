"""Somebody writes a second time: the inquiry they had open waits for an answer again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from admissions import intake, workflow
from admissions.models import Inquiry
from tests.factories import InquiryFactory

SAME = {"asking_for": "self", "name": "Rosa", "contact_by": "call", "phone": "+16195550134"}


@pytest.fixture
def tried(db, coordinator):
    """An inquiry that somebody tried to answer an hour ago."""
    hour = timezone.now() - timedelta(hours=1)
    return InquiryFactory(
        phone=SAME["phone"],
        email="rosa@example.org",
        status="claimed",
        assignee=coordinator,
        received_at=hour - timedelta(hours=1),
        first_attempt_at=hour,
    )


def write(**more) -> Inquiry:
    return intake.receive(key=uuid4(), **(SAME | more))


def again(inquiry) -> Inquiry:
    return Inquiry.objects.get(pk=inquiry.pk)


@pytest.mark.parametrize(
    "route",
    [{}, {"phone": "+16195550199", "email": "Rosa@Example.org"}],
    ids=["phone", "e-mail"],
)
def test_a_new_inquiry_by_the_same_route_restarts_the_earlier_one_s_clock(route, tried):
    new = write(**route)
    earlier = again(tried)
    assert (earlier.tried_at, earlier.due_at) == (None, new.due_at)
    assert earlier.restarted_at == new.received_at
    assert earlier.first_attempt_at == tried.first_attempt_at
    assert (earlier.status, earlier.version) == ("claimed", tried.version + 1)
    event = earlier.events.order_by("-number").first()
    assert (event.kind, event.text, event.actor) == ("wrote-again", new.reference, None)


def test_somebody_else_s_inquiry_restarts_nothing(tried):
    write(phone="+16195550199")
    assert again(tried).tried_at == tried.tried_at


def test_what_nobody_has_tried_yet_keeps_its_place(db):
    first = InquiryFactory(phone=SAME["phone"])
    write()
    assert (again(first).due_at, again(first).version) == (first.due_at, 1)


def test_a_closed_inquiry_stays_closed(tried, coordinator):
    closed = workflow.close(inquiry=tried, actor=coordinator, version=1, outcome="withdrew")
    write()
    assert again(tried).version == closed.version


def test_what_looks_like_spam_restarts_nothing_until_it_is_cleared(tried, coordinator):
    new = write(suspicions=["links"])
    assert again(tried).tried_at == tried.tried_at
    workflow.clear(inquiry=new, actor=coordinator, version=1)
    assert again(tried).tried_at is None


def test_ten_earlier_ones_cost_no_more_than_one(tried, coordinator, django_assert_max_num_queries):
    with django_assert_max_num_queries(17) as few:
        write()
    for _n in range(9):
        InquiryFactory(
            phone=SAME["phone"],
            status="claimed",
            assignee=coordinator,
            first_attempt_at=timezone.now(),
        )
    Inquiry.objects.filter(pk=tried.pk).update(tried_at=timezone.now())
    with django_assert_max_num_queries(len(few)):
        write()


def test_whoever_is_answered_at_once_does_not_wait_again(tried):
    new = write(answered=True)
    earlier = again(tried)
    assert (earlier.tried_at, earlier.due_at) == (tried.tried_at, tried.due_at)
    assert (earlier.restarted_at, earlier.version) == (None, tried.version)
    event = earlier.events.order_by("-number").first()
    assert (event.kind, event.text) == ("wrote-again", new.reference)


def test_a_clock_set_back_refuses_nobody(tried):
    ahead = timezone.now() + timedelta(hours=3)
    Inquiry.objects.update(received_at=ahead, first_attempt_at=ahead, tried_at=ahead, due_at=ahead)
    new = write()
    earlier = again(tried)
    assert new.pk
    assert (earlier.tried_at, earlier.restarted_at, earlier.due_at) == (None, ahead, ahead)
