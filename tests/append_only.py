"""The one place that may lift the append-only triggers: tests that empty their database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from admissions import append_only


@contextmanager
def lifted() -> Iterator[None]:
    """No trigger on the logs inside; all of them again afterwards."""
    with connection.cursor() as cursor:
        for table in append_only.tables():
            for name in _names(table):
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
    try:
        yield
    finally:
        append_only.install_triggers()


def _names(table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [append_only.TRIGGER, f"{append_only.TRIGGER}_when_emptied"]
    return [f"{table}_{event}_{append_only.TRIGGER}" for event in ("insert", "update", "delete")]
