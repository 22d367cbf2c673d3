"""Taking over from a colleague: the steps it takes × state × role, and what it refuses."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

from admissions.workflow import Action
from tests.admissions import steps
from tests.admissions.roles import ASSIGN, ROLES
from tests.admissions.steps import REFUSED, STATES, TAKEN, Scene

pytestmark = pytest.mark.django_db

ADDRESS = reverse("admin:admissions_inquiry_away")
# Closed inquiries stay with whoever had them, erased ones too.
MOVED = [state for state in STATES if state not in steps.WITH_NOBODY | {"closed", steps.ERASED}]
MOVERS = [name for name, role in ROLES.items() if role.has(ASSIGN)]
STEPS = [Action.HAND_OVER, Action.RELEASE]
CASE = ("state", "action", "role")
LISTED = ("listed", "away", None, 1)


def cases(verdict):
    return [case for case in steps.cases(verdict, STEPS, by=MOVERS) if case[0] in MOVED]


def move(client, scene, action):
    to = scene.colleague.pk if action == Action.HAND_OVER else ""
    data = {"who": scene.owner.pk, "to": to, "reason": steps.WORDS, "confirm": "1"}
    return scene.desk(client).post(ADDRESS, data)


@pytest.mark.parametrize(CASE, cases(TAKEN))
def test_a_legal_step_leads_where_the_table_says(state, action, role, client):
    scene = Scene(state, role)
    with steps.moves(scene, action):
        response = move(client, scene, action)
    assert "Done for 1 of 1." in response.content.decode()
    assert steps.records(scene) == [LISTED]


@pytest.mark.parametrize(CASE, cases(REFUSED))
def test_an_illegal_step_is_refused_and_recorded(state, action, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        page = move(client, scene, action).content.decode()
    assert "Done for 0 of 1." in page
    said = html.unescape(re.search(r">Not done</span>\s*(.*?)\s*</li>", page, re.S)[1])
    steps.assert_clear(said)
    assert steps.why(state, action) in said
    record = ("refused", action.value, scene.inquiry.pk, None)
    assert steps.records(scene) == [record, LISTED]


@pytest.mark.parametrize("role", [name for name in ROLES if name not in MOVERS])
@pytest.mark.parametrize("action", STEPS)
@pytest.mark.parametrize("state", MOVED)
def test_who_leads_nobody_is_turned_away_and_recorded(state, action, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = move(client, scene, action)
    steps.assert_turned_away(scene, response, "away")


@pytest.mark.parametrize("role", MOVERS)
@pytest.mark.parametrize("state", [state for state in STATES if state not in MOVED])
def test_what_is_with_nobody_or_over_is_not_moved(state, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = move(client, scene, Action.RELEASE)
    assert response.status_code == 422
    assert "This person has no open inquiries." in response.content.decode()
    assert steps.records(scene) == [("viewed", "away", None, None)]
