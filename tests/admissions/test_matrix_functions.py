"""Every step × state × role through the functions of workflow.py, as a command or a shell does."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from admissions.transitions import ONLY_ADD
from admissions.workflow import IllegalTransition, StaleInquiry
from tests.admissions import steps
from tests.admissions.roles import VISITOR
from tests.admissions.steps import CASE, DENIED, NAMES_A_VERSION, REFUSED, TAKEN, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]


@pytest.mark.parametrize(CASE, steps.cases(TAKEN))
def test_a_legal_step_leads_where_the_table_says(state, action, role):
    scene = Scene(state, role)
    with steps.moves(scene, action):
        after = steps.call(scene, action)
    assert after == scene.now()
    assert steps.records(scene) == []  # it is in the timeline


@pytest.mark.parametrize(CASE, steps.cases(DENIED))
def test_who_may_not_take_a_step_is_denied_and_recorded(state, action, role):
    scene = Scene(state, role)
    with steps.untouched(), pytest.raises(PermissionDenied) as denied:
        steps.call(scene, action)
    steps.assert_clear(str(denied.value))
    record = ("denied", action.value, scene.inquiry.pk, None)
    assert steps.records(scene) == ([] if role == VISITOR else [record])


@pytest.mark.parametrize(CASE, steps.cases(REFUSED))
def test_an_illegal_step_is_refused_and_recorded(state, action, role):
    scene = Scene(state, role)
    with steps.untouched(), pytest.raises(IllegalTransition, match=steps.why(state, action)) as no:
        steps.call(scene, action)
    steps.assert_clear(str(no.value))
    assert no.value.current == scene.inquiry
    assert steps.records(scene) == [("refused", action.value, scene.inquiry.pk, None)]


@pytest.mark.parametrize(CASE, steps.cases(TAKEN, NAMES_A_VERSION))
def test_a_step_on_an_older_version_is_refused_and_recorded(state, action, role):
    scene = Scene(state, role)
    scene.changed_meanwhile()
    with steps.untouched(), pytest.raises(StaleInquiry, match="changed this inquiry") as stale:
        steps.call(scene, action)
    steps.assert_clear(str(stale.value))
    assert stale.value.current.version == scene.inquiry.version + 1
    assert steps.records(scene) == [("refused", action.value, scene.inquiry.pk, None)]


@pytest.mark.parametrize(CASE, steps.cases(TAKEN, ONLY_ADD))
def test_a_step_that_only_adds_fits_any_version(state, action, role):
    scene = Scene(state, role)
    scene.changed_meanwhile()
    with steps.moves(scene, action):
        steps.call(scene, action)
