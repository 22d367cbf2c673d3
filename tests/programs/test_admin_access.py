"""Who may see and change content: editors all of it, nobody else any of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from programs import models

from . import rows

EVERYTHING = [*rows.CONTENT, models.Clinic]
by_name = pytest.mark.parametrize("model", EVERYTHING, ids=lambda model: model._meta.model_name)


def addresses(model):
    name = f"admin:programs_{model._meta.model_name}"
    record = rows.ALL[model]()
    record.save()
    yield reverse(f"{name}_changelist")
    yield reverse(f"{name}_change", args=[record.pk])
    yield reverse(f"{name}_history", args=[record.pk])
    if model is not models.Clinic:
        yield reverse(f"{name}_add")
        yield reverse(f"{name}_delete", args=[record.pk])
        yield reverse(f"{name}_recoverlist")


@by_name
def test_an_editor_opens_every_screen_of_the_content(desk, model):
    assert {desk.get(url).status_code for url in addresses(model)} == {200}


@by_name
@pytest.mark.parametrize("role", ["coordinator", "lead", "auditor", "outsider"])
def test_nobody_else_opens_any(client, request, role, model):
    client.force_login(request.getfixturevalue(role))
    urls = list(addresses(model))
    assert {client.get(url).status_code for url in urls} == {403}
    assert {client.post(url, {"post": "yes"}).status_code for url in urls} == {403}
    assert model.objects.count() == 1


def test_nobody_else_reorders_content(client, coordinator, db):
    rows.condition().save()
    client.force_login(coordinator)
    url = "/admin/programs/condition/adminsortable2_update/"
    response = client.post(url, '{"updatedItems": [["1", 2]]}', content_type="application/json")
    assert response.status_code == 403


def test_the_index_shows_editors_the_content_and_coordinators_none_of_it(
    client, editor, coordinator
):
    client.force_login(editor)
    assert "/admin/programs/question/" in client.get("/admin/").text
    assert "/admin/admissions/inquiry/" not in client.get("/admin/").text
    client.force_login(coordinator)
    assert "/admin/programs/" not in client.get("/admin/").text


def test_an_editor_sees_no_inquiry(desk):
    assert desk.get("/admin/admissions/inquiry/").status_code in {403, 404}


def test_not_even_a_superuser_adds_a_second_clinic(client, db):
    client.force_login(User.objects.create_superuser("root", password="pw-for-tests-only"))
    rows.clinic().save()
    assert client.get("/admin/programs/clinic/add/").status_code == 403
    assert client.get("/admin/programs/clinic/1/delete/").status_code == 403


def test_somebody_who_only_looks_finds_no_way_to_change(client, outsider, db):
    from django.contrib.auth.models import Permission  # noqa: PLC0415 - only this test grants

    outsider.user_permissions.add(Permission.objects.get(codename="view_condition"))
    client.force_login(outsider)
    first = rows.condition(position=1)
    first.save()
    page = client.get("/admin/programs/condition/")
    assert page.status_code == 200
    assert "move_up" not in page.text
    assert client.post(f"/admin/programs/condition/{first.pk}/change/", {}).status_code == 403
