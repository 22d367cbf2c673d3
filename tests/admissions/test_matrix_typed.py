"""What is typed into each step and cannot be used, and what a step depends on besides the table."""

from __future__ import annotations

import html
import re

import pytest
from django.core.exceptions import ValidationError

from admissions import workflow
from admissions.action_forms import FORMS
from admissions.follow_up import LATEST
from admissions.models import Consent, Event, Inquiry
from admissions.models.replies import LONGEST_REPLY
from admissions.workflow import Action, IllegalTransition
from tests.admissions import steps
from tests.admissions.roles import LEADS, LEFT, NO_STAFF, person
from tests.admissions.steps import DENIED, ERASED, ONE_DAY, REFUSED, TAKEN, Scene
from tests.admissions.test_matrix_forms import refusal_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

LEGAL = [(state, action) for state, action, _role in steps.cases(TAKEN, by=["leads"])]
FIRST_STATE = {action: state for state, action in reversed(LEGAL)}


def required(action):
    return [name for name, field in FORMS[action].base_fields.items() if field.required]


# Argument → a value that makes no sense, made when the test runs.
WRONG = [
    (Action.ATTEMPT, "channel", lambda scene: "pigeon"),
    (Action.ATTEMPT, "outcome", lambda scene: "perhaps"),
    (Action.ATTEMPT, "next_follow_up", lambda scene: steps.soon().date() - 4 * ONE_DAY),
    (Action.ATTEMPT, "next_follow_up", lambda scene: steps.soon().date() + LATEST),
    (Action.FOLLOW_UP, "on", lambda scene: ""),
    (Action.FOLLOW_UP, "on", lambda scene: steps.soon().date() - 4 * ONE_DAY),
    (Action.FOLLOW_UP, "on", lambda scene: steps.soon().date() + LATEST),
    (Action.REPLY, "text", lambda scene: "We call you back {promise}."),
    (Action.REPLY, "text", lambda scene: "x" * (LONGEST_REPLY + 1)),
    (Action.REPLY, "text", lambda scene: " \n"),
    (Action.ASSESSMENT, "at", lambda scene: steps.soon() - 4 * ONE_DAY),
    (Action.ASSESSMENT, "at", lambda scene: steps.soon() + workflow.LATEST_ASSESSMENT),
    (Action.NOTE, "text", lambda scene: " \n"),
    (Action.PRIORITY, "priority", lambda scene: 7),
    (Action.PRIORITY, "priority", lambda scene: scene.inquiry.priority),
    (Action.PRIORITY, "reason", lambda scene: " \n"),
    (Action.HAND_OVER, "to", lambda scene: person("editors")),
    (Action.HAND_OVER, "to", lambda scene: person(LEFT)),
    (Action.HAND_OVER, "to", lambda scene: person(NO_STAFF)),
    (Action.CLOSE, "outcome", lambda scene: "won"),
    (Action.CLOSE, "outcome", lambda scene: "referred-on"),
    (Action.REOPEN, "reason", lambda scene: " \n"),
]
WRONG_IDS = [f"{action}-{field}-{n}" for n, (action, field, _value) in enumerate(WRONG)]


def assert_comes_back(response, scene, action):
    """The form is shown again, and says at the top what is to be mended."""
    assert response.status_code == 422
    page = response.content.decode()
    problem = re.search(r"<h2>There is a problem</h2>\s*<ul>(.*?)</ul>", page, re.S)[1]
    said = html.unescape(re.sub(r"<[^>]+>", " ", problem)).strip()
    assert said.endswith(".")
    assert steps.NAME not in said
    assert steps.records(scene) == [("viewed", action.value, scene.inquiry.pk, None)]


@pytest.mark.parametrize(
    ("state", "action", "field"),
    [(state, action, field) for state, action in LEGAL for field in required(action)],
)
def test_what_is_left_out_is_asked_for(state, action, field, client):
    scene = Scene(state, "leads")
    with steps.untouched():
        response = steps.post(client, scene, action, **{field: ""})
    assert_comes_back(response, scene, action)


@pytest.mark.parametrize(
    ("state", "action", "role", "verdict"),
    [
        (*case, verdict)
        for verdict, by in ((DENIED, ["coordinators"]), (REFUSED, LEADS))
        for case in steps.cases(verdict, by=by)
    ],
)
def test_an_incomplete_form_of_a_step_that_is_not_to_be_taken_is_refused(
    state, action, role, verdict, client
):
    """The words that were typed are kept, as far as there is a form to keep them in."""
    scene = Scene(state, role)
    missing = dict.fromkeys([*set(required(action)) - {"text", "reason"}, "seen", "was"], "")
    with steps.untouched():
        response = steps.post(client, scene, action, **missing)
    assert response.status_code == (403 if verdict == DENIED else 409)
    denied = verdict == DENIED
    said = steps.why_denied(scene, action) if denied else steps.why(state, action)
    assert said in refusal_on(response)
    words = steps.WORDS in steps.TYPED[action](scene).values()
    assert (steps.WORDS in response.content.decode()) == (words and state != ERASED)
    assert steps.records(scene) == [(verdict, action.value, scene.inquiry.pk, None)]


@pytest.mark.parametrize(("action", "field", "value"), WRONG, ids=WRONG_IDS)
def test_what_makes_no_sense_is_pointed_out_by_the_form(action, field, value, client):
    scene = Scene(FIRST_STATE[action], "leads")
    wrong = {field: value(scene)}
    with steps.untouched():
        response = steps.post(client, scene, action, **wrong)
    assert_comes_back(response, scene, action)


@pytest.mark.parametrize(("action", "field", "value"), WRONG, ids=WRONG_IDS)
def test_what_makes_no_sense_is_pointed_out_by_the_function(action, field, value):
    scene = Scene(FIRST_STATE[action], "leads")
    wrong = {field: value(scene)}
    with steps.untouched(), pytest.raises(ValidationError) as caught:
        steps.call(scene, action, **wrong)
    assert list(caught.value.message_dict) == [field]
    assert caught.value.messages[0].endswith(".")
    assert steps.records(scene) == []


@pytest.mark.parametrize("action", Action)
def test_an_address_without_an_inquiry_leads_back(action, client):
    scene = Scene("new", "leads")
    nobodys = scene.inquiry.pk + 1
    address = steps.address(scene, action).replace(f"/{scene.inquiry.pk}/", f"/{nobodys}/")
    with steps.untouched():
        sent = steps.typed(scene, action)
        response = scene.desk(client).post(address, sent, follow=True)
    assert response.status_code == 200
    assert "There is no inquiry at this address." in response.content.decode()


# Attempts


ATTEMPTED = [state for state, action in LEGAL if action == Action.ATTEMPT]


@pytest.mark.parametrize("by_form", [True, False])
@pytest.mark.parametrize("state", ATTEMPTED)
def test_an_attempt_that_misses_leaves_the_status_as_it_is(state, by_form, client):
    scene, told = Scene(state, "leads"), Event.objects.count()
    if by_form:
        steps.post(client, scene, Action.ATTEMPT, outcome="no-answer")
    else:
        steps.call(scene, Action.ATTEMPT, outcome="no-answer")
    row, before = scene.now(), scene.inquiry
    assert (row.status, row.version) == (before.status, before.version)
    assert row.attempts.get().outcome == "no-answer"
    assert Event.objects.count() == told + 1
    assert row.events.last().from_status == row.events.last().to_status == before.status


# Replies


@pytest.mark.parametrize("state", [state for state, action in LEGAL if action == Action.REPLY])
@pytest.mark.parametrize("lacking", ["consent", "address"])
def test_a_reply_needs_an_address_and_a_consent_that_stands(state, lacking, client):
    scene = Scene(state, "leads")
    if lacking == "consent":
        Consent.objects.update(revoked_at=scene.since)
    else:
        scene.inquiry.email = ""
        scene.inquiry.save()
    with steps.untouched():
        response = steps.post(client, scene, Action.REPLY)
    assert response.status_code == 409
    assert "no consent to e-mail that still stands." in refusal_on(response)
    record = ("refused", "reply", scene.inquiry.pk, None)
    assert steps.records(scene) == [record]
    with steps.untouched(), pytest.raises(IllegalTransition, match="no consent to e-mail"):
        steps.call(scene, Action.REPLY)
    assert steps.records(scene) == [record, record]


# Reopening


@pytest.mark.parametrize("by_form", [True, False])
@pytest.mark.parametrize("had_by", [None, LEFT, NO_STAFF, "editors"])
def test_an_inquiry_that_nobody_here_had_is_reopened_into_the_queue(had_by, by_form, client):
    scene = Scene("closed", "leads")
    holder = had_by and person(had_by)
    # Only who had an inquiry can have ended it as the scene's ended.
    outcome = scene.inquiry.outcome if holder else "spam"
    Inquiry.objects.filter(pk=scene.inquiry.pk).update(assignee=holder, outcome=outcome)
    if by_form:
        steps.post(client, scene, Action.REOPEN)
    else:
        steps.call(scene, Action.REOPEN)
    assert (scene.now().status, scene.now().assignee) == ("new", None)
