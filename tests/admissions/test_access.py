"""Who sees what in the admin: each role its own, and nothing else."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from admissions import workflow
from admissions.models import Event, Notification
from tests.factories import InquiryFactory

INQUIRY_PAGES = ["queue", "workspace", "step"]


@pytest.fixture
def pages(db):
    """The addresses of the desk, by what they are."""
    inquiry = InquiryFactory(name="Rosa Cruz")
    Notification.objects.create(kind="new-inquiry", inquiry=inquiry)
    return {
        "queue": reverse("admin:admissions_inquiry_changelist"),
        "workspace": inquiry.get_absolute_url(),
        "step": reverse("admin:admissions_inquiry_claim", args=[inquiry.pk]),
        "trail": reverse("admin:admissions_event_changelist"),
        "outbox": reverse("admin:admissions_notification_changelist"),
        "who saw what": reverse("admin:admissions_accessrecord_changelist"),
        "roster": reverse("admin:admissions_dutyshift_changelist"),
        "new shift": reverse("admin:admissions_dutyshift_add"),
        "fallback": reverse("admin:admissions_dutyfallback_changelist"),
        "settings": reverse("admin:admissions_desksettings_changelist"),
        "accounts": reverse("admin:auth_user_changelist"),
    }


@pytest.fixture
def superuser(admin_user):
    return admin_user


LEADS_OWN = {"Notifications", "Desk settings", "Access records", "How the desk is doing"}
ROSTER = {"Duty roster", "Fallback list for the roster", "Reply templates"}
STAFFING = {"roster", "new shift", "fallback", "settings"}
WHO_SEES = {
    "coordinator": {"queue", "workspace", "step", "trail", "roster", "fallback"},
    "lead": {"queue", "workspace", "step", "trail", "outbox", "who saw what"} | STAFFING,
    "editor": set(),
    "auditor": {"trail", "outbox", "who saw what"},
    "outsider": set(),
    "superuser": {"queue", "workspace", "step", "trail", "outbox", "who saw what", "accounts"}
    | STAFFING,
}


@pytest.mark.parametrize("role", WHO_SEES)
def test_each_role_opens_its_own_pages_and_no_other(role, request, client, pages):
    client.force_login(request.getfixturevalue(role))
    seen = {name for name, url in pages.items() if client.get(url).status_code in {200, 302}}
    assert seen == WHO_SEES[role]
    refused = {name for name, url in pages.items() if client.get(url).status_code == 403}
    assert refused == set(pages) - seen


@pytest.mark.parametrize(
    ("role", "apps", "models"),
    [
        ("coordinator", {"admissions"}, {"Inquiries"} | ROSTER),
        ("lead", {"admissions"}, LEADS_OWN | {"Inquiries"} | ROSTER),
        ("editor", {"programs"}, None),
        ("auditor", {"admissions"}, {"Timeline", "Access records", "Notifications"}),
        ("outsider", set(), set()),
        ("superuser", {"admissions", "auth", "programs"}, None),
    ],
)
def test_the_index_shows_each_role_only_what_is_theirs(role, apps, models, request, client):
    client.force_login(request.getfixturevalue(role))
    response = client.get(reverse("admin:index"))
    listed = response.context["app_list"]
    assert {app["app_label"] for app in listed} == apps
    if models is not None:
        assert {str(model["name"]).capitalize() for a in listed for model in a["models"]} == models
    shown = "desk-start" in response.content.decode()
    assert shown is (role in {"coordinator", "lead", "superuser"})


def test_who_is_not_signed_in_is_asked_to(client, pages):
    for url in pages.values():
        response = client.get(url)
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))


def test_an_account_that_is_not_staff_gets_nowhere(client, coordinator, pages):
    coordinator.is_staff = False
    coordinator.save()
    client.force_login(coordinator)
    assert {client.get(url).status_code for url in pages.values()} == {302}


def test_a_step_by_who_may_not_take_it_is_403(client, auditor, editor, pages):
    for user in (auditor, editor):
        client.force_login(user)
        assert client.post(pages["step"], {"version": 1}).status_code == 403


def test_an_auditor_reads_the_trail_without_its_texts(client, auditor, coordinator):
    inquiry = InquiryFactory(name="Rosa Cruz")
    workflow.add_note(inquiry=inquiry, actor=coordinator, text="Sensitive words")
    client.force_login(auditor)
    soup = BeautifulSoup(
        client.get(reverse("admin:admissions_event_changelist")).content.decode(), "html5lib"
    )
    rows = [row.text for row in soup.select("#result_list tbody tr")]
    assert len(rows) == 2
    assert inquiry.reference in rows[0]
    assert "Sensitive" not in soup.text
    assert "Rosa" not in soup.text
    entry = Event.objects.latest("pk")
    page = client.get(reverse("admin:admissions_event_change", args=[entry.pk]))
    assert page.status_code == 200
    assert "Sensitive" not in page.content.decode()


def test_the_trail_cannot_be_searched_through_its_address(client, auditor, coordinator):
    inquiry = InquiryFactory()
    workflow.add_note(inquiry=inquiry, actor=coordinator, text="Sensitive words")
    client.force_login(auditor)
    for query in ("text__startswith=S", "inquiry__name__startswith=T", "inquiry__id__exact=1"):
        url = reverse("admin:admissions_event_changelist")
        assert client.get(f"{url}?{query}").status_code == 400, query


def test_the_outbox_list_shows_how_sending_goes(client, lead):
    inquiry = InquiryFactory()
    Notification.objects.create(
        kind="new-inquiry", inquiry=inquiry, attempts=3, last_error="SMTPServerDisconnected"
    )
    client.force_login(lead)
    html = client.get(reverse("admin:admissions_notification_changelist")).content.decode()
    assert inquiry.reference in html
    assert "SMTPServerDisconnected" in html


@pytest.mark.parametrize("model", ["event", "notification"])
def test_trail_and_outbox_are_read_only_for_everybody(model, client, superuser, pages):
    client.force_login(superuser)
    assert client.get(reverse(f"admin:admissions_{model}_add")).status_code == 403
    row = {"event": Event, "notification": Notification}[model].objects.first()
    url = reverse(f"admin:admissions_{model}_delete", args=[row.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    url = reverse(f"admin:admissions_{model}_change", args=[row.pk])
    assert client.post(url, {"kind": "noted"}).status_code == 403
