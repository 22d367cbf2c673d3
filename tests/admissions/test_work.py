"""The `work` command as a process: it sends, stops when told, and outlives its database."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command

from admissions.management.commands import work
from admissions.models import Notification
from tests.factories import InquiryFactory

ROOT = Path(__file__).resolve().parents[2]
INQUIRY = """
from django.contrib.auth.models import Group, User
from admissions.intake import receive
from uuid import uuid4
if not User.objects.exists():
    user = User.objects.create_user("cora", "cora@staff.example", is_staff=True)
    user.groups.add(Group.objects.get(name="Coordinators"))
receive(key=uuid4(), asking_for="self", name="Rosa", contact_by="call", phone="+16195550134")
"""


@pytest.fixture
def notification(db):
    return Notification.objects.create(kind="new-inquiry", inquiry=InquiryFactory())


def test_once_sends_all_that_is_due_and_stops(notification, coordinator, settings):
    settings.EMAIL_CONFIGURED = True
    Notification.objects.create(kind="new-inquiry", inquiry=InquiryFactory())
    call_command("work", once=True)
    assert len(mail.outbox) == 2
    assert not Notification.objects.waiting().exists()


def test_without_mail_set_up_once_leaves_everything_waiting(notification, coordinator, settings):
    settings.EMAIL_CONFIGURED = False
    call_command("work", once=True)
    assert mail.outbox == []
    assert Notification.objects.waiting().exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_waits_stops_within_a_second(number, db, monkeypatch, settings):
    settings.EMAIL_CONFIGURED = False
    monkeypatch.setattr(work, "POLL", 60)
    before = signal.getsignal(number)
    told: list[float] = []

    def tell():
        told.append(time.monotonic())
        os.kill(os.getpid(), number)

    timer = threading.Timer(0.3, tell)
    timer.start()
    call_command("work")
    assert time.monotonic() - told[0] < 1
    assert signal.getsignal(number) == before


class Site:
    """A database of its own, mail that lands in files, and a worker to start and stop."""

    def __init__(self, folder: Path):
        self.database = folder / "site.sqlite3"
        self.letters = folder / "letters"
        self.log = folder / "worker.log"
        self.env = os.environ | {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "EMAIL_URL": f"file:///{self.letters}",
            "DJANGO_SETTINGS_MODULE": "amity_site.settings",
            "PYTHONUNBUFFERED": "1",
        }
        self.worker: subprocess.Popen | None = None

    def manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.env, check=True)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "manage.py", "work"], cwd=ROOT, env=self.env, stderr=log
            )

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.worker.send_signal(number)
        assert self.worker.wait(15) == 0

    def sent(self) -> int:
        with sqlite3.connect(self.database) as database:
            [[count]] = database.execute(
                "SELECT count(*) FROM admissions_notification WHERE sent_at IS NOT NULL"
            )
        return count

    def until(self, true, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(sqlite3.Error):
                if true():
                    return
            time.sleep(0.1)
        raise AssertionError(f"waited in vain; the worker said: {self.log.read_text()}")


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    site.manage("migrate", "--verbosity=0")
    yield site
    if site.worker and site.worker.poll() is None:
        site.worker.kill()
        site.worker.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_sends_what_comes_and_stops_when_told(number, site):
    site.start()
    site.manage("shell", "-c", INQUIRY)
    site.until(lambda: site.sent() == 1)
    site.stop(number)
    assert len(list(site.letters.iterdir())) == 1


def test_started_again_it_sends_what_came_meanwhile(site):
    site.start()
    site.manage("shell", "-c", INQUIRY)
    site.until(lambda: site.sent() == 1)
    site.worker.kill()
    site.worker.wait()
    site.manage("shell", "-c", INQUIRY)
    site.start()
    site.until(lambda: site.sent() == 2)


def test_it_outlives_a_database_that_goes_away(site):
    site.start()
    site.manage("shell", "-c", INQUIRY)
    site.until(lambda: site.sent() == 1)
    away = site.database.with_name("away")
    folder = site.database.parent

    def move(source: Path, target: Path) -> None:
        target.mkdir(exist_ok=True)
        for path in source.glob("site.sqlite3*"):
            shutil.move(path, target / path.name)

    move(folder, away)
    site.database.mkdir()  # nothing can be opened or made under that name
    site.until(lambda: "The database is away" in site.log.read_text())
    time.sleep(3)
    assert site.log.read_text().count("The database is away") == 1
    assert site.worker.poll() is None
    site.database.rmdir()
    move(away, folder)
    site.manage("shell", "-c", INQUIRY)
    site.until(lambda: site.sent() == 2)
    assert site.log.read_text().count("The database is back") == 1
    site.stop()
