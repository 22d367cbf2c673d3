"""Whether the keys at hand are the ones this database was written with."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.models import Q
from environs import EnvError

from . import keys


def require_keys() -> None:
    """Raise EnvError, with what to do, when inquiries could not be read or found.

    Serving with a wrong key would take in new inquiries beside old ones that nobody can open. A
    database that does not answer now is not judged: pages are served without it. Two queries.
    """
    try:
        problems = key_problems()
    except Error:
        return
    if problems:
        raise EnvError(problems[0])


def key_problems() -> list[str]:
    """What is wrong with the keys, in sentences. Raises the database's errors."""
    from ..models import Inquiry, LookupKeyMark  # noqa: PLC0415 - fields import keys

    problems = []
    strange = Inquiry.objects.filter(_between(sorted(keys.wrapping_keys()))).order_by("key_id")
    missing = strange.values_list("key_id", flat=True).first()
    if missing is not None:
        problems.append(
            f"INQUIRY_KEYS lacks the key {missing}, with which stored inquiries are sealed: "
            "restore it from its backup (docs/keys.md)"
        )
    mark = LookupKeyMark.objects.first()
    if mark is not None and mark.key_id != keys.lookup_id():
        problems.append(
            f"LOOKUP_KEY is not the key {mark.key_id}, with which this database was made: "
            "restore it from its backup (docs/keys.md)"
        )
    return problems


def _between(known: list[str]) -> Q:
    """Any key_id but these and "" (erased), as ranges: an index answers those at once, while it
    would be read from end to end for `NOT IN`.
    """
    gaps = Q()
    for after, before in pairwise(["", *known]):
        gaps |= Q(key_id__gt=after, key_id__lt=before)
    return gaps | Q(key_id__gt=known[-1])


def mark_lookup_key(**kwargs: Any) -> None:
    """Note the lookup key of a database that has none noted. Runs after each migrate."""
    from ..models import LookupKeyMark  # noqa: PLC0415

    del kwargs  # post_migrate's
    if settings.LOOKUP_KEY:
        LookupKeyMark.objects.get_or_create(only=True, defaults={"key_id": keys.lookup_id()})
