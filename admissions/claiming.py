"""“Give me the next one”: of any number who ask at once, no two get the same inquiry."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from . import access, audit, workflow
from .models import Inquiry


def claim_next(*, actor: User) -> Inquiry | None:
    """Claim the inquiry on top of those that nobody has; None when there is none.

    PostgreSQL passes over rows that somebody else is claiming at this moment, without waiting.
    SQLite's transaction is IMMEDIATE: whoever began first is alone until it has ended. The key is
    not locked, so that a colleague can open the inquiry meanwhile. Raises PermissionDenied, which
    is recorded.
    """
    with (
        audit.refusals(actor, None, "claim-next", refused=workflow.WorkflowError),
        transaction.atomic(),
    ):
        if not access.has(actor, "admissions.change_inquiry"):
            raise PermissionDenied(_("This step is not yours to take."))
        waiting = Inquiry.objects.unassigned().most_overdue_first()
        top = waiting.select_for_update(skip_locked=True, no_key=True).first()
        if top is None:
            return None
        return workflow.claim(inquiry=top, actor=actor, version=top.version)
