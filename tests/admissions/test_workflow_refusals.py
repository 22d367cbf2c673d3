"""Steps that are refused: by role, by version, by where the inquiry stands. None changes a row."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from admissions import workflow
from admissions.models import ContactAttempt, Event, Inquiry
from admissions.workflow import Action, IllegalTransition, StaleInquiry
from tests.factories import InquiryFactory

Status = Inquiry.Status
ONE_DAY = timedelta(days=1)


def make(status, assignee):
    """An inquiry in `status`, with `assignee` where the status needs one."""
    fields = {"status": status}
    if status not in {"new", "closed"}:
        fields["assignee"] = assignee
    if status == "closed":
        fields |= {"outcome": "spam", "closed_at": timezone.now()}
    return InquiryFactory(**fields)


def take(action, inquiry, actor, *, version=1, **kwargs):
    """Take `action` with arguments that would do, were it legal."""
    free = {"inquiry": inquiry, "actor": actor}
    act = free | {"version": version}
    steps = {
        Action.CLEAR: lambda: workflow.clear(**act),
        Action.CLAIM: lambda: workflow.claim(**act),
        Action.ATTEMPT: lambda: workflow.record_attempt(
            **free, channel="call", outcome="no-answer"
        ),
        Action.ASSESSMENT: lambda: workflow.schedule_assessment(**act, at=timezone.now() + ONE_DAY),
        Action.NOTE: lambda: workflow.add_note(**free, text="A note"),
        Action.REPLY: lambda: workflow.send_reply(**act, text="We called"),
        Action.PRIORITY: lambda: workflow.set_priority(**act, priority=2, reason="Alone"),
        Action.FOLLOW_UP: lambda: workflow.set_follow_up(**act, on=timezone.localdate()),
        Action.HAND_OVER: lambda: workflow.hand_over(**act, to=kwargs["to"]),
        Action.RELEASE: lambda: workflow.release(**act),
        Action.CLOSE: lambda: _close(act, kwargs.get("outcome", "spam")),
        Action.REOPEN: lambda: workflow.reopen(**act, reason="Wrote again"),
    }
    return steps[action]()


def _close(act, outcome):
    referral = "minors" if outcome == "referred-on" else ""
    return workflow.close(**act, outcome=outcome, referral=referral)


@pytest.fixture
def untouched():
    """Assert afterwards that no inquiry, timeline or attempt differs from before."""

    def picture():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Inquiry, Event, ContactAttempt)
        ]

    class Untouched:
        def __enter__(self):
            self.before = picture()

        def __exit__(self, *exc):
            assert picture() == self.before

    return Untouched()


ILLEGAL = [
    (status, action)
    for status, table in workflow.TRANSITIONS.items()
    for action in Action
    if action not in table
]


@pytest.mark.parametrize(("status", "action"), ILLEGAL)
def test_an_illegal_step_says_why_and_changes_nothing(status, action, lead, colleague, untouched):
    inquiry = make(status, lead)
    with untouched, pytest.raises(IllegalTransition) as caught:
        take(action, inquiry, lead, to=colleague)
    assert str(caught.value).endswith(".")
    assert caught.value.current == inquiry


LEGAL = [(s, a) for s, table in workflow.TRANSITIONS.items() for a in table]


@pytest.mark.parametrize("step", LEGAL)
@pytest.mark.parametrize("role", ["editor", "auditor", "outsider"])
def test_who_does_not_work_inquiries_takes_no_step(role, step, request, coordinator, untouched):
    status, action = step
    inquiry = make(status, coordinator)
    with untouched, pytest.raises(PermissionDenied):
        take(action, inquiry, request.getfixturevalue(role), to=coordinator)


def test_a_visitor_takes_no_step(coordinator, untouched):
    inquiry = make("new", None)
    with untouched, pytest.raises(PermissionDenied):
        take(Action.CLAIM, inquiry, AnonymousUser())


@pytest.mark.parametrize("action", [Action.HAND_OVER, Action.RELEASE])
def test_a_coordinator_moves_only_their_own(action, coordinator, colleague, untouched):
    inquiry = make("claimed", colleague)
    with untouched, pytest.raises(PermissionDenied):
        take(action, inquiry, coordinator, to=coordinator)


@pytest.mark.parametrize(("status", "action"), LEGAL)
def test_a_step_on_an_old_version_is_stale_unless_it_only_adds(
    status, action, lead, colleague, untouched
):
    inquiry = make(status, lead)
    Inquiry.objects.filter(pk=inquiry.pk).update(version=7)
    if action in {Action.NOTE, Action.ATTEMPT}:
        take(action, inquiry, lead, version=6)
        return
    with untouched, pytest.raises(StaleInquiry) as caught:
        take(action, inquiry, lead, version=6, to=colleague)
    assert caught.value.current.version == 7


def test_claiming_what_is_claimed_says_by_whom(coordinator, colleague, untouched):
    inquiry = make("claimed", colleague)
    with untouched, pytest.raises(IllegalTransition, match="colin has already claimed"):
        take(Action.CLAIM, inquiry, coordinator, version=99)


def test_claiming_twice_says_that_it_is_yours(coordinator):
    inquiry = make("claimed", coordinator)
    with pytest.raises(IllegalTransition, match="You have already claimed"):
        take(Action.CLAIM, inquiry, coordinator)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (status, outcome)
        for outcome, statuses in workflow.CLOSES_FROM.items()
        for status in Status
        if status not in statuses and status != Status.CLOSED
    ]
    + [(Status.CLAIMED, "could-not-reach")],
)
def test_an_outcome_that_does_not_fit_is_refused(status, outcome, lead, untouched):
    inquiry = make(status, lead)
    with untouched, pytest.raises(IllegalTransition):
        take(Action.CLOSE, inquiry, lead, outcome=outcome)


def test_handing_over_goes_to_people_who_work_inquiries(coordinator, editor, untouched):
    inquiry = make("claimed", coordinator)
    for person in (editor, coordinator):
        with untouched, pytest.raises(ValidationError) as caught:
            take(Action.HAND_OVER, inquiry, coordinator, to=person)
        assert list(caught.value.message_dict) == ["to"]


def test_an_assessment_lies_ahead(coordinator, untouched):
    inquiry = make("contacted", coordinator)
    with untouched, pytest.raises(ValidationError) as caught:
        workflow.schedule_assessment(
            inquiry=inquiry, actor=coordinator, version=1, at=timezone.now() - ONE_DAY
        )
    assert list(caught.value.message_dict) == ["at"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"outcome": "maybe"}, "outcome"),
        ({"channel": "text", "outcome": "voicemail"}, "outcome"),
        ({"next_follow_up": timezone.localdate() - ONE_DAY}, "next_follow_up"),
        ({"next_follow_up": timezone.localdate() + 367 * ONE_DAY}, "next_follow_up"),
    ],
)
def test_an_attempt_has_to_make_sense(change, field, coordinator, untouched):
    inquiry = make("claimed", coordinator)
    answers = {"channel": "call", "outcome": "no-answer"} | change
    with untouched, pytest.raises(ValidationError) as caught:
        workflow.record_attempt(inquiry=inquiry, actor=coordinator, **answers)
    assert list(caught.value.message_dict) == [field]


def test_a_note_needs_words(coordinator, untouched):
    inquiry = make("new", None)
    with untouched, pytest.raises(ValidationError):
        workflow.add_note(inquiry=inquiry, actor=coordinator, text=" \n")


def test_reopening_needs_a_reason(coordinator, untouched):
    inquiry = make("closed", None)
    with untouched, pytest.raises(ValidationError):
        workflow.reopen(inquiry=inquiry, actor=coordinator, version=1, reason=" ")


def test_an_unknown_outcome_is_refused(coordinator, untouched):
    inquiry = make("claimed", coordinator)
    with untouched, pytest.raises(ValidationError):
        workflow.close(inquiry=inquiry, actor=coordinator, version=1, outcome="won")


@pytest.mark.parametrize(
    ("status", "role", "offered"),
    [
        ("new", "coordinator", "claim note priority set-follow-up close"),
        ("new", "lead", "claim note priority set-follow-up hand-over close"),
        ("claimed", "coordinator", "attempt note priority set-follow-up hand-over release close"),
        ("claimed", "colleague", "attempt note priority set-follow-up close"),
        ("claimed", "lead", "attempt note priority set-follow-up hand-over release close"),
        (
            "contacted",
            "coordinator",
            "attempt assessment note priority set-follow-up hand-over release close",
        ),
        (
            "assessment",
            "coordinator",
            "attempt assessment note priority set-follow-up hand-over close",
        ),
        ("closed", "coordinator", "note reopen"),
        ("claimed", "auditor", ""),
    ],
)
def test_buttons_show_only_what_is_legal(status, role, offered, request, coordinator):
    inquiry = make(status, coordinator)
    legal = workflow.legal_actions(inquiry, request.getfixturevalue(role))
    assert [action.value for action in legal] == offered.split()


def test_an_assessment_lies_within_a_year(coordinator):
    """A year that the database cannot give back would close the queue to everybody."""
    inquiry = InquiryFactory(
        status="contacted", assignee=coordinator, first_attempt_at=timezone.now()
    )
    with pytest.raises(ValidationError) as refused:
        workflow.schedule_assessment(
            inquiry=inquiry,
            actor=coordinator,
            version=inquiry.version,
            at=timezone.now().replace(year=9999, month=12, day=31),
        )
    assert "at" in refused.value.message_dict


@pytest.mark.parametrize(
    "on", [None, timezone.localdate() - ONE_DAY, timezone.localdate() + 367 * ONE_DAY]
)
def test_a_follow_up_day_lies_within_a_year_and_none_is_taken_away_where_none_is(
    on, coordinator, untouched
):
    inquiry = make("claimed", coordinator)
    with untouched, pytest.raises(ValidationError) as caught:
        workflow.set_follow_up(inquiry=inquiry, actor=coordinator, version=1, on=on)
    assert list(caught.value.message_dict) == ["on"]


@pytest.mark.parametrize(
    ("outcome", "referral"),
    [("referred-on", ""), ("referred-on", "the-moon"), ("admitted", "minors")],
)
def test_only_referring_on_says_where_to(outcome, referral, coordinator, untouched):
    inquiry = make("contacted", coordinator)
    with untouched, pytest.raises(ValidationError):
        workflow.close(
            inquiry=inquiry, actor=coordinator, version=1, outcome=outcome, referral=referral
        )


@pytest.mark.parametrize(
    ("priority", "reason", "field"),
    [(7, "Alone", "priority"), (0, "Alone", "priority"), (2, " ", "reason")],
)
def test_a_priority_is_a_new_one_and_has_a_reason(priority, reason, field, coordinator, untouched):
    inquiry = make("claimed", coordinator)
    with untouched, pytest.raises(ValidationError) as caught:
        workflow.set_priority(
            inquiry=inquiry, actor=coordinator, version=1, priority=priority, reason=reason
        )
    assert list(caught.value.message_dict) == [field]
