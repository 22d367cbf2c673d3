"""The matrix is whole: no action, status, group or way to a step is left out of it."""

from __future__ import annotations

import ast
from pathlib import Path

from django.urls import reverse

from admissions import access
from admissions.action_forms import FORMS
from admissions.models import AccessRecord
from admissions.transitions import QUARANTINE, TRANSITIONS
from admissions.workflow import Action, Status
from tests.admissions import steps
from tests.admissions.roles import ROLES, WORK
from tests.admissions.steps import DENIED, REFUSED, TAKEN

ADMISSIONS = Path(__file__).resolve().parents[2] / "admissions"
FUNCTIONS = {function.__name__ for function in steps.FUNCTIONS.values()}

# Which module takes steps, and the file of tests that goes through it.
WAYS = {
    "action_forms.py": "test_matrix_forms.py",
    "list_forms.py": "test_matrix_bulk.py",
    "claiming.py": "test_matrix_claiming.py",
    "admin/arrivals.py": "test_matrix_claiming.py",
    "admin/away.py": "test_matrix_away.py",
}


def steps_in(source: str) -> set[str]:
    """The functions of workflow.py that are steps and that `source` names."""
    tree = ast.parse(source)
    named = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("workflow")
        for alias in node.names
    }
    called = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "workflow"
    }
    return (named | called) & FUNCTIONS


def test_each_action_has_what_is_typed_a_form_a_function_and_an_address():
    assert set(steps.TYPED) == set(steps.FUNCTIONS) == set(FORMS) == set(Action)
    for action in Action:
        assert reverse(f"admin:admissions_inquiry_{action.value}", args=[1])


def test_each_function_that_is_a_step_is_in_the_matrix():
    tree = ast.parse((ADMISSIONS / "workflow.py").read_text())
    found = {
        function.name: ast.unparse(node.args[0])
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_step"
    }
    assert found.pop("check") == "action"  # it refuses as any step does, and takes none
    assert found == {
        function.__name__: f"Action.{action.name}" for action, function in steps.FUNCTIONS.items()
    }


def test_each_module_that_takes_steps_is_gone_through():
    found = {
        str(path.relative_to(ADMISSIONS))
        for path in ADMISSIONS.rglob("*.py")
        if steps_in(path.read_text())
    }
    assert found == set(WAYS)
    for name in WAYS.values():
        assert (Path(__file__).parent / name).exists()


def test_the_search_for_such_modules_sees_each_way_to_name_a_step():
    assert steps_in("workflow.close(inquiry=row)")
    assert steps_in("later(workflow.close)")
    assert steps_in("from .workflow import close")
    assert not steps_in("workflow.legal_actions(row, user)")


def test_each_status_is_a_state_and_each_action_is_legal_in_one():
    assert set(TRANSITIONS) == set(Status) <= set(steps.STATES)
    assert {*QUARANTINE, *(a for table in TRANSITIONS.values() for a in table)} == set(Action)


def test_each_group_is_a_role_and_takes_and_is_refused_what_it_may():
    groups = {group for role in ROLES.values() for group in role.groups}
    assert groups == set(access.GROUPS)
    for name, role in ROLES.items():
        came = {verdict for verdict in (TAKEN, DENIED, REFUSED) if steps.cases(verdict, by=[name])}
        assert (came == {DENIED}) == (not role.has(WORK))


def test_each_state_action_and_role_is_one_case():
    every = [case for verdict in (TAKEN, DENIED, REFUSED) for case in steps.cases(verdict)]
    assert len(every) == len(set(every)) == len(steps.STATES) * len(Action) * len(ROLES)


def test_a_record_of_a_refusal_has_no_place_for_what_somebody_wrote():
    columns = {field.name for field in AccessRecord._meta.get_fields()}
    assert columns == {"id", "at", "actor", "action", "inquiry", "detail", "count", "digest"}
