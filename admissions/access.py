"""Who may do what: the four staff groups and their permissions.

Kept in code, so that a role means the same on every installation; each migrate makes it so again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import User

COORDINATORS = "Coordinators"
LEADS = "Leads"
EDITORS = "Editors"
AUDITORS = "Auditors"

_READ_INQUIRIES = {
    "admissions.view_inquiry",
    "admissions.view_event",
    "admissions.view_contactattempt",
    "admissions.view_consent",
}
# Changing an inquiry means taking the workflow's steps; no screen edits its fields.
_WORK_INQUIRIES = _READ_INQUIRIES | {"admissions.change_inquiry", "admissions.add_inquiry"}
# Whoever works inquiries sees who is on duty.
_SEE_ROSTER = {
    *("admissions.view_dutyshift", "admissions.view_dutyfallback", "admissions.view_replytemplate"),
}
_STAFF_DESK = {
    f"admissions.{action}_{model}"
    for model in ("dutyshift", "dutyfallback", "replytemplate")
    for action in ("view", "add", "change", "delete")
} | {"admissions.view_desksettings", "admissions.change_desksettings"}
_CONTENT = [
    *("clinic", "openinghours", "closedday", "acceptedpayer", "crisisline"),
    *("levelofcare", "program", "entrypath", "component", "suitabilitycriterion"),
    *("otherlevelsign", "durationfactor", "condition", "admissionstep", "question"),
    *("page", "pagesection"),
]

GROUPS: dict[str, set[str]] = {
    COORDINATORS: _WORK_INQUIRIES | _SEE_ROSTER,
    LEADS: _WORK_INQUIRIES
    | _STAFF_DESK
    | {
        "admissions.assign_inquiry",
        "admissions.handle_person_request",
        "admissions.view_notification",
        "admissions.view_accessrecord",
        "admissions.view_dayfigures",
        "admissions.export_inquiry",
        "admissions.share_savedview",
    },
    EDITORS: {
        f"programs.{action}_{model}"
        for model in _CONTENT
        for action in ("view", "add", "change", "delete")
    }
    - {"programs.add_clinic", "programs.delete_clinic"},
    # The trail without the people: timeline entries show no text to an auditor.
    AUDITORS: {
        "admissions.view_event",
        "admissions.view_accessrecord",
        "admissions.view_notification",
    },
}


def has(user: User, permission: str) -> bool:
    """Whether `user` is staff and has `permission`. An account that is staff no more keeps its
    groups, and with them its permissions.
    """
    return user.is_staff and user.has_perm(permission)


def ensure_groups(**kwargs: Any) -> None:
    """Make each group exist with exactly its permissions. Safe to run any number of times."""
    del kwargs  # post_migrate's
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, wanted in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        match = Q(pk__in=[])
        for label in wanted:
            app, codename = label.split(".")
            match |= Q(content_type__app_label=app, codename=codename)
        group.permissions.set(Permission.objects.filter(match))
