"""Every way to end × every state, by form and by function: which fit, and what the others say."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from admissions import reaching
from admissions.ending import ENDINGS
from admissions.models import ContactAttempt, Inquiry
from admissions.transitions import CLOSES_FROM, QUARANTINE_OUTCOMES
from admissions.workflow import Action, IllegalTransition, Outcome, Status
from tests.admissions import steps
from tests.admissions.steps import ASIDE, ERASED, STATES, Scene
from tests.admissions.test_matrix_forms import refusal_on

pytestmark = pytest.mark.django_db

CASE = ("state", "ending")


def fits(state, ending):
    """Whether the tables allow it, given attempts on enough days."""
    if state == ERASED:
        return False
    if state == ASIDE:
        return ending.outcome in QUARANTINE_OUTCOMES
    return state in CLOSES_FROM[ending.outcome]


def cases(*, legal):
    return [
        pytest.param(state, ending, id=f"{state}-{ending.value}")
        for state in STATES
        for ending in ENDINGS
        if fits(state, ending) == legal
    ]


def lead_at(state):
    """A lead, and an inquiry that somebody has tried in vain to reach on enough days."""
    scene = Scene(state, "leads")
    days = reaching.days_needed(scene.inquiry)
    first = timezone.now() - datetime.timedelta(days=days)
    for day in range(days):
        at = first + datetime.timedelta(days=day)
        ContactAttempt.objects.create(
            inquiry=scene.inquiry, actor=scene.owner, channel="call", outcome="no-answer", at=at
        )
    claimed = Inquiry.objects.filter(pk=scene.inquiry.pk).exclude(status="new")
    claimed.update(first_attempt_at=first, tried_at=first)
    return scene


def post(client, scene, ending):
    return steps.post(client, scene, Action.CLOSE, outcome=ending.value)


def call(scene, ending):
    act = {"outcome": ending.outcome, "referral": ending.referral}
    return steps.call(scene, Action.CLOSE, **act)


def assert_ended(scene, ending):
    row = scene.now()
    assert (row.status, row.outcome, row.referral) == ("closed", ending.outcome, ending.referral)
    assert row.closed_at >= scene.since
    assert row.follow_up_on is None


def why(state, ending):
    if state in {ASIDE, ERASED, "closed"}:
        return steps.why(state, Action.CLOSE)
    if state == "new" and ending.outcome in {Outcome.WITHDREW, Outcome.COULD_NOT_REACH}:
        return steps.why(state, Action.CLOSE)
    return "needs a contact first: log the attempt that reached the person."


@pytest.mark.parametrize(CASE, cases(legal=True))
def test_an_ending_that_fits_closes_the_inquiry_by_its_form(state, ending, client):
    scene = lead_at(state)
    with steps.moves(scene, Action.CLOSE):
        assert post(client, scene, ending).status_code == 302
    assert_ended(scene, ending)
    assert steps.records(scene) == []


@pytest.mark.parametrize(CASE, cases(legal=True))
def test_an_ending_that_fits_closes_the_inquiry_by_its_function(state, ending):
    scene = lead_at(state)
    with steps.moves(scene, Action.CLOSE):
        call(scene, ending)
    assert_ended(scene, ending)
    assert steps.records(scene) == []


@pytest.mark.parametrize(CASE, cases(legal=False))
def test_an_ending_that_does_not_fit_is_refused_by_its_form(state, ending, client):
    scene = lead_at(state)
    with steps.untouched():
        response = post(client, scene, ending)
    assert response.status_code == 409
    steps.assert_clear(refusal_on(response))
    assert why(state, ending) in refusal_on(response)
    assert steps.records(scene) == [("refused", "close", scene.inquiry.pk, None)]


@pytest.mark.parametrize(CASE, cases(legal=False))
def test_an_ending_that_does_not_fit_is_refused_by_its_function(state, ending):
    scene = lead_at(state)
    with steps.untouched(), pytest.raises(IllegalTransition, match=why(state, ending)) as refused:
        call(scene, ending)
    steps.assert_clear(str(refused.value))
    assert steps.records(scene) == [("refused", "close", scene.inquiry.pk, None)]


@pytest.mark.parametrize("state", [s.value for s in Status if s in CLOSES_FROM["could-not-reach"]])
def test_could_not_reach_is_refused_before_enough_attempts(state, client):
    scene = Scene(state, "leads")
    scene.changed_meanwhile()
    scene.inquiry = scene.now()
    with steps.untouched():
        response = steps.post(client, scene, Action.CLOSE, outcome="could-not-reach")
    assert response.status_code == 409
    assert "“Could not reach” needs more attempts: 0 of 3 days tried." in refusal_on(response)
    assert steps.records(scene) == [("refused", "close", scene.inquiry.pk, None)]
    with steps.untouched(), pytest.raises(IllegalTransition, match="needs more attempts"):
        steps.call(scene, Action.CLOSE, outcome="could-not-reach")


def test_each_outcome_is_in_the_table_and_among_the_endings():
    assert set(CLOSES_FROM) == set(Outcome)
    assert {ending.outcome for ending in ENDINGS} == set(Outcome)
