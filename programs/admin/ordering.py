"""Changing the order of content records, whichever way the editor asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from ..models import ContentRecord


def rearrange(model: type[ContentRecord], wanted: Sequence[int]) -> int:
    """Put the records `wanted` (primary keys) in that order, in the places they now hold together.

    Records not named stay where they are, so that reordering a filtered list does what it shows.
    Positions become 1, 2, 3, … over all records of the model; only rows that move are saved.
    Returns how many. Raises KeyError for a key that no record has.
    """
    with transaction.atomic():
        rows = list(model.objects.select_for_update().order_by("position", "pk"))
        by_pk = {row.pk: row for row in rows}
        queue = iter([by_pk[pk] for pk in wanted])
        named = set(wanted)
        moved = 0
        for place, row in enumerate(rows, start=1):
            record = next(queue) if row.pk in named else row
            if record.position != place:
                record.position = place
                record.save(update_fields=["position", "updated_at"])
                moved += 1
    return moved


def stepped(order: Sequence[int], chosen: Iterable[int], *, up: bool) -> list[int]:
    """`order` with each of `chosen` one step nearer its beginning (or its end).

    A block of neighbours moves as one; what is already at the edge stays.
    """
    chosen = set(chosen)
    result = list(order) if up else list(reversed(order))
    for index in range(1, len(result)):
        if result[index] in chosen and result[index - 1] not in chosen:
            result[index - 1], result[index] = result[index], result[index - 1]
    return result if up else list(reversed(result))
