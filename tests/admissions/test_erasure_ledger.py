"""The erasure ledger: on disk before the commit, and applied again after a restore."""

import datetime
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from admissions import ledger, retention
from admissions.models import Inquiry, Notification
from admissions.reference import new_reference
from amity_site import serving
from tests.admissions.people import received

DAY = datetime.date(2031, 1, 31)


def apply() -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("apply_erasures", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def bring_back(inquiry: Inquiry) -> Inquiry:
    """The row as it was, as a restored back-up holds it."""
    inquiry.save()
    return inquiry


# The file


def test_each_line_is_a_day_and_a_reference(settings):
    ledger.append(["ABCD-EFGH-JK", "2345-6789-0A"], on=DAY)
    assert settings.ERASURE_LEDGER.read_text() == (
        "2031-01-31 ABCD-EFGH-JK\n2031-01-31 2345-6789-0A\n"
    )


def test_only_its_owner_can_read_it(settings):
    ledger.append([new_reference()], on=DAY)
    assert settings.ERASURE_LEDGER.stat().st_mode & 0o777 == 0o600


def test_lines_are_added_to_those_that_are_there():
    references = [new_reference() for _n in range(3)]
    for reference in references:
        ledger.append([reference], on=DAY)
    assert list(ledger.read()) == references


def test_it_is_synced_to_disk_with_its_folder(monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle)))
    ledger.append([new_reference()], on=DAY)
    assert len(synced) == 2
    ledger.append([new_reference()], on=DAY)
    assert len(synced) == 3


def test_half_a_line_left_by_a_crash_spoils_no_other(settings):
    first, second = new_reference(), new_reference()
    ledger.append([first], on=DAY)
    with settings.ERASURE_LEDGER.open("a") as file:
        file.write("2031-02-01 ABC")
    ledger.append([second], on=DAY)
    assert list(ledger.read()) == [first, None, second]


def test_without_a_ledger_nothing_was_erased():
    assert list(ledger.read()) == []


# Before the commit


def test_the_line_is_there_when_the_commit_is_still_to_come(db, lead, monkeypatch):
    inquiry = received()
    seen = []
    real = ledger.append

    def append(references, *, on):
        real(references, on=on)
        seen.append((list(ledger.read()), connection.in_atomic_block))

    monkeypatch.setattr(ledger, "append", append)
    retention.erase(inquiry, actor=lead)
    assert seen == [([inquiry.reference], True)]


def test_an_erasure_that_was_rolled_back_after_its_line_is_done_at_the_next_start(db, lead):
    inquiry = received()
    with pytest.raises(DatabaseError), transaction.atomic():
        retention.erase(inquiry, actor=lead)
        raise DatabaseError("the commit failed")
    row = Inquiry.objects.get(pk=inquiry.pk)
    assert (row.erased_at, row.name) == (None, "Rosa Cruz")
    assert list(ledger.read()) == [inquiry.reference]
    apply()
    assert Inquiry.objects.get(pk=inquiry.pk).erased_at is not None


def test_without_a_line_there_is_no_erasure(db, lead, settings, tmp_path):
    inquiry = received()
    settings.ERASURE_LEDGER = tmp_path / "missing" / "ledger"
    with pytest.raises(ledger.LedgerUnavailable, match="cannot be written"):
        retention.erase(inquiry, actor=lead)
    row = Inquiry.objects.get(pk=inquiry.pk)
    assert (row.erased_at, row.name, row.version) == (None, "Rosa Cruz", 1)
    assert row.lookup_tokens.exists()


KILLED = """
import os, sys
import django
django.setup()
from django.contrib.auth.models import User
from admissions import ledger, retention
from admissions.models import Inquiry
real = ledger.append
def append(references, *, on):
    real(references, on=on)
    os.kill(os.getpid(), 9)
if sys.argv[1] == "after the line":
    ledger.append = append
retention.erase(Inquiry.objects.get(), actor=User.objects.get())
"""


@pytest.mark.parametrize("when", ["after the line", "never"])
def test_killed_between_the_line_and_the_commit_it_is_done_at_the_next_start(tmp_path, when):
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "ERASURE_LEDGER": str(tmp_path / "ledger"),
    }

    def python(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *args],
            env=env,
            cwd=django_settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def state() -> str:
        asked = "from admissions.models import Inquiry as I; i = I.objects.get(); "
        shown = "print('STATE', i.erased_at is not None, i.name == 'Rosa Cruz')"
        found = python("manage.py", "shell", "-c", asked + shown)
        assert found.returncode == 0, found.stderr
        return found.stdout.split("STATE ")[1].strip()

    assert python("manage.py", "migrate", "-v0").returncode == 0
    made = (
        "from tests.admissions.people import received; received();"
        "from django.contrib.auth.models import User; User.objects.create_superuser('leda')"
    )
    assert python("manage.py", "shell", "-c", made).returncode == 0
    killed = python("-c", KILLED, when)
    if when == "after the line":
        assert killed.returncode == -9
        assert state() == "False True"
    assert len((tmp_path / "ledger").read_text().splitlines()) == 1
    assert python("manage.py", "apply_erasures").returncode == 0
    assert state() == "True False"


# After a restore


def test_what_a_restore_brought_back_is_erased_again(db, lead):
    inquiry, other = received(), received(key=None, name="Somebody Else")
    retention.erase(Inquiry.objects.get(pk=inquiry.pk), actor=lead)
    bring_back(inquiry)
    assert Inquiry.objects.get(pk=inquiry.pk).name == "Rosa Cruz"
    out, err = apply()
    assert "Inquiries erased: 1" in out
    assert err == ""
    row = Inquiry.objects.get(pk=inquiry.pk)
    assert (row.name, row.status, row.outcome) == ("", "closed", "withdrew")
    assert row.events.filter(kind="erased", actor=None).exists()
    assert not Notification.objects.filter(inquiry=row).exists()
    assert Inquiry.objects.get(pk=other.pk).name == "Somebody Else"


def test_what_is_on_hold_is_left_and_named(db, lead):
    inquiry = received()
    retention.erase(Inquiry.objects.get(pk=inquiry.pk), actor=lead)
    inquiry.legal_hold = True
    bring_back(inquiry)
    out, _err = apply()
    assert "Inquiries erased: 0" in out
    assert inquiry.reference in out
    assert Inquiry.objects.get(pk=inquiry.pk).name == "Rosa Cruz"


def test_references_this_database_never_had_do_no_harm(db):
    ledger.append([new_reference()], on=DAY)
    received()
    assert "Inquiries erased: 0" in apply()[0]


def test_applied_again_it_changes_nothing(db, lead):
    erased = retention.erase(received(), actor=lead)
    apply()
    row = Inquiry.objects.get(pk=erased.pk)
    assert (row.version, row.events.filter(kind="erased").count()) == (erased.version, 1)
    assert len(list(ledger.read())) == 1


def test_lines_that_cannot_be_read_are_counted(db, settings):
    settings.ERASURE_LEDGER.write_text("2031-01-31 ABCD-EFGH\nnonsense\n\n")
    assert "2 lines" in apply()[1]


def test_a_long_ledger_costs_few_queries(db):
    ledger.append([new_reference() for _n in range(1001)], on=DAY)
    with CaptureQueriesContext(connection) as queries:
        apply()
    assert len(queries) <= 3 * 6  # three chunks: a look for held ones, one for the rest in a BEGIN


def test_a_ledger_that_cannot_be_read_stops_the_start(db, settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path
    with pytest.raises(CommandError, match=r"erasure ledger .* cannot be read"):
        apply()


def test_prepare_applies_it(monkeypatch):
    called = []
    monkeypatch.setattr(serving, "call_command", lambda name, **_more: called.append(name))
    monkeypatch.setattr(serving, "require_keys", lambda: None)
    monkeypatch.setattr(serving, "collect_static", lambda: None)
    serving.prepare()
    assert called == ["migrate", "apply_erasures", "load_content"]
