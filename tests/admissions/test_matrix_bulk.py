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
from admissions.models import Event
from admissions.workflow import Action
from tests.admissions import steps
from tests.admissions.roles import OTHERS, ROLES, WORK, WORKERS
from tests.admissions.steps import DENIED, REFUSED, STATES, TAKEN, Scene

pytestmark = pytest.mark.django_db

ADDRESS = reverse("admin:admissions_inquiry_bulk")
# The page itself shows a list of one.
LISTED = ("listed", "bulk", None, 1)
NOT_TO_FOLLOW_UP = {steps.ASIDE, steps.ERASED, "closed"}


@dataclass(frozen=True)
class Step:
    """What a bulk step does to each inquiry; `action` is None when it is no step of the table."""

    action: Action | None
    detail: str
    typed: Callable[[Scene], dict[str, Any]]

    def verdict(self, state: str, role: str) -> str:
        if self.action is not None:
            return steps.verdict(state, self.action, role)
        if not ROLES[role].has(WORK):
            return DENIED
        return REFUSED if state in NOT_TO_FOLLOW_UP else TAKEN


def _next_week(scene: Scene) -> dict[str, Any]:
    return {"on": (timezone.localdate() + datetime.timedelta(days=7)).isoformat()}


STEPS = {
    "assign": Step(
        Action.HAND_OVER,
        "hand-over",
        lambda scene: {"to": scene.colleague.pk, "reason": steps.WORDS},
    ),
    "follow-up": Step(None, "set-follow-up", _next_week),
    "spam": Step(Action.CLOSE, "close", lambda scene: {}),
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


def test_each_bulk_step_is_in_the_matrix():
    assert set(STEPS) == set(BULK)


@pytest.mark.parametrize(CASE, [case for case in cases(TAKEN) if STEPS[case[0]].action])
def test_a_legal_step_leads_where_the_table_says(name, state, role, client):
    scene = Scene(state, role)
    with steps.moves(scene, STEPS[name].action, words=name == "assign"):
        response = confirm(client, scene, name)
    assert "Done for 1 of 1." in response.content.decode()
    assert steps.records(scene) == [LISTED]


@pytest.mark.parametrize(CASE, [case for case in cases(TAKEN) if not STEPS[case[0]].action])
def test_a_follow_up_day_is_set_and_moves_nothing_else(name, state, role, client):
    scene = Scene(state, role)
    told = Event.objects.count()
    response = confirm(client, scene, name)
    assert "Done for 1 of 1." in response.content.decode()
    row, before = scene.now(), scene.inquiry
    assert row.follow_up_on.isoformat() == _next_week(scene)["on"]
    assert (row.status, row.assignee) == (before.status, before.assignee)
    assert row.version == before.version + 1
    assert Event.objects.count() == told + 1
    assert row.events.last().actor == scene.actor
    assert steps.records(scene) == [LISTED]


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
    assert refusal_on(response) == "This step is not yours to take."
    record = ("denied", STEPS[name].detail, scene.inquiry.pk, None)
    assert steps.records(scene) == [record, LISTED]


@pytest.mark.parametrize(CASE, cases(REFUSED))
def test_an_illegal_step_is_refused_and_recorded(name, state, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = confirm(client, scene, name)
    steps.assert_clear(refusal_on(response))
    assert steps.why(state, STEPS[name].action) in refusal_on(response)
    record = ("refused", STEPS[name].detail, scene.inquiry.pk, None)
    assert steps.records(scene) == [record, LISTED]


@pytest.mark.parametrize(CASE, cases(TAKEN, by=WORKERS))
def test_a_step_on_an_older_list_is_refused_and_recorded(name, state, role, client):
    scene = Scene(state, role)
    scene.changed_meanwhile()
    with steps.untouched():
        response = confirm(client, scene, name)
    assert refusal_on(response) == "Somebody changed this inquiry while you had it open."
    record = ("refused", STEPS[name].detail, scene.inquiry.pk, None)
    assert steps.records(scene) == [record, LISTED]


@pytest.mark.parametrize(CASE, cases(TAKEN, by=WORKERS))
def test_before_it_is_confirmed_nothing_is_done(name, state, role, client):
    scene = Scene(state, role)
    chosen = f"{scene.inquiry.pk}:{scene.inquiry.version}"
    with steps.untouched():
        response = scene.desk(client).post(ADDRESS, {"step": name, "chosen": [chosen]})
    assert response.status_code == 200
    assert "Nothing is done yet." in response.content.decode()
    assert steps.records(scene) == [LISTED]
