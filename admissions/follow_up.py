"""The day on which an inquiry comes back: which it can be, and the field that asks for it."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import answering
from .models import Inquiry

LATEST = datetime.timedelta(days=366)


def check_day(on: datetime.date, *, name: str = "on") -> None:
    """Raises ValidationError, keyed by `name`, unless an inquiry can come back on that day."""
    if why := _why_not(on):
        raise ValidationError({name: why})


def _why_not(on: datetime.date) -> str:
    today = timezone.localdate()
    if on < today:
        return _("Choose today or a day to come.")
    return _("Choose a day within a year.") if on > today + LATEST else ""


def proposed(inquiry: Inquiry, today: datetime.date | None = None) -> datetime.date | None:
    """The day that is offered with an attempt: the next on which the clinic answers, so that
    nothing is tried once and forgotten. None where a day to come is set already: it stays.
    """
    today = today or timezone.localdate()
    if inquiry.follow_up_on and inquiry.follow_up_on > today:
        return None
    return of_assessment(inquiry) or answering.week().next_day(today)


def of_assessment(inquiry: Inquiry, now: datetime.datetime | None = None) -> datetime.date | None:
    """The day of an assessment that is still to come: without another, the inquiry's too."""
    at = inquiry.assessment_at if inquiry.status == Inquiry.Status.ASSESSMENT else None
    return timezone.localdate(at) if at and at > (now or timezone.now()) else None


class DayInput(forms.DateInput):
    """The browser's own choice of a day, from today on and for a year."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        span = {"min": today.isoformat(), "max": (today + LATEST).isoformat()}
        return super().get_context(name, value, span | (attrs or {}))


class DayField(forms.DateField):
    """A day on which an inquiry can come back."""

    widget = DayInput
    default_error_messages = {
        "required": gettext_lazy("Choose a day."),
        "invalid": gettext_lazy("Write the day as year-month-day, such as 2030-01-31."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": gettext_lazy("Follow up on")} | kwargs)

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value and (why := _why_not(value)):
            raise ValidationError(why)
