"""Taking over from a colleague: the steps it takes × state × role, and what it leaves alone."""

from __future__ import annotations

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
def test_what_cannot_go_there_is_not_tried_and_stays(state, action, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        page = move(client, scene, action).content.decode()
    assert "1 open inquiry is still with this person." in page
    assert steps.records(scene) == [("listed", "away", None, 0)]


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
