"""Who saw what: every page, copy and refusal of the desk leaves exactly one record."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.urls import path, reverse

from admissions import audit, retention, workflow
from admissions.admin import watch
from admissions.models import AccessRecord, Inquiry, SavedView
from admissions.workflow import IllegalTransition, StaleInquiry
from tests.admissions.people import ROSA, received

QUEUE = reverse("admin:admissions_inquiry_changelist")
PERSON = reverse("admin:admissions_inquiry_person")


@pytest.fixture
def inquiry(db):
    return received()


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def leads_desk(client, lead):
    client.force_login(lead)
    return client


def url(name, *args):
    return reverse(f"admin:admissions_{name}", args=args)


def step(name, inquiry):
    return url(f"inquiry_{name}", inquiry.pk)


def records():
    """Every record so far: who, what, where, which inquiry, how many."""
    rows = AccessRecord.objects.order_by("pk")
    return [
        (row.actor.username, row.action, row.detail, row.inquiry, row.count)
        for row in rows.select_related("actor", "inquiry")
    ]


# What is shown


def test_the_queue_leaves_the_name_of_its_view_and_how_many_it_showed(desk, inquiry):
    desk.get(QUEUE, {"show": "unassigned"})
    assert records() == [("cora", "listed", "unassigned", None, 1)]


def test_an_inquiry_s_page_leaves_which_inquiry(desk, inquiry):
    desk.get(inquiry.get_absolute_url())
    assert records() == [("cora", "viewed", "workspace", inquiry, None)]


@pytest.mark.parametrize("page", ["correct", "hold"])
def test_a_page_about_an_inquiry_leaves_its_own_name(page, leads_desk, inquiry):
    leads_desk.get(step(page, inquiry))
    assert records() == [("leda", "viewed", page, inquiry, None)]


@pytest.mark.parametrize("log", ["event", "notification", "accessrecord"])
def test_reading_a_log_is_logged(log, leads_desk, inquiry):
    leads_desk.get(url(f"{log}_changelist"))
    [(who, action, detail, about, _count)] = records()
    assert (who, action, detail, about) == ("leda", "listed", log, None)


def test_looking_up_a_person_leaves_how_many_were_found(leads_desk, inquiry):
    leads_desk.post(PERSON, {"who": "Rosa"})
    assert records() == [("leda", "looked-up", "person", None, 1)]


@pytest.mark.parametrize(("how", "action"), [("file", "exported"), ("page", "printed")])
def test_a_copy_leaves_a_record_for_each_inquiry_in_it(how, action, leads_desk, inquiry):
    other = received(key=None)
    leads_desk.post(url("inquiry_export"), {"inquiry": [inquiry.pk, other.pk], "as": how})
    assert records() == [("leda", action, "person", one, None) for one in (inquiry, other)]


def test_the_page_before_erasing_leaves_whom_it_showed(leads_desk, inquiry):
    leads_desk.post(url("inquiry_erase"), {"inquiry": [inquiry.pk]})
    assert records() == [("leda", "viewed", "erase", inquiry, None)]


def test_a_form_that_comes_back_shows_the_inquiry_once_more(desk, inquiry):
    desk.post(step("note", inquiry), {"version": 1, "text": ""})
    assert records() == [("cora", "viewed", "note", inquiry, None)]


def test_a_step_that_was_taken_shows_nothing_itself(desk, inquiry):
    assert desk.post(step("claim", inquiry), {"version": 1}).status_code == 302
    assert records() == []  # it is in the timeline


def test_an_address_without_an_inquiry_shows_nothing(desk, db):
    desk.get(url("inquiry_change", 4711))
    assert records() == []


def test_every_address_of_the_desk_that_has_a_name_is_watched():
    for model in (Inquiry, AccessRecord):
        for pattern in admin.site._registry[model].get_urls():
            watched = pattern.callback.__code__.co_filename.endswith("admin/watch.py")
            assert watched or not pattern.name, pattern.name


# What is refused


@pytest.mark.parametrize("role", ["auditor", "editor", "outsider"])
def test_a_page_that_is_not_for_somebody_leaves_a_refusal(role, request, client, inquiry):
    user = request.getfixturevalue(role)
    client.force_login(user)
    for address, detail, about in (
        (QUEUE, "changelist", None),
        (inquiry.get_absolute_url(), "change", inquiry),
        (url("inquiry_change", 4711), "change", None),
        (PERSON, "person", None),
    ):
        AccessRecord.objects.all()
        before = len(records())
        assert client.get(address).status_code == 403
        assert records()[before:] == [(user.username, "denied", detail, about, None)]


def test_a_refusal_at_a_key_that_no_database_could_hold_is_recorded(client, auditor):
    client.force_login(auditor)
    assert client.get(f"{QUEUE}{'9' * 5000}/change/").status_code == 403
    assert records() == [("audrey", "denied", "change", None, None)]


def test_a_step_by_who_may_not_take_it_leaves_one_refusal(client, auditor, inquiry):
    client.force_login(auditor)
    assert client.post(step("claim", inquiry), {"version": 1}).status_code == 403
    assert records() == [("audrey", "denied", "claim", inquiry, None)]


def test_an_account_that_is_no_staff_any_more_leaves_a_refusal(client, coordinator, inquiry):
    coordinator.is_staff = False
    coordinator.save()
    client.force_login(coordinator)
    assert client.get(QUEUE).status_code == 302
    assert records() == [("cora", "denied", "changelist", None, None)]


def test_who_is_not_signed_in_leaves_nothing(client, inquiry):
    client.get(QUEUE)
    assert records() == []


def test_a_stale_step_leaves_one_refusal(desk, inquiry, colleague):
    workflow.hand_over(inquiry=inquiry, actor=_lead(), version=1, to=colleague)
    response = desk.post(step("close", inquiry), {"version": 1, "outcome": "spam"})
    assert response.status_code == 409
    assert records() == [("cora", "refused", "close", inquiry, None)]


def test_an_illegal_step_leaves_one_refusal(desk, inquiry):
    response = desk.post(step("reopen", inquiry), {"version": 1, "reason": "Called back"})
    assert response.status_code == 409
    assert records() == [("cora", "refused", "reopen", inquiry, None)]


def test_a_copy_that_is_refused_leaves_one_refusal(leads_desk, inquiry, lead):
    retention.erase(inquiry, actor=lead)
    leads_desk.post(url("inquiry_export"), {"inquiry": [inquiry.pk], "as": "file"})
    assert records() == [("leda", "refused", "request", inquiry, None)]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_a_method_that_an_inquiry_s_page_does_not_know_leaves_one_refusal(method, desk, inquiry):
    assert getattr(desk, method)(inquiry.get_absolute_url()).status_code == 405
    assert records() == [("cora", "refused", "change", inquiry, None)]


@pytest.mark.parametrize(
    ("page", "posted"),
    [
        ("hold", {"version": 1, "reason": "A court asks"}),
        ("correct", {"version": 1, "name": "Somebody Else"}),
        ("revoke", {"channel": "call"}),
        ("hold", None),
        ("correct", None),
    ],
)
def test_a_request_about_somebody_erased_leaves_one_refusal(
    page, posted, leads_desk, inquiry, lead
):
    retention.erase(inquiry, actor=lead)
    address = step(page, inquiry)
    response = leads_desk.get(address) if posted is None else leads_desk.post(address, posted)
    assert response.status_code == 302
    detail = "revoke" if page == "revoke" else "request"
    assert records() == [("leda", "refused", detail, inquiry, None)]


def test_erasing_somebody_erased_leaves_one_refusal(leads_desk, inquiry, lead):
    retention.erase(inquiry, actor=lead)
    asked = {"inquiry": [inquiry.pk], f"version-{inquiry.pk}": 2, "confirm": "ERASE"}
    assert leads_desk.post(url("inquiry_erase"), asked).status_code == 302
    assert records() == [("leda", "refused", "request", inquiry, None)]


def test_a_request_about_nobody_leaves_a_refusal(leads_desk, db):
    assert leads_desk.post(url("inquiry_hold", 4711), {"version": 1}).status_code == 302
    assert records() == [("leda", "refused", "request", None, None)]


@pytest.mark.parametrize("what", ["view", "delete"])
def test_a_saved_view_that_is_not_one_s_own_leaves_one_refusal(what, desk, colleague):
    kept = SavedView.objects.create(owner=colleague, name="His", tab="mine", narrowed_by={})
    assert desk.post(url("inquiry_views"), {what: kept.pk}).status_code == 404
    assert records() == [("cora", "refused", "views", None, None)]


@pytest.mark.parametrize("log", ["event", "notification"])
def test_a_column_that_cannot_be_asked_about_leaves_one_refusal(log, leads_desk, inquiry):
    probe = {"actor__password__startswith": "a"}
    assert leads_desk.get(url(f"{log}_changelist"), probe).status_code == 400
    assert records() == [("leda", "refused", "changelist", None, None)]


@pytest.mark.parametrize("status", [403, 404, 405])
def test_an_answer_that_refuses_is_recorded_once_whoever_recorded_it(status, rf, coordinator, db):
    def view(request, *, recorded):
        if recorded:
            audit.record(coordinator, AccessRecord.Action.DENIED, detail="claim")
        return HttpResponse(status=status)

    desk = admin.site._registry[Inquiry]
    [pattern] = watch.watched(desk, [path("x/", view, name="admissions_inquiry_x")])
    request = rf.get("/x/")
    request.user = coordinator
    for recorded, left in ((False, ("refused", "x")), (True, ("denied", "claim"))):
        before = len(records())
        pattern.callback(request, recorded=recorded)
        assert [row[1:3] for row in records()[before:]] == [left]


def test_a_step_on_what_went_to_somebody_else_meanwhile_leaves_one_refusal(
    desk, inquiry, coordinator, colleague
):
    workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    workflow.hand_over(inquiry=inquiry, actor=coordinator, version=2, to=colleague)
    response = desk.post(step("release", inquiry), {"version": 2})
    assert response.status_code == 403
    assert records() == [("cora", "denied", "release", inquiry, None)]


def _lead():
    from django.contrib.auth.models import User  # noqa: PLC0415

    return User.objects.create_superuser("sue")


@pytest.mark.parametrize(
    ("take", "error", "left"),
    [
        (
            lambda inquiry, user: workflow.claim(inquiry=inquiry, actor=user, version=9),
            StaleInquiry,
            ("refused", "claim"),
        ),
        (
            lambda inquiry, user: workflow.reopen(
                inquiry=inquiry, actor=user, version=1, reason="Why not"
            ),
            IllegalTransition,
            ("refused", "reopen"),
        ),
        (
            lambda inquiry, user: workflow.release(inquiry=inquiry, actor=user, version=1),
            PermissionDenied,
            ("denied", "release"),
        ),
        (
            lambda inquiry, user: retention.erase(inquiry, actor=user),
            PermissionDenied,
            ("denied", "request"),
        ),
    ],
)
def test_a_refusal_beside_the_pages_is_recorded_too(take, error, left, inquiry, coordinator):
    with pytest.raises(error):
        take(inquiry, coordinator)
    assert [(row[0], row[1:3]) for row in records()] == [("cora", left)]


# What a record holds, and what it costs


def test_no_record_holds_a_word_of_anybody(leads_desk, inquiry):
    for who in ("Rosa Cruz", "(619) 555-0134", "rosa@example.org"):
        leads_desk.post(PERSON, {"who": who})
        leads_desk.post(QUEUE, {"words": who}, follow=True)
    leads_desk.get(inquiry.get_absolute_url())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM admissions_accessrecord")
        rows = cursor.fetchall()
    assert len(rows) == 7
    words = [str(cell) for row in rows for cell in row if isinstance(cell, str)]
    assert not [w for w in words if any(part in w for part in ("Rosa", "555", "example", "619"))]
    assert all(str(value) not in words for value in ROSA.values() if value != "family")


@pytest.mark.parametrize("detail", ["Rosa", "rosa@example.org", "two words", "x" * 41, "555 0134"])
def test_a_detail_that_is_no_name_of_ours_is_refused(detail, coordinator):
    with pytest.raises(ValueError, match="a name of ours"):
        audit.record(coordinator, AccessRecord.Action.VIEWED, detail=detail)


@pytest.fixture
def records_cannot_be_written(monkeypatch):
    """As on a full disk: whatever is read works, and a record cannot be added."""
    execute = connection.execute_wrapper

    def refuse(ask, sql, params, many, context):
        if sql.startswith("INSERT INTO") and "accessrecord" in sql:
            raise DatabaseError("database or disk is full")
        return ask(sql, params, many, context)

    with execute(refuse):
        yield


@pytest.mark.parametrize("address", ["queue", "workspace", "person", "file"])
def test_who_cannot_be_recorded_sees_nothing(
    address, leads_desk, inquiry, records_cannot_be_written
):
    response = {
        "queue": lambda: leads_desk.get(QUEUE),
        "workspace": lambda: leads_desk.get(inquiry.get_absolute_url()),
        "person": lambda: leads_desk.post(PERSON, {"who": "Rosa"}),
        "file": lambda: leads_desk.post(
            url("inquiry_export"), {"inquiry": [inquiry.pk], "as": "file"}
        ),
    }[address]()
    assert response.status_code == 503
    assert "Rosa" not in response.content.decode()
    assert inquiry.reference not in response.content.decode()


def test_a_view_is_recorded_by_one_query(desk, inquiry, django_assert_num_queries, coordinator):
    with django_assert_num_queries(1):
        audit.record(coordinator, AccessRecord.Action.VIEWED, inquiry, detail="workspace")
