"""Claiming without opening the inquiry: “claim next”, and taking in who calls, by each role."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from admissions.claiming import claim_next
from admissions.models import Inquiry
from admissions.workflow import Action
from tests.admissions import steps
from tests.admissions.roles import OTHERS, ROLES, VISITOR, WORKERS
from tests.admissions.steps import STATES, Scene
from tests.admissions.test_arrivals import CALLER

pytestmark = pytest.mark.django_db

ADDRESS, QUEUE, ADD = (
    reverse(f"admin:admissions_inquiry_{name}") for name in ("claim-next", "changelist", "add")
)
NOT_TO_CLAIM = [state for state in STATES if Action.CLAIM not in steps.steps_of(state)]
TAKERS = [name for name, role in ROLES.items() if role.has("admissions.add_inquiry")]


@pytest.mark.parametrize("role", WORKERS)
def test_claim_next_takes_the_step_and_opens_the_inquiry(role, client):
    scene = Scene("new", role)
    with steps.moves(scene, Action.CLAIM):
        response = scene.desk(client).post(ADDRESS)
    assert response.url == f"{scene.inquiry.get_absolute_url()}?show=mine"
    assert steps.records(scene) == []
    page = client.get(response.url).content.decode()
    assert f"{scene.inquiry.reference} is yours now." in page
    assert steps.records(scene) == [("viewed", "workspace", scene.inquiry.pk, None)]


@pytest.mark.parametrize("role", WORKERS)
def test_its_function_takes_the_step(role):
    scene = Scene("new", role)
    with steps.moves(scene, Action.CLAIM):
        assert claim_next(actor=scene.actor) == scene.inquiry
    assert steps.records(scene) == []


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_work_inquiries_is_turned_away_and_recorded(role, client):
    scene = Scene("new", role)
    with steps.untouched():
        response = scene.desk(client).post(ADDRESS)
    steps.assert_turned_away(scene, response, "claim-next")


@pytest.mark.parametrize("role", OTHERS)
def test_its_function_denies_them_and_that_is_recorded(role):
    scene = Scene("new", role)
    with steps.untouched(), pytest.raises(PermissionDenied) as denied:
        claim_next(actor=scene.actor)
    steps.assert_clear(str(denied.value))
    record = ("denied", "claim-next", None, None)
    assert steps.records(scene) == ([] if role == VISITOR else [record])


@pytest.mark.parametrize("role", WORKERS)
@pytest.mark.parametrize("state", NOT_TO_CLAIM)
def test_what_cannot_be_claimed_is_passed_over(state, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        assert claim_next(actor=scene.actor) is None
        response = scene.desk(client).post(ADDRESS)
    assert (response.status_code, response.url) == (302, QUEUE)
    assert steps.records(scene) == []
    assert "Nobody waits to be claimed." in client.get(QUEUE).content.decode()


def take_in(client, scene):
    return scene.desk(client).post(ADD, CALLER | {"key": str(uuid4()), "claim": "yes"})


@pytest.mark.parametrize("role", TAKERS)
def test_who_takes_a_call_can_claim_it_at_once_and_has_reached_the_person(role, client):
    scene = Scene("closed", role)
    response = take_in(client, scene)
    row = Inquiry.objects.exclude(pk=scene.inquiry.pk).get()
    assert (response.status_code, response.url) == (302, row.get_absolute_url())
    assert (row.status, row.assignee, row.version) == ("contacted", scene.actor, 3)
    assert list(row.events.values_list("kind", "actor")) == [
        ("received", scene.actor.pk),
        ("claimed", scene.actor.pk),
        ("attempted", scene.actor.pk),
    ]
    assert steps.records(scene) == []


@pytest.mark.parametrize("role", [name for name in ROLES if name not in TAKERS])
def test_who_does_not_work_inquiries_takes_none_in(role, client):
    scene = Scene("closed", role)
    with steps.untouched():
        response = take_in(client, scene)
    steps.assert_turned_away(scene, response, "add")
