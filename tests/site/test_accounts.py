"""Permissions: one query, and the same answer as Django's own backend."""

from __future__ import annotations

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission, User

STOCK = ModelBackend()


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def both(lead: User) -> User:
    """Somebody with permissions of their own beside those of two groups."""
    lead.user_permissions.add(Permission.objects.get(codename="view_logentry"))
    return lead


@pytest.mark.parametrize("role", ["coordinator", "auditor", "outsider", "both", "admin_user"])
def test_permissions_are_those_of_the_stock_backend(role, request):
    user = request.getfixturevalue(role)
    assert fresh(user).get_all_permissions() == STOCK.get_all_permissions(fresh(user))
    assert fresh(user).has_perm("admissions.view_inquiry") is STOCK.has_perm(
        fresh(user), "admissions.view_inquiry"
    )


def test_they_are_read_by_one_query(both, django_assert_num_queries):
    user = fresh(both)
    with django_assert_num_queries(1):
        assert user.has_perm("admin.view_logentry")
        assert user.has_perm("admissions.assign_inquiry")
        assert user.has_module_perms("admissions")


def test_who_is_not_active_or_not_signed_in_has_none(lead):
    lead.is_active = False
    lead.save()
    assert not fresh(lead).has_perm("admissions.view_inquiry")
    assert AnonymousUser().get_all_permissions() == set()


def test_a_permission_taken_away_is_gone_with_the_next_request(both):
    both.groups.clear()
    assert fresh(both).get_all_permissions() == {"admin.view_logentry"}
