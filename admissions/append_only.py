"""The logs that nobody can change afterwards: triggers refuse it in the database itself.

On SQLite a REPLACE deletes the row that is in its way, and no trigger hears of that unless the
connection asks for it (`PRAGMA recursive_triggers`, off in every other client). So an INSERT of a
row that is there already, by any of its unique keys, is refused before it gets that far.

`install_triggers` runs after every migration (apps.py), because SQLite forgets a table's triggers
when a migration remakes the table. An UPDATE or DELETE then raises IntegrityError on SQLite and
ProgrammingError or InternalError on PostgreSQL, where TRUNCATE is refused as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections, models

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
    logs = [log for log in LOGS if log._meta.db_table in there]  # migrated backwards: none
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    with connection.cursor() as cursor:
        for statement in make(cursor, logs):
            cursor.execute(statement)


def _sqlite(cursor: Any, logs: list[type[models.Model]]) -> list[str]:
    whens = {"UPDATE": "", "DELETE": ""}
    return [
        f'CREATE TRIGGER IF NOT EXISTS "{table}_{event.lower()}_{TRIGGER}"'
        f" BEFORE {event} ON \"{table}\" {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for log in logs
        for table in [log._meta.db_table]
        for event, when in (whens | {"INSERT": f"WHEN {_is_there(log)}"}).items()
    ]


def _is_there(log: type[models.Model]) -> str:
    """Whether the log has a row that NEW would be in the way of: one look into each unique index.

    A key that SQLite is still to give is NULL, or -1, here: no row has it.
    """
    table = log._meta.db_table
    return " OR ".join(
        f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'  # noqa: S608 - our own names
        for same in _same_keys(log)
    )


def _same_keys(log: type[models.Model]) -> Iterator[str]:
    """For each unique key of `log`, what a row that has it in common with NEW fulfils."""
    for field in log._meta.concrete_fields:
        if field.unique:
            yield f'"{field.column}" = NEW."{field.column}"'
    for constraint in log._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            columns = [_column(log, name) for name in constraint.fields]
            same = [f'"{column}" = NEW."{column}"' for column in columns]
            # A partial one is of rows with certain values.
            for name, value in getattr(constraint.condition, "children", []):
                column = _column(log, name)
                same += [f"NEW.\"{column}\" = '{value}'", f"\"{column}\" = '{value}'"]
            yield " AND ".join(same)


def _column(log: type[models.Model], name: str) -> str:
    return cast("models.Field[Any, Any]", log._meta.get_field(name)).column


def _postgresql(cursor: Any, guarded: list[type[models.Model]]) -> list[str]:
    logs = [log._meta.db_table for log in guarded]
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
