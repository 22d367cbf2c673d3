"""A hundred thousand inquiries: the queue page costs what it costs with ten."""

from __future__ import annotations

import json
import time

from tests.faults.conftest import Site

INQUIRIES = 100_000
MOST_QUERIES = 12
LONGEST = 600  # seconds

ASK = """
import json, time
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from admissions import access

user, _ = User.objects.get_or_create(username="cora", defaults={"is_staff": True})
user.groups.add(Group.objects.get(name=access.COORDINATORS))
client = Client(headers={"host": "localhost"})
client.force_login(user)
client.get("/admin/admissions/inquiry/")
with CaptureQueriesContext(connection) as queries:
    began = time.perf_counter()
    response = client.get("/admin/admissions/inquiry/")
    took = time.perf_counter() - began
print(json.dumps([response.status_code, len(queries), round(took * 1000)]))
"""


def test_the_queue_page_of_a_coordinator_keeps_its_budget(site: Site, figures):
    began = time.monotonic()
    making = site.start_command("fake_inquiries", str(INQUIRIES), "--verbosity", "0")
    assert making.process.wait(LONGEST) == 0, making.output
    took = time.monotonic() - began
    assert site.rows("SELECT count(*) FROM admissions_inquiry") == [(INQUIRIES,)]
    status, queries, milliseconds = json.loads(site.manage("shell", "-v0", "-c", ASK))
    figures(
        site,
        f"{INQUIRIES} inquiries made in {took:.0f} s; "
        f"the queue page took {queries} queries and {milliseconds} ms",
    )
    assert status == 200
    assert queries <= MOST_QUERIES
