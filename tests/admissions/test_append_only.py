"""The logs refuse UPDATE, DELETE and TRUNCATE in the database itself."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from admissions import append_only, audit, sealing, trail
from admissions.models import AccessRecord, AuditSeal, Event
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(coordinator):
    """A timeline's entry; the other logs have a row as well."""
    entry = Event.objects.get(inquiry=InquiryFactory())
    audit.record(coordinator, AccessRecord.Action.VIEWED, entry.inquiry)
    sealing.seal()
    return entry


def refused(statement: str) -> str:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET digest = NULL",
        "UPDATE {table} SET id = id + 1",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE id = (SELECT MAX(id) FROM {table})",
    ],
)
@pytest.mark.parametrize("table", append_only.tables())
def test_plain_sql_cannot_change_or_remove_a_row(table, statement, entry):
    assert append_only.REFUSAL in refused(statement.format(table=table))


@pytest.mark.parametrize("table", append_only.tables())
def test_a_row_cannot_be_replaced_or_the_table_emptied(table, entry):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # What the test has added waits to be checked, and would be the reason given.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert append_only.REFUSAL in refused(f"TRUNCATE {table} CASCADE")
    else:
        copy = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608
        assert append_only.REFUSAL in refused(copy)


def test_the_orm_is_refused_as_well(entry):
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=entry.pk).update(kind="noted")
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.delete()


def test_adding_goes_on(entry):
    trail.append(Event(inquiry=entry.inquiry, kind="noted", text="more"))
    assert entry.inquiry.events.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("log", append_only.LOGS)
def test_a_migration_that_remakes_the_table_leaves_it_guarded(log, coordinator):
    audit.record(coordinator, AccessRecord.Action.VIEWED, InquiryFactory())
    sealing.seal()
    table = log._meta.db_table
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(log)  # as AlterField and AddConstraint do
    else:
        with connection.cursor() as cursor:
            for trigger in (append_only.TRIGGER, append_only.NUMBERED):
                cursor.execute(f'DROP TRIGGER {trigger} ON "{table}"')
    call_command("migrate", verbosity=0)
    assert append_only.REFUSAL in refused(f"DELETE FROM {table}")  # noqa: S608
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
            assert (append_only.NUMBERED,) in cursor.fetchall()


def test_every_log_of_the_design_is_guarded():
    assert set(append_only.LOGS) == {AccessRecord, Event, AuditSeal}
