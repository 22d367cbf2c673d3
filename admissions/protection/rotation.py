"""Wrapping data keys anew, in short transactions beside a running site.

Only the wrapping changes: no text is opened or sealed again, and no version is raised, since
nothing that staff see has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count

from ..models import Inquiry
from . import keys
from .envelope import rewrapped
from .keys import Unreadable

BATCH = 500  # inquiries a transaction: a visitor who sends meanwhile waits some milliseconds


@dataclass
class Result:
    """How many were wrapped anew, and the references of those that no key at hand opens."""

    done: int = 0
    unreadable: list[str] = field(default_factory=list)


def counts() -> dict[str, int]:
    """How many inquiries each key wraps, erased ones (which have none) left out."""
    rows = Inquiry.objects.exclude(key_id="").order_by("key_id").values_list("key_id")
    return dict(rows.annotate(Count("pk")))


def left() -> int:
    """How many are not wrapped by the newest key."""
    return sum(count for key_id, count in counts().items() if key_id != keys.newest_id())


def rotate(progress: Callable[[int], object] = lambda done: None) -> Result:
    """Wrap by the newest key whatever is not yet; `progress` hears how many each step looked at.

    May be stopped at any moment and started again. Two at once do each other no harm.
    """
    result = Result()
    for old in sorted(counts()):
        if old == keys.newest_id():
            continue
        after: int | None = 0
        while after is not None:
            after, looked_at = _step(old, after, result)
            progress(looked_at)
    return result


@transaction.atomic
def _step(old: str, after: int, result: Result) -> tuple[int | None, int]:
    """One batch of those wrapped by `old` with a pk above `after`: the last pk, how many."""
    rows = list(
        Inquiry.objects.select_for_update(no_key=True)  # whoever opens one does not wait
        .filter(key_id=old, pk__gt=after)
        .order_by("pk")
        .only("pk", "uuid", "reference", "key_id", "data_key")[:BATCH]
    )
    for row in rows:
        try:
            key_id, data_key = rewrapped(row.uuid, row.key_id, row.data_key)
        except Unreadable:
            result.unreadable.append(row.reference)
        else:
            Inquiry.objects.filter(pk=row.pk).update(key_id=key_id, data_key=data_key)
            result.done += 1
    return (rows[-1].pk if rows else None), len(rows)
