"""`/healthz` and `/readyz`, as a balancer and an operator read them."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys

import pytest
import time_machine
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from admissions import audit
from admissions.models import AccessRecord, Notification
from admissions.sealing import seal
from programs.models import Clinic
from tests.factories import InquiryFactory
from tests.serving import ROOT, environment, free_port


def test_healthz_says_that_this_process_serves_without_a_query(client):
    # No database mark: a query would be an error here.
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_readyz_is_ready_when_the_database_answers_and_no_migration_is_missing(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    assert response.json()["problems"] == []


@pytest.mark.django_db
def test_a_missing_migration_makes_it_unready_and_is_named(client):
    MigrationRecorder.Migration.objects.filter(app="admissions", name="0001_initial").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "admissions.0001_initial" in response.json()["problems"][0]


ASK = """
import django
django.setup()
from django.test import Client
for path in ("/healthz", "/readyz"):
    response = Client().get(path)
    print(response.status_code, response.content.decode())
"""


def test_without_a_database_it_is_unready_but_still_serving():
    result = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=environment(
            DJANGO_SETTINGS_MODULE="tests.settings",
            DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/none",
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    healthz, readyz = result.stdout.splitlines()
    assert healthz.startswith("200 ")
    status, body = readyz.split(" ", 1)
    assert status == "503"
    assert json.loads(body)["problems"] == ["The database does not answer."]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_balancer_may_ask_by_any_host_name(client, path):
    assert client.get(path, headers={"host": "10.0.0.1:9999"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_under_https_a_plain_request_is_answered_not_redirected(settings, path):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get(path).status_code == 200
    assert client.get("/").status_code == 301


@pytest.mark.django_db
class TestWarnings:
    """They are told, and never make the site unready."""

    def warnings(self, client: Client) -> list[str]:
        response = client.get("/readyz")
        assert response.status_code == 200
        warnings: list[str] = response.json()["warnings"]
        return warnings

    def test_mail_that_is_not_set_up(self, client, settings):
        settings.EMAIL_CONFIGURED = False
        assert any("EMAIL_URL" in line for line in self.warnings(client))
        settings.EMAIL_CONFIGURED = True
        assert not any("EMAIL_URL" in line for line in self.warnings(client))

    def test_a_notification_that_has_waited_long(self, client):
        made = timezone.now() - datetime.timedelta(minutes=11)
        Notification.objects.create(inquiry=InquiryFactory(), kind="new-inquiry", made_at=made)
        assert any("10 minutes" in line for line in self.warnings(client))
        Notification.objects.update(dropped_at=timezone.now())
        assert not any("10 minutes" in line for line in self.warnings(client))

    def test_a_reminder_about_an_old_inquiry_has_not_waited_long(self, client):
        received = timezone.now() - datetime.timedelta(days=2)
        Notification.objects.create(inquiry=InquiryFactory(received_at=received), kind="overdue")
        assert not any("10 minutes" in line for line in self.warnings(client))

    def test_a_mail_server_that_takes_nothing_is_told_at_once(self, client):
        row = Notification.objects.create(
            inquiry=InquiryFactory(), kind="new-inquiry", last_error="ConnectionRefusedError"
        )
        line = "Notifications cannot be sent (ConnectionRefusedError); they are tried again."
        assert line in self.warnings(client)
        row.sent_at, row.last_error = timezone.now(), ""
        row.save()
        assert line not in self.warnings(client)

    def test_access_records_that_nobody_seals(self, client, coordinator):
        def sealing() -> bool:
            return any("sealed" in line for line in self.warnings(client))

        audit.record(coordinator, AccessRecord.Action.LISTED)
        assert not sealing()
        with time_machine.travel(timezone.now() + datetime.timedelta(minutes=11)):
            assert sealing()
            seal()
            assert not sealing()

    def test_a_certification_about_to_expire(self, client):
        expires = timezone.localdate() + datetime.timedelta(days=30)
        Clinic.objects.update_or_create(
            pk=1,
            defaults={"certification_number": "TEST-1", "certification_expires_on": expires},
        )
        assert any(f"{expires:%Y-%m-%d}" in line for line in self.warnings(client))
