"""The logs that nobody can change afterwards: triggers refuse it in the database itself.

`install_triggers` runs after every migration (apps.py), because SQLite forgets a table's triggers
when a migration remakes the table. An UPDATE or DELETE then raises IntegrityError on SQLite and
ProgrammingError or InternalError on PostgreSQL, where TRUNCATE is refused as well.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from .models.audit import LOGS

TRIGGER = "is_append_only"
FUNCTION = "admissions_append_only"
REFUSAL = "this table is append-only"

# PostgreSQL gives rows their keys when they are inserted and shows them when they are committed: a
# key below one that was read already can still turn up. A seal over "all rows up to here" would
# then be broken by a row that was merely late. So whoever adds to a log holds this advisory lock,
# shared, to the end of the transaction, from before its first row has a key; the sealer
# (sealing.py) takes it alone, for the moment in which it reads the highest keys, when all that
# have a key are committed. It never waits for it: nobody would queue behind it. SQLite has one
# writer at a time, and its keys are committed in their order.
LOCK = 5_270_801
NUMBERED = "announces_its_rows"
NUMBERED_FUNCTION = "admissions_log_grows"


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
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname = ANY(%s)",
        [[TRIGGER, NUMBERED]],
    )
    ready = {(table.strip('"'), trigger) for table, trigger in cursor.fetchall()}
    unguarded = [log for log in logs if (log, TRIGGER) not in ready]
    unannounced = [log for log in logs if (log, NUMBERED) not in ready]
    return _guards(unguarded) + _announcements(unannounced)


def _guards(logs: list[str]) -> list[str]:
    """What refuses a change."""
    function = _function(FUNCTION, f"RAISE EXCEPTION '{REFUSAL}';")
    return [function] * bool(logs) + [
        statement
        for log in logs
        for statement in (
            f'CREATE TRIGGER {TRIGGER} BEFORE UPDATE OR DELETE ON "{log}"'
            f" FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
            f'CREATE OR REPLACE TRIGGER {TRIGGER}_when_emptied BEFORE TRUNCATE ON "{log}"'
            f" FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()",
        )
    ]


def _announcements(logs: list[str]) -> list[str]:
    """What takes LOCK, shared, before a statement's rows get their keys."""
    lock = f"PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NULL;"
    return [_function(NUMBERED_FUNCTION, lock)] * bool(logs) + [
        f'CREATE TRIGGER {NUMBERED} BEFORE INSERT ON "{log}"'
        f" FOR EACH STATEMENT EXECUTE FUNCTION {NUMBERED_FUNCTION}()"
        for log in logs
    ]


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} END $$"
    )
