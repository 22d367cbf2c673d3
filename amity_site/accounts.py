"""Signing in: Django's own accounts, with permissions read at the price of one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class OneQueryBackend(ModelBackend):
    """The stock backend asks once for a person's own permissions and once for their groups'.

    Every page of the desk asks, and has twelve queries for everything.
    """

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = _permissions_of(user_obj)
        cached: set[str] = user_obj._perm_cache
        return cached


def _permissions_of(user: Any) -> set[str]:
    rows = Permission.objects.all()
    if not user.is_superuser:
        own, groups = user.user_permissions.values("pk"), user.groups.values("pk")
        through_groups = Permission.objects.filter(group__in=groups).values("pk")
        rows = rows.filter(Q(pk__in=own) | Q(pk__in=through_groups))
    labels = rows.order_by().values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in labels}
