"""Fields that several forms of the desk have."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .forms.fields import MessageField
from .transitions import shown_name

TEXT_LIMIT = 4000  # characters of a note or a reason


class RemarkField(MessageField):
    """A note, a reason or a reply, in some lines of at most `limit` characters.

    As on the public form, what cannot be taken is said and not cut off.
    """

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, *, limit: int = TEXT_LIMIT, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.limit:
            words = _("Shorten it to %(limit)s characters. It has %(now)s now.")
            raise ValidationError(words % {"limit": f"{self.limit:,}", "now": f"{len(value):,}"})


class MomentField(forms.DateTimeField):
    """A day and a time by the clinic's clock; none of the hours that its changes skip or repeat."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "required": gettext_lazy("Choose a day and a time."),
        "invalid": gettext_lazy(
            "Write the time as year-month-day hour:minute, such as 2030-01-31 14:30."
        ),
        "ambiguous_timezone": gettext_lazy("The clocks change then: choose another time."),
    }

    def to_python(self, value: Any) -> datetime.datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:  # Django's own words name the time zone
            code = error.code or "invalid"
            raise ValidationError(self.error_messages[code], code=code) from error


class ColleagueField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return shown_name(obj)
