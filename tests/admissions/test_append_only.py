"""The timeline refuses UPDATE, DELETE and TRUNCATE in the database itself."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from admissions import append_only
from admissions.models import Event
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return Event.objects.get(inquiry=InquiryFactory())


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
        "UPDATE {table} SET kind = 'noted'",
        "UPDATE {table} SET text = NULL",
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
    Event.objects.create(inquiry=entry.inquiry, kind="noted", text="more")
    assert entry.inquiry.events.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_remakes_the_table_leaves_it_guarded():
    InquiryFactory()
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(Event)  # as AlterField and AddConstraint do
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TRIGGER {append_only.TRIGGER} ON "{Event._meta.db_table}"')
    call_command("migrate", verbosity=0)
    assert append_only.REFUSAL in refused("DELETE FROM admissions_event")


def test_every_log_of_the_design_is_guarded():
    names = {model.__name__ for model in append_only.LOGS}
    assert names == {"Event"}
