"""Changing the logs behind the site's back, as one could who owns the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tests import append_only


@contextmanager
def tampered(*statements: str) -> Iterator[None]:
    """The database after `statements`, which no trigger refuses; as it was again afterwards."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # What the test has added waits to be checked, and triggers would stay till then.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with append_only.lifted(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)
