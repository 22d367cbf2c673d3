"""A refusal on an admin page that shows no inquiry leaves its access record all the same."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType

from admissions.models import AccessRecord, Inquiry
from programs.models import Condition
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


def refused(client, address, method="get"):
    """The records that one request leaves, and its answer's status."""
    response = getattr(client, method)(address)
    rows = AccessRecord.objects.order_by("pk")
    return response.status_code, [(row.action, row.detail, row.inquiry_id) for row in rows]


@pytest.mark.parametrize(
    ("address", "method", "detail"),
    [
        ("/admin/admissions/desksettings/", "get", "admissions-desksettings-change"),
        ("/admin/admissions/dutyshift/add/", "post", "admissions-dutyshift-add"),
        ("/admin/auth/user/", "get", "auth-user-changelist"),
        ("/admin/programs/condition/add/", "get", "programs-condition-add"),
        ("/admin/programs/condition/1/history/", "get", "programs-condition-history"),
    ],
)
def test_what_a_coordinator_may_not_see_is_recorded_once(
    client, coordinator, address, method, detail
):
    client.force_login(coordinator)
    status, records = refused(client, address, method)
    assert (status, records) == (403, [("denied", detail, None)])


def test_an_account_that_is_not_staff_is_recorded(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("visitor"))
    status, records = refused(client, "/admin/programs/condition/")
    assert (status, records) == (302, [("denied", "programs-condition-changelist", None)])


def test_nobody_signed_in_leaves_no_record(client):
    assert refused(client, "/admin/auth/user/") == (302, [])


def on_site(model, key):
    return f"/admin/r/{ContentType.objects.get_for_model(model).pk}/{key}/"


def test_nobody_is_told_which_inquiries_there_are(client, coordinator):
    inquiry = InquiryFactory()
    client.force_login(coordinator)
    answers = {client.get(on_site(Inquiry, key)).status_code for key in (inquiry.pk, 999)}
    assert answers == {403}
    for address in ("/admin/r/x/y/", "/admin/r/99999999/1/"):
        assert client.get(address).status_code == 403


def test_an_editor_goes_to_a_record_s_own_page(client, editor, site):
    client.force_login(editor)
    condition = Condition.objects.first()
    response = client.get(on_site(Condition, condition.pk))
    assert response.url.endswith(condition.get_absolute_url())
