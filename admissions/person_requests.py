"""What a person may ask about what is held of them: to find it, to have a copy, to correct it, to
take a consent back. (Erasing it is retention.py's.)

Each is one transaction that locks the row, checks who acts and adds to the timeline, as the steps
of workflow.py do; none changes a status. Refusals are workflow.py's exceptions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import export, intake, related, workflow
from .models import Channel, Event, Inquiry
from .models.querysets import InquiryQuerySet
from .retention import PERMISSION
from .workflow import IllegalTransition


def find(text: str) -> InquiryQuerySet:
    """Whatever `text` (phone, e-mail, words of a name, reference) can mean, the newest first."""
    return related.search(Inquiry.objects.all(), text).order_by("-received_at", "-pk")


@transaction.atomic
def export_all(inquiries: Iterable[Inquiry], *, actor: User) -> list[export.Copy]:
    """A copy of everything held in each of `inquiries`, and an entry in its timeline that it was
    made. One that is refused (erased, say) means no copy of any.
    """
    copies = []
    for inquiry in inquiries:
        with workflow.locked(inquiry, actor, PERMISSION) as current:
            workflow.tell(current, Event.Kind.EXPORTED, actor)
            copies.append(export.copy_of(current))
    return copies


def revoke_consent(*, inquiry: Inquiry, actor: User, channel: str) -> Inquiry:
    """Take back the consent to `channel`, for whoever works inquiries. The row stays, dated.

    Like a note it names no version and raises none: whatever else changed, it has to be heeded.
    """
    with workflow.locked(inquiry, actor, "admissions.change_inquiry", detail="revoke") as current:
        consent = current.consents.filter(channel=channel, revoked_at__isnull=True).first()
        if consent is None:
            raise IllegalTransition(_("There is no such consent, or it was revoked."), current)
        consent.revoked_at = timezone.now()
        consent.save(update_fields=["revoked_at"])
        label = str(Channel(consent.channel).label)
        workflow.tell(current, Event.Kind.CONSENT_REVOKED, actor, label)
    return current


def amend(
    *, inquiry: Inquiry, actor: User, version: int, answers: intake.Answers
) -> tuple[Inquiry, list[str]]:
    """Make `answers` the current ones: the inquiry, and the names of those that changed.

    The earlier ones stay in the timeline. Nothing happens when all say the same as before.
    """
    with workflow.locked(inquiry, actor, PERMISSION, version) as current:
        if not current.is_readable:
            raise IllegalTransition(_("What this inquiry says cannot be read now."), current)
        earlier: dict[str, Any] = intake.take_answers(current, answers)
        if earlier:
            current.version += 1
            current.save()
            related.remember(current)
            workflow.tell(current, Event.Kind.AMENDED, actor, intake.earlier_answers(earlier))
    return current, list(earlier)
