"""What the forms of all steps share (action_forms.py)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from .models import Inquiry
from .transitions import Action


class StepForm(forms.Form):
    """A step on one inquiry. `take()` goes through workflow.py and returns the changed inquiry.

    Every form carries `version`, the inquiry's when the page was made, and `seen`, the newest
    entry of its timeline then, and `was`, where it stood (admin/conflict.py), so that what changed
    since can be told.
    """

    action: ClassVar[Action]
    button: ClassVar[Any]
    done: Any  # what the page says afterwards, with %(reference)s
    free_text: ClassVar[str] = ""  # the field whose text must never be lost

    version = forms.IntegerField(
        min_value=1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value"),
            _("This page was incomplete. Open the inquiry again and repeat the step."),
        ),
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    was = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        inquiry: Inquiry,
        actor: User,
        seen: int | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.inquiry, self.actor = inquiry, actor
        now = {"version": inquiry.version, "seen": seen}
        # Several forms share the page: each needs ids of its own.
        auto_id = f"id_{self.action.value}_%s"
        super().__init__(data, auto_id=auto_id, initial=now | (initial or {}))

    def take(self) -> Inquiry:
        raise NotImplementedError

    def chosen(self) -> dict[str, str]:
        """What the valid form decides, in words, by the inquiry's field."""
        return {}

    def as_note(self) -> str:
        """What was filled in, valid or not, for when it can only be kept as a note."""
        return str(self.data.get(self.free_text, ""))

    @property
    def act(self) -> dict[str, Any]:
        """What each step needs that names the version it was made on."""
        return {
            "inquiry": self.inquiry,
            "actor": self.actor,
            "version": self.cleaned_data["version"],
        }
