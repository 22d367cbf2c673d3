"""Setting the day on which an inquiry comes back, without an attempt to go with it."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import workflow
from .models import Event, Inquiry
from .workflow import IllegalTransition

LATEST = datetime.timedelta(days=366)


def check_day(on: datetime.date) -> None:
    """Raises ValidationError unless an inquiry can come back on that day."""
    today = timezone.localdate()
    if on < today:
        raise ValidationError({"on": _("Choose today or a day to come.")})
    if on > today + LATEST:
        raise ValidationError({"on": _("Choose a day within a year.")})


def set_follow_up(*, inquiry: Inquiry, actor: User, version: int, on: datetime.date) -> Inquiry:
    """Bring an open inquiry back on that day.

    Raises PermissionDenied, StaleInquiry (when it changed since `version`), ValidationError for
    the day, IllegalTransition when it is closed or set aside as possible spam.
    """
    with workflow.locked(
        inquiry, actor, "admissions.change_inquiry", version, detail="set-follow-up"
    ) as current:
        check_day(on)
        if not current.is_open:
            raise IllegalTransition(_("This inquiry is closed. Reopen it first."), current)
        if current.is_quarantined:
            raise IllegalTransition(
                _("This inquiry is set aside as possible spam. Put it in the queue first."), current
            )
        current.follow_up_on = on
        current.version += 1
        current.save(update_fields=["follow_up_on", "version"])
        workflow.tell(current, Event.Kind.FOLLOW_UP, actor, date_format(on, "D, M j, Y"))
    return current
