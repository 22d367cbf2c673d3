"""An inquiry that goes back to the queue, or is opened again, waits for an answer again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from admissions import workflow
from admissions.admin.wording import Row
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


def later_by(length: timedelta, **facts) -> Row:
    """A claimed inquiry tried an hour after it came, whose clock started anew a day later."""
    came = timezone.now() - timedelta(days=90)
    anew = came + timedelta(days=1)
    facts |= {"received_at": came, "restarted_at": anew, "due_at": anew + timedelta(minutes=30)}
    tried = {"first_attempt_at": came + timedelta(hours=1), "tried_at": None}
    return Row(InquiryFactory(**tried | facts), anew + length)


def waiting(row: Row) -> str:
    return row.waiting.replace("\xa0", " ")


def test_the_person_waits_since_the_clock_started_anew():
    assert waiting(later_by(timedelta(minutes=20))) == "20 minutes"


def test_how_soon_somebody_tried_counts_from_there_too(coordinator):
    row = later_by(timedelta(hours=2), status="claimed", assignee=coordinator)
    row.inquiry.tried_at = row.inquiry.restarted_at + timedelta(minutes=10)
    assert waiting(row) == "tried after 10 minutes"


def test_whom_nobody_has_tried_waits_since_they_wrote():
    assert waiting(later_by(timedelta(0), first_attempt_at=None)) == "1 day"


def test_who_was_reached_before_it_was_opened_again_is_not_reached_by_a_call_in_vain(coordinator):
    row = later_by(timedelta(hours=2), status="claimed", assignee=coordinator)
    row.inquiry.first_contact_at = row.inquiry.first_attempt_at
    row.inquiry.tried_at = row.now
    assert row.badge.text == "Tried, not reached yet"


def test_it_stops_with_the_next_attempt(missed, coordinator):
    back = workflow.release(inquiry=missed, actor=coordinator, version=missed.version)
    again = workflow.claim(inquiry=back, actor=coordinator, version=back.version)
    tried = workflow.record_attempt(
        inquiry=again, actor=coordinator, channel="call", outcome="no-answer"
    )
    assert tried.tried_at > tried.first_attempt_at
