"""Each step of the workflow: what it changes, and what its timeline entry says."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from admissions import meanwhile, workflow
from admissions.models import ContactAttempt, Event, Inquiry
from tests.factories import InquiryFactory

Status = Inquiry.Status


@pytest.fixture
def inquiry(db):
    return InquiryFactory()


@pytest.fixture
def claimed(inquiry, coordinator):
    return workflow.claim(inquiry=inquiry, actor=coordinator, version=1)


@pytest.fixture
def contacted(claimed, coordinator):
    return workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="reached"
    )


@pytest.fixture
def assessed(contacted, coordinator):
    return workflow.schedule_assessment(
        inquiry=contacted,
        actor=coordinator,
        version=contacted.version,
        at=timezone.now() + timedelta(days=2),
    )


@pytest.fixture
def closed(contacted, coordinator):
    return workflow.close(
        inquiry=contacted,
        actor=coordinator,
        version=contacted.version,
        outcome="referred-on",
        referral="minors",
    )


def last_event(inquiry) -> Event:
    return inquiry.events.order_by("-pk").first()


def test_claiming_gives_the_inquiry_to_who_claims_it(inquiry, coordinator):
    workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.assignee, inquiry.version) == ("claimed", coordinator, 2)
    event = last_event(inquiry)
    assert (event.kind, event.actor) == ("claimed", coordinator)
    assert (event.from_status, event.to_status) == ("new", "claimed")


def test_the_instance_passed_in_is_left_alone(inquiry, coordinator):
    after = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    assert (inquiry.status, after.status) == ("new", "claimed")


def test_handing_over_one_s_own_inquiry_keeps_its_status(contacted, coordinator, colleague):
    after = workflow.hand_over(
        inquiry=contacted,
        actor=coordinator,
        version=contacted.version,
        to=colleague,
        reason="Speaks Spanish",
    )
    assert (after.status, after.assignee) == ("contacted", colleague)
    assert after.version == contacted.version + 1
    assert last_event(after).text == "To colin.\nSpeaks Spanish"


def test_a_lead_hands_over_what_is_not_theirs(claimed, lead, colleague):
    after = workflow.hand_over(inquiry=claimed, actor=lead, version=claimed.version, to=colleague)
    assert after.assignee == colleague


def test_a_lead_assigns_a_new_inquiry(inquiry, lead, colleague):
    after = workflow.hand_over(inquiry=inquiry, actor=lead, version=1, to=colleague)
    assert (after.status, after.assignee) == ("claimed", colleague)


@pytest.mark.parametrize("start", ["claimed", "contacted"])
def test_releasing_puts_the_inquiry_back_into_the_queue(start, coordinator, request):
    inquiry = request.getfixturevalue(start)
    after = workflow.release(inquiry=inquiry, actor=coordinator, version=inquiry.version)
    assert (after.status, after.assignee) == ("new", None)
    event = last_event(after)
    assert (event.kind, event.from_status, event.to_status) == ("released", start, "new")


def test_an_attempt_that_misses_is_logged_and_changes_no_status(claimed, coordinator):
    after = workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="no-answer", note="Rang out"
    )
    assert (after.status, after.version) == ("claimed", claimed.version)
    assert after.first_attempt_at is not None
    assert after.first_contact_at is None
    attempt = ContactAttempt.objects.get(inquiry=after)
    assert (attempt.actor, attempt.channel, attempt.outcome) == (coordinator, "call", "no-answer")
    assert last_event(after).text == "Rang out"
    assert last_event(after).at == attempt.at


def test_the_attempt_that_reaches_the_person_makes_the_inquiry_contacted(claimed, coordinator):
    after = workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="reached"
    )
    assert (after.status, after.version) == ("contacted", claimed.version + 1)
    assert after.first_contact_at == after.first_attempt_at
    assert (last_event(after).from_status, last_event(after).to_status) == (
        "claimed",
        "contacted",
    )


def test_first_attempt_and_first_contact_are_set_once(contacted, coordinator):
    after = workflow.record_attempt(
        inquiry=contacted, actor=coordinator, channel="text", outcome="reached"
    )
    assert after.first_attempt_at == contacted.first_attempt_at
    assert after.first_contact_at == contacted.first_contact_at
    assert (after.status, after.version) == ("contacted", contacted.version)


def test_a_follow_up_day_brings_the_inquiry_back_on_that_day(claimed, coordinator):
    tomorrow = timezone.localdate() + timedelta(days=1)
    workflow.record_attempt(
        inquiry=claimed,
        actor=coordinator,
        channel="call",
        outcome="no-answer",
        next_follow_up=tomorrow,
    )
    assert not Inquiry.objects.follow_up_due().exists()
    assert Inquiry.objects.follow_up_due(on=tomorrow).get() == claimed


@pytest.mark.parametrize(("days", "stays"), [(-1, False), (0, False), (3, True)])
def test_an_attempt_clears_a_follow_up_day_that_has_come(days, stays, claimed, coordinator):
    day = timezone.localdate() + timedelta(days=days)
    Inquiry.objects.filter(pk=claimed.pk).update(follow_up_on=day)
    after = workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="no-answer"
    )
    assert after.follow_up_on == (day if stays else None)


@pytest.mark.parametrize(
    ("before", "on", "raised"), [(None, 2, 1), (3, 2, 1), (2, 2, 0), (0, None, 1), (3, None, 0)]
)
def test_an_attempt_raises_the_version_when_it_moves_the_follow_up_day(
    before, on, raised, claimed, coordinator
):
    days = [None if n is None else timezone.localdate() + timedelta(days=n) for n in (before, on)]
    Inquiry.objects.filter(pk=claimed.pk).update(follow_up_on=days[0])
    after = workflow.record_attempt(
        inquiry=claimed,
        actor=coordinator,
        channel="call",
        outcome="no-answer",
        next_follow_up=days[1],
    )
    stored = Inquiry.objects.get()
    assert after.version == stored.version == claimed.version + raised
    assert stored.follow_up_on == (days[1] or (days[0] if before else None))


@pytest.mark.parametrize("start", ["inquiry", "claimed", "contacted", "assessed"])
def test_a_follow_up_day_is_set_and_taken_away_without_an_attempt(start, colleague, request):
    inquiry = request.getfixturevalue(start)
    day = timezone.localdate() + timedelta(days=2)
    after = workflow.set_follow_up(
        inquiry=inquiry, actor=colleague, version=inquiry.version, on=day
    )
    assert (after.follow_up_on, after.status) == (day, inquiry.status)
    assert (last_event(after).kind, last_event(after).actor) == ("follow-up", colleague)
    assert last_event(after).text == date_format(day, "D, M j, Y")
    again = workflow.set_follow_up(inquiry=after, actor=colleague, version=after.version, on=None)
    assert (again.follow_up_on, again.version) == (None, inquiry.version + 2)
    assert last_event(again).text == "No day any more."
    assert again.attempts.count() == inquiry.attempts.count()


@pytest.mark.parametrize("start", ["inquiry", "claimed", "contacted", "assessed", "closed"])
def test_a_note_fits_any_status_and_raises_no_version(start, colleague, request):
    inquiry = request.getfixturevalue(start)
    after = workflow.add_note(inquiry=inquiry, actor=colleague, text="  Called the sister.  ")
    assert (after.status, after.version) == (inquiry.status, inquiry.version)
    assert (last_event(after).kind, last_event(after).text) == ("noted", "Called the sister.")


def test_an_assessment_is_scheduled_and_moved(assessed, coordinator):
    assert assessed.status == Status.ASSESSMENT
    later = assessed.assessment_at + timedelta(days=1)
    after = workflow.schedule_assessment(
        inquiry=assessed, actor=coordinator, version=assessed.version, at=later
    )
    assert (after.status, after.assessment_at) == ("assessment", later)
    assert after.events.filter(kind="assessment").count() == 2


@pytest.mark.parametrize(
    ("start", "outcome"),
    [
        ("inquiry", "spam"),
        ("inquiry", "duplicate"),
        ("claimed", "spam"),
        ("claimed", "withdrew"),
        ("contacted", "not-a-fit"),
        ("contacted", "admitted"),
        ("assessed", "admitted"),
        ("assessed", "duplicate"),
    ],
)
def test_closing_keeps_how_it_ended(start, outcome, coordinator, request):
    inquiry = request.getfixturevalue(start)
    after = workflow.close(
        inquiry=inquiry,
        actor=coordinator,
        version=inquiry.version,
        outcome=outcome,
        reason="Said so",
    )
    after.refresh_from_db()
    assert (after.status, after.outcome) == ("closed", outcome)
    assert after.closed_at is not None
    assert after.assignee == inquiry.assignee
    assert last_event(after).text == f"{after.get_outcome_display()}.\nSaid so"
    assert last_event(after).from_status == inquiry.status


@pytest.mark.parametrize(
    ("referral", "said"),
    [
        ("level-of-care", "Referred on: another level of care."),
        ("minors", "Referred on: a service for minors."),
        ("out-of-area", "Referred on: out of area."),
    ],
)
def test_referring_on_keeps_where_to(referral, said, contacted, coordinator):
    after = workflow.close(
        inquiry=contacted,
        actor=coordinator,
        version=contacted.version,
        outcome="referred-on",
        referral=referral,
    )
    assert (after.outcome, after.referral) == ("referred-on", referral)
    assert last_event(after).text == said
    again = workflow.reopen(
        inquiry=after, actor=coordinator, version=after.version, reason="They called"
    )
    assert again.referral == ""


def test_a_priority_is_set_for_a_reason(claimed, coordinator):
    after = workflow.set_priority(
        inquiry=claimed, actor=coordinator, version=claimed.version, priority=2, reason=" Alone "
    )
    after.refresh_from_db()
    assert (after.priority, after.status, after.version) == (2, "claimed", claimed.version + 1)
    event = last_event(after)
    assert (event.kind, event.actor, event.text) == ("priority", coordinator, "Urgent.\nAlone")


def test_closing_clears_the_follow_up_day(claimed, coordinator):
    Inquiry.objects.filter(pk=claimed.pk).update(follow_up_on=timezone.localdate())
    after = workflow.close(
        inquiry=claimed, actor=coordinator, version=claimed.version, outcome="spam"
    )
    assert after.follow_up_on is None


def test_reopening_returns_the_inquiry_to_whoever_had_it(closed, colleague, coordinator):
    after = workflow.reopen(
        inquiry=closed, actor=colleague, version=closed.version, reason="Wrote again"
    )
    after.refresh_from_db()
    assert (after.status, after.assignee) == ("claimed", coordinator)
    assert (after.outcome, after.closed_at) == ("", None)
    assert last_event(after).text == "Wrote again"


def test_reopening_leaves_the_old_appointment_to_the_timeline(assessed, coordinator):
    closed = workflow.close(
        inquiry=assessed, actor=coordinator, version=assessed.version, outcome="withdrew"
    )
    after = workflow.reopen(
        inquiry=closed, actor=coordinator, version=closed.version, reason="They called"
    )
    assert after.assessment_at is None
    assert after.events.filter(kind="assessment").exists()


def test_reopening_goes_to_the_queue_when_nobody_had_it(inquiry, coordinator):
    closed = workflow.close(inquiry=inquiry, actor=coordinator, version=1, outcome="spam")
    after = workflow.reopen(inquiry=closed, actor=coordinator, version=2, reason="Is genuine")
    assert (after.status, after.assignee) == ("new", None)


def test_reopening_goes_to_the_queue_when_its_person_has_left(closed, coordinator, colleague):
    coordinator.is_active = False
    coordinator.save()
    after = workflow.reopen(
        inquiry=closed, actor=colleague, version=closed.version, reason="Wrote again"
    )
    assert (after.status, after.assignee) == ("new", None)


def test_the_first_view_is_remembered_once_and_raises_no_version(inquiry):
    meanwhile.mark_viewed(inquiry=inquiry)
    inquiry.refresh_from_db()
    first = inquiry.first_viewed_at
    assert first is not None
    meanwhile.mark_viewed(inquiry=Inquiry(pk=inquiry.pk))
    inquiry.refresh_from_db()
    assert (inquiry.first_viewed_at, inquiry.version) == (first, 1)


@pytest.mark.usefixtures("editor", "auditor", "outsider")
def test_people_an_inquiry_can_go_to_are_active_staff_who_work_inquiries(
    coordinator, colleague, lead
):
    colleague.is_active = False
    colleague.save()
    assert list(workflow.people_who_work()) == [coordinator, lead]


def test_returning_what_nobody_has_tried_leaves_it_overdue(claimed, coordinator):
    workflow.release(inquiry=claimed, actor=coordinator, version=claimed.version)
    row = Inquiry.objects.get()
    assert (row.due_at, row.restarted_at) == (claimed.due_at, None)


def test_returning_what_was_tried_starts_its_clock(claimed, coordinator):
    tried = workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="no-answer"
    )
    workflow.release(inquiry=tried, actor=coordinator, version=tried.version)
    row = Inquiry.objects.get()
    assert row.tried_at is None
    assert row.restarted_at > claimed.received_at


def test_steps_are_taken_although_a_host_s_clock_was_set_back(coordinator):
    ahead = timezone.now() + timedelta(hours=3)
    inquiry = InquiryFactory(status="claimed", assignee=coordinator, received_at=ahead)
    inquiry = workflow.record_attempt(
        inquiry=inquiry, actor=coordinator, channel="call", outcome="reached"
    )
    assert inquiry.first_contact_at == ahead
    after = workflow.close(
        inquiry=inquiry, actor=coordinator, version=inquiry.version, outcome="not-a-fit"
    )
    assert after.closed_at == ahead
