"""Who may take which step on an inquiry, and what is said to somebody who cannot take it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from . import access, transitions
from .models import Inquiry
from .transitions import OWN_OR_LEAD, Action, shown_name, steps_from


def may(user: User, action: Action, inquiry: Inquiry) -> bool:
    """Whether `user` has the right to this step, legal now or not.

    Moving work between people is for whoever has it, and for leads.
    """
    if not access.has(user, "admissions.change_inquiry"):
        return False
    if action in OWN_OR_LEAD:
        return inquiry.assignee_id == user.pk or access.has(user, "admissions.assign_inquiry")
    return True


def why_not_theirs(user: User, action: Action, current: Inquiry) -> str:
    """The sentence for a step that `user` has no right to: what would help, if anything.

    One query, for the assignee's name, unless it was read with `current`.
    """
    if not access.has(user, "admissions.change_inquiry"):
        return _("This step is not yours to take.")
    if current.erased_at is not None:
        return transitions.erased()
    if action not in steps_from(current):
        return transitions.why_not(action, current, user)
    if current.assignee is None:
        return _("Nobody has it: claim it first.")
    name = {"name": shown_name(current.assignee)}
    if action == Action.RELEASE:
        return _("It is with %(name)s now. Only they or a lead can return it to the queue.") % name
    return _("It is with %(name)s now. Only they or a lead can hand it over.") % name


def why_not(user: User, action: Action, inquiry: Inquiry, version: int) -> str:
    """Why `user` could not take the step on that version, as the step itself would say; "" when
    they could. No query, where `inquiry` came with its assignee.

    What is typed, and how an inquiry can be closed, is the step's own to judge.
    """
    if not may(user, action, inquiry):
        return why_not_theirs(user, action, inquiry)
    if inquiry.erased_at is not None:
        return transitions.erased()
    legal = action in steps_from(inquiry)
    if version != inquiry.version and (legal or action != Action.CLAIM):
        return transitions.stale()
    return "" if legal else transitions.why_not(action, inquiry, user)
