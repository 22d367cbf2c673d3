"""Fields that several forms of the desk have."""

from __future__ import annotations

from typing import Any

from django import forms

from .transitions import shown_name

TEXT_LIMIT = 4000  # characters of a note or a reason


class RemarkField(forms.CharField):
    """A note or a reason, in a few lines."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": TEXT_LIMIT} | kwargs)


class ColleagueField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return shown_name(obj)
