"""`verify_audit` finds whatever was done to the logs behind the site's back, and names it."""

# ruff: noqa: S608 - the statements are ours

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from admissions import audit, retention, sealing, verification, workflow
from admissions.models import AccessRecord, AuditSeal, Event, Inquiry, LookupKeyMark
from admissions.verification import Findings
from tests.admissions.people import received
from tests.admissions.tampering import tampered
from tests.conftest import _member

VIEWED = AccessRecord.Action.VIEWED
SEALS = 3


def write_logs(coordinator, lead) -> None:
    """Three inquiries, worked on and looked at; three seals over all of it."""
    for seal in range(SEALS):
        inquiry = received(key=None, name=f"Person Number{seal}")
        inquiry = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
        workflow.add_note(inquiry=inquiry, actor=coordinator, text="A note")
        workflow.add_note(inquiry=inquiry, actor=lead, text="Another note")
        for actor in (coordinator, lead, coordinator):
            audit.record(actor, VIEWED, inquiry, detail="workspace")
        audit.record(lead, AccessRecord.Action.LISTED, detail="overdue", count=3)
        sealing.seal()


@pytest.fixture
def logs(coordinator, lead):
    write_logs(coordinator, lead)


def verify(**options) -> tuple[str, str]:
    """What the command says. Raises CommandError when something is wrong."""
    out, err = StringIO(), StringIO()
    call_command("verify_audit", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def problems() -> list[str]:
    findings = Findings()
    verification.check_seals(findings)
    verification.check_timelines(findings)
    return findings.problems


def test_whole_logs_are_said_to_be_whole_and_counted(logs):
    out, err = verify()
    assert "Timelines: 12 entries of 3 inquiries." in out
    assert "Who saw what: 12 records in 3 seals; 0 rows not sealed yet." in out
    assert "All is as it was written." in out
    assert err == ""


def test_an_empty_database_is_whole(db):
    assert "All is as it was written." in verify()[0]


def test_rows_that_wait_for_the_next_seal_are_counted(logs, coordinator):
    audit.record(coordinator, VIEWED, Inquiry.objects.first())
    assert "1 rows not sealed yet" in verify()[0]


def test_an_erased_inquiry_s_timeline_still_holds(logs, lead):
    retention.erase(Inquiry.objects.first(), actor=lead)
    sealing.seal()
    assert problems() == []


def test_made_up_inquiries_are_chained_like_any_other(logs):
    call_command("fake_inquiries", 40, seed=5, verbosity=0)
    sealing.seal()
    assert problems() == []


def test_keys_wrapped_anew_break_nothing(logs, settings):
    settings.INQUIRY_KEYS = [b"n" * 32, *settings.INQUIRY_KEYS]
    call_command("rotate_inquiry_keys", verbosity=0)
    assert problems() == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE admissions_event SET kind = 'closed' WHERE number = 3", "entry 3 (row"),
        ("UPDATE admissions_event SET actor_id = NULL WHERE number = 2", "entry 2 (row"),
        ("UPDATE admissions_event SET from_status = 'closed' WHERE number = 2", "entry 2 (row"),
        ("UPDATE admissions_event SET text = NULL WHERE number = 3", "entry 3 (row"),
        ("DELETE FROM admissions_event WHERE number = 1", "entry 1 was removed"),
        ("DELETE FROM admissions_event WHERE number = 2", "entry 2 was removed"),
        # Nothing follows the last: the seal misses it.
        ("DELETE FROM admissions_event WHERE number = 4", "1 of 4 removed"),
        ("DELETE FROM admissions_event", "all its entries were removed"),
        # In the others' place.
        (
            "UPDATE admissions_event SET number = 9 - number WHERE number IN (3, 4)",
            "entry 3 was removed",
        ),
        ("UPDATE admissions_accessrecord SET action = 'printed'", "altered"),
        (
            "UPDATE admissions_accessrecord SET inquiry_id = NULL WHERE detail = 'workspace'",
            "altered",
        ),
        (
            "UPDATE admissions_accessrecord SET actor_id = (SELECT MAX(id) FROM auth_user)",
            "altered",
        ),
        ("UPDATE admissions_accessrecord SET detail = ''", "altered"),
        ("UPDATE admissions_accessrecord SET count = 1", "altered"),
        ("DELETE FROM admissions_accessrecord WHERE action = 'listed'", "1 of 4 removed"),
        ("DELETE FROM admissions_accessrecord", "4 of 4 removed"),
        ("UPDATE admissions_auditseal SET records = records - 1", "added"),
        ("UPDATE admissions_auditseal SET at = '2020-01-01T00:00:00Z'", "Seal 1 was altered"),
        ("DELETE FROM admissions_auditseal WHERE number = 2", "Seal 2 was removed"),
        ("DELETE FROM admissions_auditseal WHERE number = 1", "Seal 1 was removed"),
    ],
)
def test_each_kind_of_tampering_is_found_and_named(statement, named, logs):
    with tampered(statement):
        found = problems()
        assert any(named in problem for problem in found), found
    assert problems() == []


def test_entries_in_each_other_s_place_are_found(logs):
    places = [(3, 100), (4, 3), (100, 4)]
    with tampered(
        *(f"UPDATE admissions_event SET number = {to} WHERE number = {was}" for was, to in places)
    ):
        assert len([problem for problem in problems() if "entry 3 (row" in problem]) == SEALS


@pytest.mark.parametrize("what", ["event", "accessrecord"])
def test_a_row_that_the_site_did_not_write_is_found(what, logs, coordinator):
    inquiry = Inquiry.objects.first()
    if what == "event":
        row = Event(inquiry=inquiry, kind="noted", number=5, digest=b"f" * 32)
        said = "entry 5 (row"
    else:
        row = AccessRecord(actor=coordinator, action=VIEWED, inquiry=inquiry, digest=b"f" * 32)
        said = "not written by the site"
    row.save(force_insert=True)
    assert any(said in problem for problem in problems())
    sealing.seal()  # a seal makes no forgery good
    assert any(said in problem for problem in problems())


def without_its_rule(log) -> str:
    """SQL that lets a log have any key, where there is such SQL."""
    table = log._meta.db_table
    if connection.vendor == "postgresql":
        return f"ALTER TABLE {table} DROP CONSTRAINT {log._meta.model_name}_keys_from_one"
    return "PRAGMA ignore_check_constraints = ON"


@pytest.mark.parametrize("log", [AccessRecord, Event])
def test_a_row_below_all_that_seals_cover_is_found(log, logs):
    """Genuine by its digest, and of a key that the walk along the seals never meets."""
    moved = f"UPDATE {log._meta.db_table} SET id = -3 WHERE id = (SELECT MAX(id) FROM {{}})"
    try:
        with tampered(without_its_rule(log), moved.format(log._meta.db_table)):
            assert any("row -3: not written by the site" in said for said in problems())
    finally:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_a_status_that_its_timeline_does_not_lead_to_is_found(logs):
    inquiry = Inquiry.objects.order_by("pk").first()
    Inquiry.objects.filter(pk=inquiry.pk).update(status="new", assignee=None)
    [problem] = problems()
    assert problem.startswith(f"Timeline of {inquiry.reference}: it leads to “claimed”")
    assert "status is “new”" in problem


def test_an_inquiry_that_is_moved_on_meanwhile_is_none_that_differs(logs, lead, monkeypatch):
    """Its row was read before the step, its timeline after it."""
    inquiry = Inquiry.objects.order_by("pk").first()
    read = verification._inquiries_after

    def read_then_moved(pk):
        batch = read(pk)
        if not pk:
            workflow.release(inquiry=inquiry, actor=lead, version=inquiry.version)
        return batch

    monkeypatch.setattr(verification, "_inquiries_after", read_then_moved)
    findings = Findings()
    verification.check_timelines(findings)
    assert findings.problems == []


def test_what_is_found_is_said_and_the_command_fails(logs):
    reference = Inquiry.objects.order_by("pk").first().reference
    err = StringIO()
    with (
        tampered("UPDATE admissions_event SET kind = 'closed' WHERE number = 3"),
        pytest.raises(CommandError, match="not whole: 3 found") as caught,
    ):
        call_command("verify_audit", verbosity=0, stdout=StringIO(), stderr=err)
    assert f"Timeline of {reference}: entry 3" in err.getvalue()
    assert caught.value.returncode == 1


def test_a_seal_that_was_written_down_tells_of_a_log_cut_off_at_its_end(logs):
    [name] = re.findall(rf"\b{SEALS}:[0-9a-f]{{16}}\b", verify()[0])
    assert "All is as it was written." in verify(seal=name)[0]
    cut = f"DELETE FROM admissions_auditseal WHERE number = {SEALS}"
    with tampered(cut), pytest.raises(CommandError):
        verify(seal=name)
    with pytest.raises(CommandError):
        verify(seal=f"{SEALS}:{'0' * 16}")


@pytest.mark.parametrize("wrong", ["12", "x:0123456789abcdef", "1:abc", ":"])
def test_a_seal_that_is_none_is_refused(wrong, db):
    with pytest.raises(CommandError, match="--seal takes"):
        verify(seal=wrong)


def test_another_lookup_key_is_said_to_be_the_reason(logs):
    LookupKeyMark.objects.update(key_id="0" * 16)
    with pytest.raises(CommandError, match="LOOKUP_KEY is not the key"):
        verify()


def test_a_verification_costs_no_more_queries_for_a_longer_timeline(
    logs, lead, django_assert_max_num_queries
):
    for _n in range(40):
        workflow.add_note(inquiry=Inquiry.objects.first(), actor=lead, text="A note")
    with django_assert_max_num_queries(6):
        verification.check_timelines(Findings())


COLUMNS = {
    Event: ["inquiry_id", "kind", "at", "actor_id", "from_status", "to_status", "number", "digest"],
    AccessRecord: ["at", "actor_id", "action", "inquiry_id", "detail", "count", "digest"],
    AuditSeal: ["number", "at", "records_to", "records", "entries_to", "entries", "digest"],
}


class AnyTampering(TestCase):
    """Whichever column of whichever row is changed, and whichever row is taken out."""

    @classmethod
    def setUpTestData(cls) -> None:
        write_logs(_member("cora", "Coordinators"), _member("leda", "Leads"))

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_a_changed_value_is_found(self, data) -> None:
        log = data.draw(st.sampled_from(list(COLUMNS)))
        column = data.draw(st.sampled_from(COLUMNS[log]))
        rows = list(log.objects.order_by("pk").values_list("pk", column))
        pk, value = data.draw(st.sampled_from(rows))
        others = {
            "at": "'2020-01-01 00:00:00+00:00'",
            "digest": "(SELECT digest FROM admissions_lookuptoken ORDER BY id LIMIT 1)",
            "kind": "'held'",
            "action": "'printed'",
            "detail": "'mine'",
            "from_status": "'assessment'",
            "to_status": "'assessment'",
        }
        if column in {"actor_id", "inquiry_id"}:
            model = User if column == "actor_id" else Inquiry
            others[column] = str(model.objects.exclude(pk=value).earliest("pk").pk)
        step = -1 if column in {"records", "entries"} else 40  # no more than its keys allow
        other = others.get(column, f"{(value if isinstance(value, int) else 0) + step}")
        table = log._meta.db_table
        if log is Event and column == "inquiry_id":
            other += f", number = 40 + {pk}, kind = 'noted'"
        with tampered(f"UPDATE {table} SET {column} = {other} WHERE id = {pk}"):
            assert problems() != []

    @settings(max_examples=30, deadline=None)
    @given(st.data())
    def test_a_removed_row_is_found(self, data) -> None:
        log = data.draw(st.sampled_from(list(COLUMNS)))
        rows = log.objects.order_by("pk")
        # The last seal is known by those alone who wrote it down.
        pks = list(rows.values_list("pk", flat=True))[: -1 if log is AuditSeal else None]
        pk = data.draw(st.sampled_from(pks))
        with tampered(f"DELETE FROM {log._meta.db_table} WHERE id = {pk}"):
            assert problems() != []
