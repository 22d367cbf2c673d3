"""Keys are rotated beside a site that goes on taking in, correcting and claiming inquiries."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from admissions.models import Inquiry
from tests.admissions.test_intake_race import ROOT, _database

# In a process of its own, as the race of two posts is.
RACE = """
import sys, threading, django
from uuid import uuid4
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
if "migrate" in sys.argv:
    call_command("migrate", verbosity=0)
from django.contrib.auth.models import Group, User
from admissions import access, workflow
from admissions.intake import receive
from admissions.models import Inquiry
from admissions.protection import rotation

OLD, NEW = b"o" * 32, b"n" * 32
settings.INQUIRY_KEYS = [OLD]
staff = User.objects.create_user("racer", is_staff=True)
staff.groups.add(Group.objects.get(name=access.COORDINATORS))

def send(key, name):
    return receive(key=key, asking_for="self", name=name, contact_by="call", phone="+16195550134")

known = {uuid4(): n for n in range(120)}
rows = {key: send(key, f"Person {n}") for key, n in known.items()}
settings.INQUIRY_KEYS = [NEW, OLD]
rotation.BATCH = 7
errors, fresh = [], []

def alone(work):
    def run():
        try:
            work()
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()
    return run

@alone
def correct():
    for key, n in list(known.items())[::3]:
        send(key, f"Corrected {n}")

@alone
def claim():
    for key in list(known)[1::3]:
        workflow.claim(inquiry=rows[key], actor=staff, version=1)

@alone
def arrive():
    for n in range(40):
        fresh.append(send(uuid4(), f"New {n}").pk)

work = (correct, claim, arrive, alone(rotation.rotate))
threads = [threading.Thread(target=part) for part in work]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
settings.INQUIRY_KEYS = [NEW]
said = {n: f"Corrected {n}" if n % 3 == 0 else f"Person {n}" for n in known.values()}
wanted = {rows[key].pk: said[n] for key, n in known.items()}
wanted |= {pk: f"New {n}" for n, pk in enumerate(fresh)}
read = {inquiry.pk: inquiry.name for inquiry in Inquiry.objects.filter(pk__in=wanted)}
print(len(wanted), rotation.left(), read == wanted, errors)
User.objects.filter(pk=staff.pk).update(is_active=False)
"""


@pytest.mark.django_db(transaction=True)
def test_rotating_beside_posts_corrections_and_claims_loses_none_of_them(tmp_path) -> None:
    url, first = _database(tmp_path)
    result = subprocess.run(
        [sys.executable, "-c", RACE, *first],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split(maxsplit=3) == ["160", "0", "True", "[]\n"]
    # A database of its own is gone with its file; a shared one is emptied after this test.
    assert Inquiry.objects.exclude(name__isnull=False).count() == 0
