"""Pages of a list that may have millions of rows."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

MOST_COUNTED = 5000


class CappedPaginator(Paginator):
    """Counts MOST_COUNTED rows at most, and so has no page beyond them: what is further back is
    found by narrowing the list.
    """

    object_list: Any

    @cached_property
    def count(self) -> int:
        return int(self.object_list[:MOST_COUNTED].count())

    @property
    def is_capped(self) -> bool:
        return self.count >= MOST_COUNTED
