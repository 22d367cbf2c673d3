"""What is done beside the steps, by function: links, and their refusals."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from admissions import linking
from admissions.models import InquiryLink
from admissions.workflow import IllegalTransition
from tests.admissions import steps
from tests.admissions.roles import OTHERS, VISITOR, WORKERS
from tests.admissions.steps import ERASED, Scene
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


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
