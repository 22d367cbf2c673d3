"""The forms with which leads answer requests about a person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from . import merging
from .desk_fields import RemarkField
from .desk_forms import StaffInquiryForm
from .forms.inquiry import NO, US, YES
from .intake import Answers
from .models import Inquiry

CONFIRMATION = "ERASE"
TYPE_IT = _("Type the word ERASE to erase for good.")
INCOMPLETE = _("This page was incomplete. Open it again and repeat the step.")


def _version() -> forms.IntegerField:
    return forms.IntegerField(
        min_value=1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), INCOMPLETE),
    )


class FindForm(forms.Form):
    """Who is asking. Posted, so that the words are in no address and no log."""

    use_required_attribute = False

    who = forms.CharField(
        label=_("Phone number, e-mail, name or reference"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "auto"}),
        help_text=_("Whole numbers, addresses and words of a name. Open and closed inquiries."),
        error_messages={"required": _("Write what to look for.")},
    )


class EraseForm(forms.Form):
    """The second of two steps: the word that nobody types by accident."""

    use_required_attribute = False

    confirm = forms.CharField(
        label=_("Type ERASE to confirm"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": TYPE_IT},
    )

    def clean_confirm(self) -> str:
        typed: str = self.cleaned_data["confirm"].strip()
        if typed.upper() != CONFIRMATION:
            raise forms.ValidationError(TYPE_IT)
        return typed


class HoldForm(forms.Form):
    """Why a legal hold begins or ends."""

    use_required_attribute = False

    version = _version()
    reason = RemarkField(
        label=_("Why"),
        help_text=_("Kept in the timeline, sealed like the rest of it."),
        error_messages={"required": _("Write why.")},
    )


class AmendForm(StaffInquiryForm):
    """The person's answers, with the checks of the public form and the words staff use."""

    # One section less than the public form has.
    SECTIONS = (  # type: ignore[assignment]
        (_("Who this is about"), ("asking_for", "relationship")),
        (
            _("How to reach them"),
            (
                *("name", "contact_by", "phone", "email", "voicemail_ok", "ask_for"),
                *("best_time", "language"),
            ),
        ),
        (_("What helps prepare"), ("situation", "payer", "message")),
    )

    def __init__(self, data: QueryDict | None = None, *, inquiry: Inquiry) -> None:
        super().__init__(data, initial=_said(inquiry))
        for name in set(self.fields) - set(Answers.__annotations__):
            del self.fields[name]  # consents are revoked, never given, by staff
        self.fields["version"] = _version()
        self.initial["version"] = inquiry.version
        # What the answers were on this page (merging.py).
        self.fields["was"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial["was"] = merging.fingerprints(inquiry) if inquiry.is_readable else ""


def _said(inquiry: Inquiry) -> dict[str, Any]:
    """The stored answers, as the form's fields show them."""
    said = {name: getattr(inquiry, name) for name in Answers.__annotations__}
    extension = said.pop("phone_extension")
    if number := said["phone"]:
        written = number.as_national if number.country_code == US else number.as_international
        said["phone"] = f"{written} x{extension}" if extension else written
    said["voicemail_ok"] = YES if said["voicemail_ok"] else NO
    return said
