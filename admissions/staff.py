"""Those who work inquiries, and whom one can be handed to."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import models

from .transitions import shown_name

CHOICES = "staff-to-choose"
KEPT_FOR = 60  # seconds


def people_who_work() -> models.QuerySet[User]:
    """Active staff who may work inquiries: those one can be handed to."""
    return (
        User.objects.with_perm(
            "admissions.change_inquiry", backend="django.contrib.auth.backends.ModelBackend"
        )
        .filter(is_staff=True)
        .order_by("first_name", "last_name", "username")
    )


def choices() -> list[tuple[int, str]]:
    """Key and name of each who works inquiries, at most a minute old.

    Every workspace asks, and accounts change seldom. Whether somebody chosen still works here is
    the workflow's to check.
    """

    def read() -> list[tuple[int, str]]:
        return [(user.pk, shown_name(user)) for user in people_who_work()]

    return cache.get_or_set(CHOICES, read, KEPT_FOR) or []
