"""Two posts of one form at the same moment are one inquiry."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection

from admissions.models import Event, Inquiry

ROOT = Path(__file__).parents[2]

# Threads in a process and on a database of their own: an in-memory SQLite database, as tests use,
# is not the one that runs.
RACE = """
import sys, threading, django
from uuid import UUID
django.setup()
from django.core.management import call_command
from django.db import connection
if "migrate" in sys.argv:
    call_command("migrate", verbosity=0)
from admissions.intake import receive
from admissions.models import Event, Inquiry, Notification
gate, references, errors = threading.Barrier(8), set(), []
def post(n):
    try:
        gate.wait()
        references.add(receive(
            key=UUID(sys.argv[1]), asking_for="self", name=f"Rosa {n % 2}", contact_by="call",
            phone="+16195550134", consent=["call"],
        ).reference)
    except Exception as error:
        errors.append(repr(error))
    finally:
        connection.close()
threads = [threading.Thread(target=post, args=[n]) for n in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(references), Inquiry.objects.count(), Notification.objects.count(),
      Event.objects.filter(kind="received").count(), errors)
"""


def _database(folder: Path) -> tuple[str, list[str]]:
    """The address of a database to race on, and what has to be done to it first."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{folder / 'race.sqlite3'}", ["migrate"]
    s = connection.settings_dict
    user = quote(s["USER"]) + (f":{quote(s['PASSWORD'])}" if s["PASSWORD"] else "")
    return f"postgresql://{user}@{s['HOST']}:{s['PORT'] or 5432}/{s['NAME']}", []


@pytest.mark.django_db(transaction=True)
def test_posts_of_one_key_at_once_give_one_inquiry_and_one_reference(tmp_path) -> None:
    url, first = _database(tmp_path)
    result = subprocess.run(
        [sys.executable, "-c", RACE, str(uuid4()), *first],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split(maxsplit=4) == ["1", "1", "1", "1", "[]\n"]
    # What a database of our own kept is gone with its file; a shared one is emptied here.
    assert Inquiry.objects.count() == Event.objects.filter(kind="received").count()
