"""When the content last changed, and when it next changes by itself.

Caches of the content ask `current()`; it rises with every committed change. `install_triggers` is
called after every migration (programs/apps.py), because SQLite forgets a table's triggers when a
migration remakes the table.
"""

from __future__ import annotations

import datetime
import time
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models

from .models import ContentRecord, ContentVersion, LoadedRecord

FUNCTION = "programs_content_changed"
TRIGGER = "is_a_new_version"
# What visitors never see, and the counter itself.
NOT_CONTENT = (ContentVersion, LoadedRecord)


def current() -> int:
    """The content's version. One query; -1 in a database that has not been migrated to its end.

    Raises DatabaseError when the database does not answer.
    """
    numbers = ContentVersion.objects.filter(pk=ContentVersion.ONLY).values_list("number", flat=True)
    return next(iter(numbers), -1)


def next_boundary(after: datetime.datetime) -> datetime.datetime | None:
    """The first moment later than `after` at which a record's publishing begins or ends.

    One query. None when no record is scheduled.
    """
    moments = [
        model._default_manager.filter(**{f"{field}__gt": after}).order_by().values_list(field)
        for model in _record_models()
        for field in ("live_from", "live_until")
    ]
    first = moments[0].union(*moments[1:], all=True).order_by("live_from")[:1]
    return next((row[0] for row in first), None)


def content_models() -> list[type[models.Model]]:
    """Every model whose rows visitors see, tables of many-to-many links included."""
    return [
        model
        for model in apps.get_app_config("programs").get_models(include_auto_created=True)
        if model not in NOT_CONTENT
    ]


def install_triggers(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make the counter's row and the triggers that are missing. Does nothing when all are there."""
    connection = connections[using]
    there = connection.introspection.table_names()
    if ContentVersion._meta.db_table not in there:
        return  # migrated backwards
    tables = [table for table in _tables() if table in there]
    # From the clock: a database that was emptied or made anew never repeats a number.
    ContentVersion.objects.using(using).get_or_create(
        pk=ContentVersion.ONLY, defaults={"number": time.time_ns()}
    )
    make = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}[connection.vendor]
    with connection.cursor() as cursor:
        for statement in make(cursor, tables):
            cursor.execute(statement)


def _record_models() -> list[type[ContentRecord]]:
    return [model for model in content_models() if issubclass(model, ContentRecord)]


def _sqlite_triggers(cursor: Any, tables: list[str]) -> list[str]:
    counter = ContentVersion._meta.db_table
    return [
        f'CREATE TRIGGER IF NOT EXISTS "{table}_{event.lower()}_{TRIGGER}"'
        f' AFTER {event} ON "{table}"'
        f' BEGIN UPDATE "{counter}" SET number = number + 1; END'
        for table in tables
        for event in ("INSERT", "UPDATE", "DELETE")
    ]


def _postgresql_triggers(cursor: Any, tables: list[str]) -> list[str]:
    # Making a trigger again would wait for every transaction that reads the table.
    cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [TRIGGER])
    ready = {table.strip('"') for (table,) in cursor.fetchall()}
    counter = ContentVersion._meta.db_table
    statements = [
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS"
        f' $$ BEGIN UPDATE "{counter}" SET number = number + 1; RETURN NULL; END $$'
    ]
    for table in tables:
        if table in ready:
            continue
        statements += [
            # At commit: two editors then hold the counter for a moment, each after all else, and
            # neither wait for one another nor meet in a deadlock.
            f'CREATE CONSTRAINT TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
            f'CREATE OR REPLACE TRIGGER {TRIGGER}_when_emptied AFTER TRUNCATE ON "{table}"'
            f" FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()",
        ]
    return statements


def _tables() -> list[str]:
    return [model._meta.db_table for model in content_models()]
