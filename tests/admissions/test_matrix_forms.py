"""Every step × state × role through the workspace's forms: its address, its answer, its record."""

from __future__ import annotations

import html
import re

import pytest

from admissions.action_forms import FORMS
from admissions.transitions import ONLY_ADD
from tests.admissions import steps
from tests.admissions.roles import LEADS, READERS, ROLES
from tests.admissions.steps import CASE, DENIED, NAMES_A_VERSION, REFUSED, TAKEN, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_on")]

STRANGERS = [name for name in ROLES if name not in READERS]


def refusal_on(response) -> str:
    """Why nothing was saved, as the workspace says it. What it says of the typed words holds."""
    page = response.content.decode()
    said = re.search(r"<h2>Nothing was saved</h2>\s*<p>(.*?)</p>", page, re.S)[1]
    sentence, _sep, kept = html.unescape(said).partition(" What you typed is still in the form")
    day = f'value="{steps.soon():%Y-%m-%d}'
    assert bool(kept) == (steps.WORDS in page or day in page)
    return sentence.strip()


@pytest.mark.parametrize(CASE, steps.cases(TAKEN))
def test_a_legal_step_leads_where_the_table_says(state, action, role, client):
    scene = Scene(state, role)
    with steps.moves(scene, action):
        response = steps.post(client, scene, action)
    assert (response.status_code, response.url) == (302, scene.inquiry.get_absolute_url())
    assert steps.records(scene) == []  # it is in the timeline
    page = client.get(response.url)
    said = FORMS[action].done % {"reference": scene.inquiry.reference}
    assert said in html.unescape(page.content.decode())
    assert steps.records(scene) == [("viewed", "workspace", scene.inquiry.pk, None)]


@pytest.mark.parametrize(CASE, steps.cases(DENIED, by=STRANGERS))
def test_who_sees_no_inquiries_is_turned_away_and_recorded(state, action, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = steps.post(client, scene, action)
    steps.assert_turned_away(scene, response, action.value, scene.inquiry.pk)


@pytest.mark.parametrize(CASE, steps.cases(DENIED, by=READERS))
def test_a_step_that_is_not_theirs_is_denied_and_the_page_says_so(state, action, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = steps.post(client, scene, action)
    assert response.status_code == 403
    assert steps.why_denied(scene, action) in refusal_on(response)
    assert steps.records(scene) == [("denied", action.value, scene.inquiry.pk, None)]


@pytest.mark.parametrize(CASE, steps.cases(REFUSED))
def test_an_illegal_step_is_refused_and_recorded(state, action, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = steps.post(client, scene, action)
    assert response.status_code == 409
    steps.assert_clear(refusal_on(response))
    assert steps.why(state, action) in refusal_on(response)
    assert steps.records(scene) == [("refused", action.value, scene.inquiry.pk, None)]


@pytest.mark.parametrize(CASE, steps.cases(TAKEN, NAMES_A_VERSION, by=LEADS))
def test_a_step_from_an_older_page_is_refused_and_recorded(state, action, role, client):
    scene = Scene(state, role)
    scene.changed_meanwhile()
    with steps.untouched():
        response = steps.post(client, scene, action)
    assert response.status_code == 409
    assert refusal_on(response) == "Somebody changed this inquiry while you had it open."
    assert steps.records(scene) == [("refused", action.value, scene.inquiry.pk, None)]


@pytest.mark.parametrize(CASE, steps.cases(TAKEN, ONLY_ADD, by=LEADS))
def test_a_step_that_only_adds_fits_an_older_page(state, action, role, client):
    scene = Scene(state, role)
    scene.changed_meanwhile()
    with steps.moves(scene, action):
        assert steps.post(client, scene, action).status_code == 302


@pytest.mark.parametrize(CASE, steps.cases(TAKEN, by=LEADS))
def test_looking_at_the_address_takes_no_step(state, action, role, client):
    scene = Scene(state, role)
    with steps.untouched():
        response = scene.desk(client).get(steps.address(scene, action), steps.typed(scene, action))
    assert (response.status_code, response.url) == (302, scene.inquiry.get_absolute_url())
    assert steps.records(scene) == []
