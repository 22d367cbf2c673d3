"""Fields of the admin whose parts a screen reader can tell apart."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import models
from django.utils.translation import gettext_lazy as _


class SplitDateTime(AdminSplitDateTime):
    """A date and a time, each with a name; Django's have the words beside them alone."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for part, name in zip(self.widgets, (_("Date"), _("Time")), strict=True):
            part.attrs["aria-label"] = name


# For formfield_overrides.
MOMENTS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": SplitDateTime}
}
