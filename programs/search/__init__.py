"""The search over everything the site says: in this process's memory, rebuilt when it changes.

docs/decisions/006-search.md says why. What people search for is never stored or logged.
"""

from __future__ import annotations

import datetime
import threading
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language

from .. import versioning
from .documents import read_all
from .index import Answer, Hit, Index
from .words import Query, read

__all__ = ["Answer", "Hit", "Index", "Query", "forget", "fresh", "kept", "read"]


@dataclass(frozen=True)
class _Shelf:
    index: Index
    version: int
    until: datetime.datetime | None  # the next time a record's publishing begins or ends

    def is_fresh(self, version: int) -> bool:
        return self.version == version and (self.until is None or timezone.now() < self.until)


_shelves: dict[str, _Shelf] = {}  # by language
_building = threading.Lock()


def fresh() -> Index:
    """The index of what is live now, in the active language.

    One query while nothing has changed; twelve in all when it is built, however many records
    there are. Raises DatabaseError when the database does not answer.
    """
    language = get_language() or ""
    version = versioning.current()
    shelf = _shelves.get(language)
    if shelf is None or not shelf.is_fresh(version):
        # One thread builds; the others of this process wait and take what it made.
        with _building:
            shelf = _shelves.get(language)
            if shelf is None or not shelf.is_fresh(version):
                shelf = _shelves[language] = _build(version)
    return shelf.index


def kept() -> Index | None:
    """The index as it was last built, without asking the database; None before the first search."""
    shelf = _shelves.get(get_language() or "")
    return shelf.index if shelf else None


def forget() -> None:
    """Drops every index. For tests, whose databases count their versions alike."""
    _shelves.clear()


def _build(version: int) -> _Shelf:
    now = timezone.now()
    # Read after the version: a change in between is seen as a newer version next time.
    return _Shelf(Index(read_all(now)), version, versioning.next_boundary(now))
