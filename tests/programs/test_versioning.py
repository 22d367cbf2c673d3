"""The content's version: what raises it, and when the content next changes by itself."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from programs import versioning
from programs.models import Clinic, Component, ContentVersion, LoadedRecord, Page, Program

pytestmark = pytest.mark.usefixtures("versions_at_once")


@pytest.fixture
def page() -> Page:
    return Page.objects.create(slug="a-page", title="A page")


def rises(action) -> bool:
    before = versioning.current()
    action()
    return versioning.current() > before


def test_a_new_record_raises_the_version():
    assert rises(lambda: Page.objects.create(slug="new", title="New"))


def test_an_edit_raises_the_version(page):
    page.title = "Edited"
    assert rises(page.save)


def test_a_deletion_raises_the_version(page):
    assert rises(page.delete)


def test_a_bulk_update_raises_the_version(page):
    assert rises(lambda: Page.objects.update(title="All at once"))


def test_plain_sql_raises_the_version(page):
    def sql() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE programs_page SET title = 'By hand'")

    assert rises(sql)


def test_a_link_between_records_raises_the_version(site):
    program = Program.objects.get()
    condition = program.conditions.first()
    assert rises(lambda: program.conditions.remove(condition))


def test_the_clinics_record_raises_the_version():
    assert rises(lambda: Clinic.objects.create(pk=1))


def test_an_edit_that_is_rolled_back_leaves_the_version(page):
    before = versioning.current()
    with pytest.raises(DatabaseError), transaction.atomic():
        page.save()
        raise DatabaseError
    assert versioning.current() == before


def test_what_the_loader_remembers_is_no_content():
    assert not rises(lambda: LoadedRecord.objects.create(key="k", digest="d"))


def test_reading_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        versioning.current()


def test_every_content_table_has_its_triggers():
    tables = {model._meta.db_table for model in versioning.content_models()}
    assert tables == set(_triggers()) and set(_triggers().values()) == {
        {"sqlite": 3, "postgresql": 1}[connection.vendor]
    }


def test_a_trigger_that_a_migration_dropped_is_made_again(page):
    name = {"sqlite": "programs_page_update_is_a_new_version", "postgresql": "is_a_new_version"}
    on = {"sqlite": "", "postgresql": "ON programs_page"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name[connection.vendor]} {on[connection.vendor]}")
    assert not rises(page.save)
    call_command("migrate", verbosity=0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {versioning.TRIGGER} IMMEDIATE")
    assert rises(page.save)


def _triggers() -> dict[str, int]:
    """How many of the version's triggers each table has."""
    sql = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        " AND name LIKE '%is_a_new_version'",
        "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger"
        " WHERE tgname = 'is_a_new_version'",
    }
    with connection.cursor() as cursor:
        cursor.execute(sql[connection.vendor])
        return Counter(table for (table,) in cursor.fetchall())


def test_the_counter_is_one_row(db):
    assert ContentVersion.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        ContentVersion.objects.create(pk=2)


def test_without_its_row_the_version_is_unknown_and_not_an_error():
    ContentVersion.objects.all().delete()
    assert versioning.current() == -1


HOUR = datetime.timedelta(hours=1)
NOW = timezone.now() + 24 * HOUR  # later than the loading of the site


def test_the_next_boundary_is_the_first_beginning_or_end_of_any_record(site):
    Page.objects.filter(slug="rights").update(live_from=NOW + 3 * HOUR)
    Component.objects.filter(slug="group-therapy").update(live_until=NOW + 2 * HOUR)
    assert versioning.next_boundary(NOW) == NOW + 2 * HOUR
    assert versioning.next_boundary(NOW + 2 * HOUR) == NOW + 3 * HOUR


def test_without_a_scheduled_record_there_is_no_boundary(site):
    assert versioning.next_boundary(NOW + HOUR) is None


def test_the_next_boundary_costs_one_query(site, django_assert_num_queries):
    with django_assert_num_queries(1):
        versioning.next_boundary(NOW)
