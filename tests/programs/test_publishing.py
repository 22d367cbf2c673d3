"""When visitors see a record: from its beginning, until its end, and never a draft."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.models import LATEST, AdmissionStep, Condition, PageSection, Question

from . import rows

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
END = datetime(2026, 6, 4, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "seen"),
    [(START - TICK, False), (START, True), (END - TICK, True), (END, False), (END + TICK, False)],
)
def test_a_record_is_live_from_its_beginning_until_just_before_its_end(at, seen):
    record = rows.condition(live_from=START, live_until=END)
    record.save()
    assert Condition.objects.live(at).exists() is seen
    assert record.is_live(at) is seen


def test_a_draft_is_never_live():
    draft = rows.condition(live_from=None)
    draft.save()
    assert not Condition.objects.live(END).exists()
    assert not draft.is_live(END)
    assert Condition.objects.draft().get() == draft


def test_a_draft_with_an_end_is_still_a_draft_and_not_ended():
    rows.condition(live_from=None, live_until=START).save()
    assert not Condition.objects.ended(END).exists()
    assert Condition.objects.draft().exists()


def test_a_record_without_an_end_stays_live():
    rows.condition(live_from=START, live_until=None).save()
    assert Condition.objects.live(END + timedelta(days=36500)).exists()


def test_a_new_record_is_live_at_once():
    rows.condition().save()
    assert Condition.objects.live().exists()


MOMENTS = st.datetimes(
    min_value=datetime(2026, 5, 4), max_value=datetime(2026, 5, 4, 0, 0, 1), timezones=st.just(UTC)
) | st.sampled_from([START, END])


@given(begins=st.none() | MOMENTS, lasts=st.none() | st.timedeltas(TICK), at=MOMENTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_record_and_its_queryset_agree_on_what_is_live(begins, lasts, at):
    try:
        ends = (begins or START) + lasts if lasts is not None else None
    except OverflowError:
        ends = None
    if ends and ends > LATEST:
        ends = LATEST
    AdmissionStep.objects.all().delete()
    step = rows.step(live_from=begins, live_until=ends)
    step.save()
    steps = AdmissionStep.objects
    assert steps.live(at).exists() is step.is_live(at)
    # A record is in exactly one of the four states.
    states = [steps.live(at), steps.draft(), steps.scheduled(at), steps.ended(at)]
    assert sum(state.exists() for state in states) == 1


def test_a_review_is_overdue_from_the_day_after_it_was_due():
    rows.condition(review_due=date(2026, 5, 4)).save()
    assert not Condition.objects.review_overdue(date(2026, 5, 4)).exists()
    assert Condition.objects.review_overdue(date(2026, 5, 5)).exists()
    assert Condition.objects.never_reviewed().exists()


def test_records_come_in_the_order_of_their_positions():
    for position, name in [(2, "second"), (1, "first"), (2, "third")]:
        rows.condition(position=position, name=name).save()
    assert [c.name for c in Condition.objects.live()] == ["first", "second", "third"]


@pytest.mark.parametrize("blank", ["", None])
def test_a_question_without_an_answer_is_not_among_the_answered(blank):
    waiting, answered = rows.question(answer=blank or ""), rows.question()
    waiting.save()
    answered.save()
    Question.objects.filter(pk=waiting.pk).update(answer_en=blank)
    assert Question.objects.answered().get() == answered
    assert Question.objects.unanswered().get() == waiting


@pytest.mark.parametrize("blank", ["", None])
def test_a_section_without_a_text_is_not_among_the_filled(blank):
    waiting = rows.section(text="")
    waiting.save()
    filled = rows.section(page=waiting.page)
    filled.save()
    PageSection.objects.filter(pk=waiting.pk).update(text_en=blank)
    assert PageSection.objects.filled().get() == filled
    assert PageSection.objects.waiting().get() == waiting
