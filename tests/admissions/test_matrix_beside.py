"""What is done beside the steps, by function: follow-up days and links, and their refusals."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from admissions import linking
from admissions.follow_up import set_follow_up
from admissions.models import InquiryLink
from admissions.workflow import IllegalTransition, StaleInquiry
from tests.admissions import steps
from tests.admissions.roles import OTHERS, VISITOR, WORKERS
from tests.admissions.steps import ASIDE, ERASED, STATES, Scene
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

NOT_TO_FOLLOW_UP = ["closed", ASIDE, ERASED]
TO_FOLLOW_UP = [state for state in STATES if state not in NOT_TO_FOLLOW_UP]


def follow_up(scene):
    act = {"inquiry": scene.inquiry, "actor": scene.actor, "version": scene.inquiry.version}
    return set_follow_up(**act, on=timezone.localdate())


@pytest.mark.parametrize("role", WORKERS)
@pytest.mark.parametrize("state", TO_FOLLOW_UP)
def test_a_follow_up_day_is_set_on_open_work(state, role):
    scene = Scene(state, role)
    after = follow_up(scene)
    assert (after.status, after.version) == (scene.inquiry.status, scene.inquiry.version + 1)
    assert after.events.last().actor == scene.actor
    assert steps.records(scene) == []


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("state", STATES)
def test_who_does_not_work_inquiries_sets_no_day_and_is_recorded(state, role):
    scene = Scene(state, role)
    with steps.untouched(), pytest.raises(PermissionDenied) as denied:
        follow_up(scene)
    steps.assert_clear(str(denied.value))
    record = ("denied", "set-follow-up", scene.inquiry.pk, None)
    assert steps.records(scene) == ([] if role == VISITOR else [record])


@pytest.mark.parametrize("role", WORKERS)
@pytest.mark.parametrize("state", NOT_TO_FOLLOW_UP)
def test_a_day_for_what_is_not_open_work_is_refused_and_recorded(state, role):
    scene = Scene(state, role)
    with steps.untouched(), pytest.raises(IllegalTransition, match=steps.why(state, None)):
        follow_up(scene)
    assert steps.records(scene) == [("refused", "set-follow-up", scene.inquiry.pk, None)]


@pytest.mark.parametrize("role", WORKERS)
@pytest.mark.parametrize("state", TO_FOLLOW_UP)
def test_a_day_on_an_older_version_is_refused_and_recorded(state, role):
    scene = Scene(state, role)
    scene.changed_meanwhile()
    with steps.untouched(), pytest.raises(StaleInquiry):
        follow_up(scene)
    assert steps.records(scene) == [("refused", "set-follow-up", scene.inquiry.pk, None)]


@pytest.mark.parametrize("change", [linking.link, linking.unlink])
@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_work_inquiries_links_none_and_is_recorded(role, change):
    scene, other = Scene("new", role), InquiryFactory()
    with steps.untouched(), pytest.raises(PermissionDenied):
        change(inquiry=scene.inquiry, other=other, actor=scene.actor)
    assert not InquiryLink.objects.exists()
    record = ("denied", "link", scene.inquiry.pk, None)
    assert steps.records(scene) == ([] if role == VISITOR else [record])


@pytest.mark.parametrize("role", WORKERS)
@pytest.mark.parametrize("what", ["itself", "twice", "unlinked", "erased"])
def test_a_link_that_makes_no_sense_is_refused_and_recorded(what, role):
    scene, other = Scene(ERASED if what == "erased" else "new", role), InquiryFactory()
    change = linking.unlink if what == "unlinked" else linking.link
    if what == "twice":
        linking.link(inquiry=scene.inquiry, other=other, actor=scene.actor)
    if what == "itself":
        other = scene.inquiry
    with steps.untouched(), pytest.raises(IllegalTransition) as refused:
        change(inquiry=scene.inquiry, other=other, actor=scene.actor)
    steps.assert_clear(str(refused.value))
    assert steps.records(scene) == [("refused", "link", scene.inquiry.pk, None)]
