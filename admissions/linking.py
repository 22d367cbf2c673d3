"""Saying that two inquiries are of the same person, and taking it back.

Like a note, a link names no version and raises none; both timelines tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from . import workflow
from .models import Event, Inquiry, InquiryLink
from .workflow import IllegalTransition

PERMISSION = "admissions.change_inquiry"


def link(*, inquiry: Inquiry, other: Inquiry, actor: User) -> None:
    """Link the two. Raises PermissionDenied, and IllegalTransition when they are linked already, or
    are one, or one of them is erased.
    """
    with _both_locked(inquiry, other, actor) as (low, high):
        if InquiryLink.objects.filter(low=low, high=high).exists():
            raise IllegalTransition(_("These inquiries are linked already."), inquiry)
        InquiryLink.objects.create(low=low, high=high, linked_by=actor)
        _tell(low, high, Event.Kind.LINKED, actor)


def unlink(*, inquiry: Inquiry, other: Inquiry, actor: User) -> None:
    """Take the link back. Raises as `link` does, IllegalTransition when there is none."""
    with _both_locked(inquiry, other, actor) as (low, high):
        removed, _rows = InquiryLink.objects.filter(low=low, high=high).delete()
        if not removed:
            raise IllegalTransition(_("These inquiries are not linked."), inquiry)
        _tell(low, high, Event.Kind.UNLINKED, actor)


@contextmanager
def _both_locked(
    inquiry: Inquiry, other: Inquiry, actor: User
) -> Iterator[tuple[Inquiry, Inquiry]]:
    """Both rows locked, the smaller key first, so that two who link at once do not block."""
    first, second = sorted((inquiry, other), key=lambda row: row.pk)
    with workflow.locked(first, actor, PERMISSION, detail="link") as low:
        if first == second:
            raise IllegalTransition(_("An inquiry is not linked with itself."), inquiry)
        with workflow.locked(second, actor, PERMISSION, detail="link") as high:
            yield low, high


def _tell(low: Inquiry, high: Inquiry, kind: Event.Kind, actor: User) -> None:
    workflow.tell(low, kind, actor, high.reference)
    workflow.tell(high, kind, actor, low.reference)
