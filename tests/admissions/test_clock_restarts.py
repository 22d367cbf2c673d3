"""An inquiry that goes back to the queue, or is opened again, waits for an answer again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from admissions import workflow
from admissions.models import Inquiry
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def missed(coordinator) -> Inquiry:
    """Claimed and tried in vain."""
    inquiry = workflow.claim(inquiry=InquiryFactory(), actor=coordinator, version=1)
    return workflow.record_attempt(
        inquiry=inquiry, actor=coordinator, channel="call", outcome="no-answer"
    )


def assert_clock_runs(inquiry: Inquiry) -> None:
    assert inquiry.tried_at is None
    assert inquiry.due_at > timezone.now()
    assert inquiry.first_attempt_at is not None, "the first attempt is kept"
    late = inquiry.due_at + timedelta(minutes=1)
    assert Inquiry.objects.overdue(late).get() == inquiry


def test_after_it_was_returned_to_the_queue(missed, coordinator):
    assert_clock_runs(workflow.release(inquiry=missed, actor=coordinator, version=missed.version))


def test_after_it_was_reopened(missed, coordinator):
    closed = workflow.close(
        inquiry=missed, actor=coordinator, version=missed.version, outcome="withdrew"
    )
    assert_clock_runs(
        workflow.reopen(
            inquiry=closed, actor=coordinator, version=closed.version, reason="They called."
        )
    )


def test_it_stops_with_the_next_attempt(missed, coordinator):
    back = workflow.release(inquiry=missed, actor=coordinator, version=missed.version)
    again = workflow.claim(inquiry=back, actor=coordinator, version=back.version)
    tried = workflow.record_attempt(
        inquiry=again, actor=coordinator, channel="call", outcome="no-answer"
    )
    assert tried.tried_at > tried.first_attempt_at
