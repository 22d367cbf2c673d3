"""Who takes the workflow's steps in the matrix of tests: every group, and those in none.

Made from access.GROUPS: a group that is added there is a role at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from django.contrib.auth.models import AnonymousUser, Group, User

from admissions import access

READ, WORK, ASSIGN = (f"admissions.{right}_inquiry" for right in ("view", "change", "assign"))


@dataclass(frozen=True)
class Role:
    """An account, as far as it says what somebody may do."""

    groups: tuple[str, ...] = ()
    is_staff: bool = True
    is_active: bool = True
    is_superuser: bool = False

    @property
    def signs_in(self) -> bool:
        return self.is_staff and self.is_active

    def has(self, permission: str) -> bool:
        given = any(permission in access.GROUPS[group] for group in self.groups)
        return self.signs_in and (given or self.is_superuser)


OWNER, NO_STAFF, LEFT, VISITOR = "owner", "no-staff", "left", "visitor"
ROLES = {
    # A coordinator too, and the one whom each inquiry is with that is with anybody.
    OWNER: Role((access.COORDINATORS,)),
    **{name.lower(): Role((name,)) for name in access.GROUPS},
    "no-group": Role(),
    # Both still in their group, as accounts are that somebody ends by one tick.
    NO_STAFF: Role((access.COORDINATORS,), is_staff=False),
    LEFT: Role((access.COORDINATORS,), is_active=False),
    "superuser": Role(is_superuser=True),
    VISITOR: Role(is_staff=False, is_active=False),
}
WORKERS = [name for name, role in ROLES.items() if role.has(WORK)]
OTHERS = [name for name in ROLES if name not in WORKERS]
# Whoever opens an inquiry reads on its page why a step is not theirs.
READERS = [name for name, role in ROLES.items() if role.has(READ)]
LEADS = [name for name, role in ROLES.items() if access.LEADS in role.groups]
_numbers = count()


def person(name: str) -> User | AnonymousUser:
    """Somebody new of that role. No password: they are signed in without one."""
    if name == VISITOR:
        return AnonymousUser()
    role = ROLES[name]
    user = User.objects.create(
        username=f"{name}-{next(_numbers)}",
        first_name=name.capitalize(),
        is_staff=role.is_staff,
        is_active=role.is_active,
        is_superuser=role.is_superuser,
    )
    user.groups.set(Group.objects.filter(name__in=role.groups))
    return user
