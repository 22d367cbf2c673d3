"""The logs that nobody can change afterwards: triggers refuse it in the database itself.

`install_triggers` runs after every migration (apps.py), because SQLite forgets a table's triggers
when a migration remakes the table. An UPDATE or DELETE then raises IntegrityError on SQLite and
ProgrammingError or InternalError on PostgreSQL, where TRUNCATE is refused as well.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from .models import Event

LOGS = (Event,)
TRIGGER = "is_append_only"
FUNCTION = "admissions_append_only"
REFUSAL = "this table is append-only"


def tables() -> list[str]:
    return [log._meta.db_table for log in LOGS]


def install_triggers(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make the triggers that are missing. Does nothing when all are there."""
    connection = connections[using]
    there = connection.introspection.table_names()
    logs = [table for table in tables() if table in there]  # migrated backwards: none
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    with connection.cursor() as cursor:
        for statement in make(cursor, logs):
            cursor.execute(statement)


def _sqlite(cursor: Any, logs: list[str]) -> list[str]:
    return [
        f'CREATE TRIGGER IF NOT EXISTS "{log}_{event.lower()}_{TRIGGER}" BEFORE {event} ON "{log}"'
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for log in logs
        for event in ("UPDATE", "DELETE")
    ]


def _postgresql(cursor: Any, logs: list[str]) -> list[str]:
    # Making a trigger again would wait for every transaction that reads the table.
    cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [TRIGGER])
    ready = {table.strip('"') for (table,) in cursor.fetchall()}
    missing = [log for log in logs if log not in ready]
    if not missing:
        return []
    function = (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    return [function] + [
        statement
        for log in missing
        for statement in (
            f'CREATE TRIGGER {TRIGGER} BEFORE UPDATE OR DELETE ON "{log}"'
            f" FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
            f'CREATE OR REPLACE TRIGGER {TRIGGER}_when_emptied BEFORE TRUNCATE ON "{log}"'
            f" FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()",
        )
    ]
