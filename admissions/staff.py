"""Those whom an inquiry can be handed to, as a list to choose from."""

from __future__ import annotations

from django.core.cache import cache

from . import workflow

CHOICES = "staff-to-choose"
KEPT_FOR = 60  # seconds


def choices() -> list[tuple[int, str]]:
    """Key and name of each who works inquiries, at most a minute old.

    Every workspace asks, and accounts change seldom. Whether somebody chosen still works here is
    the workflow's to check.
    """

    def read() -> list[tuple[int, str]]:
        return [(user.pk, workflow.shown_name(user)) for user in workflow.people_who_work()]

    return cache.get_or_set(CHOICES, read, KEPT_FOR) or []
