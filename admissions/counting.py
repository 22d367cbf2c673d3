"""Counting up to a limit: what lies beyond it costs nothing, however much it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def capped_counts(lists: Sequence[QuerySet[Any, Any]], *limits: int) -> list[int]:
    """How many rows each of `lists` has, counted up to its limit (the last one for all others).

    One query, whatever the number of lists: each is counted in a subquery that ends at its limit.
    """
    parts: list[str] = []
    values: list[Any] = []
    for place, rows in enumerate(lists):
        limit = limits[min(place, len(limits) - 1)]
        # The order goes, but not the index: it is of the same columns as the condition.
        try:
            sql, params = rows.order_by().values("pk")[:limit].query.sql_with_params()
        except EmptyResultSet:  # such as IN an empty list
            parts.append("0")
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 - the ORM's own
        values += params
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return [int(number) for number in cursor.fetchone()]
