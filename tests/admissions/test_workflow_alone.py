"""The workflow's two modules alone change a status, and the admin has no field to change."""

import ast
from pathlib import Path

from django.contrib import admin
from django.test import RequestFactory

from admissions.models import Inquiry

ROOT = Path(__file__).resolve().parents[2]
# The steps, and what happens without one.
MAY_WRITE = {"admissions/workflow.py", "admissions/meanwhile.py"}


def status_writes(source: str) -> list[int]:
    """Lines that set an attribute `status`, or pass `status=` to update() and its like."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "status":
                lines.append(target.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = any(keyword.arg == "status" for keyword in node.keywords)
            if named and node.func.attr in {"update", "aupdate", "update_or_create"}:
                lines.append(node.lineno)
            if node.func.attr == "bulk_update":
                lines.append(node.lineno)
    return lines


def test_no_other_module_writes_a_status():
    writers = {
        str(path.relative_to(ROOT)): status_writes(path.read_text())
        for app in ("admissions", "amity_site")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    }
    found = {path for path, lines in writers.items() if lines}
    # faking.py builds rows that were never in the table before; it changes none that is.
    assert found == {*MAY_WRITE, "admissions/faking.py"}


def test_the_check_sees_each_way_of_writing():
    assert status_writes("inquiry.status = 'new'")
    assert status_writes("inquiry.status: str = 'new'")
    assert status_writes("Inquiry.objects.update(status='new')")
    assert status_writes("Inquiry.objects.bulk_update(rows, fields)")
    assert not status_writes("Inquiry.objects.filter(status='new')")


def test_the_inquiry_s_admin_edits_no_field(admin_user):
    request = RequestFactory().get("/")
    request.user = admin_user
    form = admin.site._registry[Inquiry].get_form(request)
    assert list(form.base_fields) == []
