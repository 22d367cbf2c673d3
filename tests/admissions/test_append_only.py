"""The logs refuse UPDATE, DELETE and TRUNCATE in the database itself."""

# ruff: noqa: S608 - the statements are ours

from __future__ import annotations

import sqlite3
from contextlib import closing

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
        copy = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        assert append_only.REFUSAL in refused(copy)


@pytest.fixture
def plain(entry, tmp_path):
    """Another client's connection to a copy of the database, with SQLite's own settings: a row
    that a REPLACE puts away fires no trigger there.
    """
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3", isolation_level=None)) as plain:
        plain.executescript("\n".join(connection.connection.iterdump()))
        assert plain.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        yield plain


# By each unique key of the logs: the row's own, a timeline's number, its first entry, a seal's.
REPLACEMENTS = [
    *(
        (table, {"id": key})
        for table in append_only.tables()
        for key in ("id", "CAST(id AS TEXT)", "CAST(id AS REAL)")
    ),
    ("admissions_event", {"id": "NULL"}),
    ("admissions_event", {"id": "id + 40", "number": "CAST(number AS TEXT)"}),
    ("admissions_event", {"id": "NULL", "number": "number + 40"}),
    ("admissions_auditseal", {"id": "NULL"}),
    ("admissions_auditseal", {"id": "id + 40"}),
]


@pytest.mark.parametrize("how", ["REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE"])
@pytest.mark.parametrize(("table", "changed"), REPLACEMENTS)
def test_another_client_cannot_put_a_row_in_another_s_place(how, table, changed, plain):
    columns = [name for _n, name, *_rest in plain.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, name) for name in columns)
    before = plain.execute(f"SELECT * FROM {table}").fetchall()
    assert before
    with pytest.raises(sqlite3.IntegrityError, match=append_only.REFUSAL):
        plain.execute(f"{how} INTO {table} SELECT {values} FROM {table}")
    assert plain.execute(f"SELECT * FROM {table}").fetchall() == before


def test_another_client_can_add(plain):
    columns = "inquiry_id, kind, at, from_status, to_status, digest, number"
    values = columns.replace("kind", "'noted'").replace("number", "number + 1")
    for key, name in (("", ""), ("id + 40, ", "id, ")):
        values = values.replace("number + 1", "number + 2") if key else values
        plain.execute(
            f"INSERT INTO admissions_event ({name}{columns})"
            f" SELECT {key}{values} FROM admissions_event WHERE number = 1"
        )
    assert plain.execute("SELECT COUNT(*) FROM admissions_event").fetchone() == (3,)


def test_each_unique_index_of_the_logs_is_one_that_an_insert_is_held_against(plain):
    """A unique key that is new to a model cannot be forgotten, however it is written there."""
    for log in append_only.LOGS:
        table = log._meta.db_table
        indexes = plain.execute(f"PRAGMA index_list({table})").fetchall()
        unique = [name for _n, name, is_unique, *_rest in indexes if is_unique]
        assert len(list(append_only._same_keys(log))) == len(unique) + 1  # the row's own


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
    assert append_only.REFUSAL in refused(f"DELETE FROM {table}")
    if connection.vendor == "sqlite":
        assert append_only.REFUSAL in refused(
            f"INSERT OR IGNORE INTO {table} SELECT * FROM {table}"
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
            assert (append_only.NUMBERED,) in cursor.fetchall()


def test_every_log_of_the_design_is_guarded():
    assert set(append_only.LOGS) == {AccessRecord, Event, AuditSeal}
