"""Bulk steps × state × role: each inquiry by the rules of its own step, each refusal recorded."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from admissions.list_forms import BULK
from admissions.workflow import Action
from tests.admissions import steps
from tests.admissions.answers import soup_of
from tests.admissions.roles import OTHERS, ROLES, WORKERS
from tests.admissions.steps import DENIED, REFUSED, STATES, TAKEN, Scene

pytestmark = pytest.mark.django_db

ADDRESS = reverse("admin:admissions_inquiry_bulk")
# The page itself shows a list of one.
LISTED = ("listed", "bulk", None, 1)


@dataclass(frozen=True)
class Step:
    """What a bulk step does to each inquiry."""

    action: Action
    typed: Callable[[Scene], dict[str, Any]]

    def verdict(self, state: str, role: str) -> str:
        return steps.verdict(state, self.action, role)


def _next_week(scene: Scene) -> dict[str, Any]:
    return {"on": (timezone.localdate() + datetime.timedelta(days=7)).isoformat()}


STEPS = {
    "claim": Step(Action.CLAIM, lambda scene: {}),
    "assign": Step(
        Action.HAND_OVER,
        lambda scene: {"to": scene.colleague.pk, "reason": steps.WORDS},
    ),
    "follow-up": Step(Action.FOLLOW_UP, _next_week),
    "spam": Step(Action.CLOSE, lambda scene: {}),
}
CASE = ("name", "state", "role")


def cases(verdict, by=tuple(ROLES)):
    return [
        (name, state, role)
        for name, step in STEPS.items()
        for state in STATES
        for role in by
        if step.verdict(state, role) == verdict
    ]


def confirm(client, scene, name):
    chosen = f"{scene.inquiry.pk}:{scene.inquiry.version}"
    data = {"step": name, "chosen": [chosen], "confirm": "1"} | STEPS[name].typed(scene)
    return scene.desk(client).post(ADDRESS, data)


def refusal_on(response) -> str:
    """Why the one inquiry was left as it is."""
    assert response.status_code == 200
    page = response.content.decode()
    assert "Done for 0 of 1." in page
    return html.unescape(re.search(r">Not done</span>\s*(.*?)\s*</li>", page, re.S)[1])


def foreseen(response) -> str:
    """Why the one inquiry cannot be done, as the page says that asks for a confirmation."""
    why = soup_of(response).select_one(".desk-chosen li .desk-hint")
    return why.text if why else ""


def test_each_bulk_step_is_in_the_matrix():
    assert set(STEPS) == set(BULK)


@pytest.mark.parametrize(CASE, cases(TAKEN))
def test_a_legal_step_leads_where_the_table_says(name, state, role, client):
    scene = Scene(state, role)
    with steps.moves(scene, STEPS[name].action, words=name == "assign"):
        response = confirm(client, scene, name)
    assert "Done for 1 of 1." in response.content.decode()
    assert steps.records(scene) == [LISTED]


@pytest.mark.parametrize("state", ["new", "claimed", "contacted", "assessment"])
def test_the_day_that_was_chosen_is_set(state, client):
    scene = Scene(state, "leads")
    confirm(client, scene, "follow-up")
    assert scene.now().follow_up_on.isoformat() == _next_week(scene)["on"]


@pytest.mark.parametrize(CASE, cases(DENIED, by=OTHERS))
def test_who_does_not_work_inquiries_is_turned_away_and_recorded(name, state, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = confirm(client, scene, name)
    steps.assert_turned_away(scene, response, "bulk")


@pytest.mark.parametrize(CASE, cases(DENIED, by=WORKERS))
def test_a_colleague_s_work_is_left_alone_and_that_is_recorded(name, state, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = confirm(client, scene, name)
    assert steps.why_denied(scene, STEPS[name].action) in refusal_on(response)
    record = ("denied", STEPS[name].action.value, scene.inquiry.pk, None)
    assert steps.records(scene) == [record, LISTED]


@pytest.mark.parametrize(CASE, cases(REFUSED))
def test_an_illegal_step_is_refused_and_recorded(name, state, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = confirm(client, scene, name)
    steps.assert_clear(refusal_on(response))
    assert steps.why(state, STEPS[name].action) in refusal_on(response)
    record = ("refused", STEPS[name].action.value, scene.inquiry.pk, None)
    assert steps.records(scene) == [record, LISTED]


@pytest.mark.parametrize(CASE, cases(TAKEN, by=WORKERS))
def test_a_step_on_an_older_list_is_refused_and_recorded(name, state, role, client):
    scene = Scene(state, role)
    scene.changed_meanwhile()
    with steps.untouched():
        response = confirm(client, scene, name)
    assert refusal_on(response) == "Somebody changed this inquiry while you had it open."
    record = ("refused", STEPS[name].action.value, scene.inquiry.pk, None)
    assert steps.records(scene) == [record, LISTED]


@pytest.mark.parametrize(CASE, cases(TAKEN, by=WORKERS))
def test_before_it_is_confirmed_nothing_is_done(name, state, role, client):
    scene = Scene(state, role)
    chosen = f"{scene.inquiry.pk}:{scene.inquiry.version}"
    with steps.untouched():
        response = scene.desk(client).post(ADDRESS, {"step": name, "chosen": [chosen]})
    assert response.status_code == 200
    assert "Nothing is done yet." in response.content.decode()
    assert foreseen(response) == ""
    assert steps.records(scene) == [LISTED]


@pytest.mark.parametrize(CASE, [*cases(DENIED, by=WORKERS), *cases(REFUSED)])
def test_what_cannot_be_done_is_said_before_it_is_confirmed_as_it_would_be_after(
    name, state, role, client
):
    scene = Scene(state, role)
    chosen = f"{scene.inquiry.pk}:{scene.inquiry.version}"
    page = scene.desk(client).post(ADDRESS, {"step": name, "chosen": [chosen]})
    assert "You cannot do this for 1 of them." in page.content.decode()
    assert 'name="confirm"' not in page.content.decode()
    assert foreseen(page) == refusal_on(confirm(client, scene, name))
