"""Storing very many rows at once, for measurements: `bulk_create` at a fraction of its cost.

Rows are tuples made from plain values, without a model instance for each; sealed columns are given
as bytes that are sealed already. What a row does not name has the field's default. SQLite takes
them through a prepared statement, PostgreSQL through COPY; every constraint and trigger applies.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

from django.db import connection, models

from .protection.fields import EncryptedField

Row = tuple[Any, ...]

CACHE_KIB = 256 * 1024  # SQLite's own is 2 MB: at a million rows each index page is read anew


class Table:
    """The columns of a model, and how a plain value becomes what the database stores.

    `named` are the columns (attnames) that `row` takes, in its order; "id" is among them only if
    the rows have one already.
    """

    def __init__(self, model: type[models.Model], *named: str) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        key = model._meta.pk.attname
        rest = [name for name in fields if name not in named and name != key]
        self.name = model._meta.db_table
        self.columns = [fields[name].column for name in (*named, *rest)]
        adapters = enumerate(_adapter(fields[name]) for name in named)
        self._adapters = [(place, adapt) for place, adapt in adapters if adapt is not _as_it_is]
        self._defaults = tuple(_default(fields[name]) for name in rest)

    def row(self, *values: Any) -> Row:
        """The values of the named columns as they are stored, and the defaults of the others."""
        stored = [*values, *self._defaults]
        if len(stored) != len(self.columns):
            raise ValueError(f"{self.name}: {len(values)} values are not a row")
        for place, adapt in self._adapters:
            if stored[place] is not None:
                stored[place] = adapt(stored[place])
        return tuple(stored)

    def insert(self, rows: Sequence[Row]) -> None:
        """Raises IntegrityError, and then the transaction has to be undone."""
        names = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with (
                    connection.wrap_database_errors,
                    cursor.copy(f'COPY "{self.name}" ({names}) FROM STDIN') as copy,
                ):
                    for row in rows:
                        copy.write_row(row)
            else:
                holders = ", ".join(["%s"] * len(self.columns))
                statement = f'INSERT INTO "{self.name}" ({names}) VALUES ({holders})'  # noqa: S608 - our own names
                cursor.executemany(statement, rows)


def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Keys that nobody else will get, in the transaction that uses them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = (
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            )
            cursor.execute(sequence, [table, count])
            return [number for (number,) in cursor.fetchall()]
        # The transaction holds SQLite's only write lock.
        cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0] or 0
        return range(last + 1, last + count + 1)


@contextmanager
def roomy() -> Iterator[None]:
    """More page cache while very many rows are written. PostgreSQL has one of its own."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {before}")


def with_ids(rows: Iterable[Row], ids: Sequence[int]) -> list[Row]:
    """The rows whose first value is a position in `ids`, with that id in its place."""
    return [(ids[row[0]], *row[1:]) for row in rows]


def _default(field: models.Field[Any, Any]) -> Any:
    value = field.get_default()
    # What is empty is not sealed.
    return None if value is None or isinstance(field, EncryptedField) else _adapter(field)(value)


def _adapter(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, models.CharField):
        return str  # a choice as its plain value
    if isinstance(field, models.DateTimeField):
        return _moment
    if isinstance(field, models.DateField | models.UUIDField):
        return partial(field.get_db_prep_value, connection=connection)
    return _as_it_is


@lru_cache(maxsize=1000)
def _moment(at: datetime.datetime) -> Any:
    """Most moments of an inquiry stand in several columns and tables."""
    return connection.ops.adapt_datetimefield_value(at)


def _as_it_is(value: Any) -> Any:
    return value
