"""The forms for many inquiries at once: bulk steps, and taking a list away."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import audit, workflow
from .desk_fields import ColleagueField, RemarkField
from .exporting import MOST_XLSX, Format, Reason
from .follow_up import DayField
from .models import AccessRecord, Inquiry
from .workflow import Action


class BulkForm(forms.Form):
    """One step for each of the chosen inquiries, by the same rules as one by one."""

    title: ClassVar[Any]
    button: ClassVar[Any]
    action: ClassVar[Action]
    permission: ClassVar[str] = "admissions.change_inquiry"

    use_required_attribute = False

    def take(self, inquiry: Inquiry, actor: User, version: int) -> None:
        """The step on one inquiry. Raises as the workflow's step does.

        What was typed and does not fit this one is recorded as a refusal, too: among many there
        is no form to mend.
        """
        try:
            self.step(inquiry, actor, version)
        except ValidationError:
            refused = AccessRecord.Action.REFUSED
            audit.record(actor, refused, inquiry, detail=self.action.value)
            raise

    def step(self, inquiry: Inquiry, actor: User, version: int) -> None:
        raise NotImplementedError


class ClaimForm(BulkForm):
    title = _("Claim")
    button = _("Claim")
    action = Action.CLAIM

    def step(self, inquiry: Inquiry, actor: User, version: int) -> None:
        workflow.claim(inquiry=inquiry, actor=actor, version=version)


class AssignForm(BulkForm):
    title = _("Hand over to a colleague")
    button = _("Hand over")
    action = Action.HAND_OVER

    to = ColleagueField(
        label=_("To whom"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={
            "required": _("Choose a colleague."),
            "invalid_choice": _("Choose a colleague from the list."),
        },
    )
    reason = RemarkField(
        label=_("What they should know"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, ColleagueField)  # noqa: S101 - for the type checker
        field.queryset = workflow.people_who_work()

    def step(self, inquiry: Inquiry, actor: User, version: int) -> None:
        to, reason = self.cleaned_data["to"], self.cleaned_data["reason"]
        workflow.hand_over(inquiry=inquiry, actor=actor, version=version, to=to, reason=reason)


class FollowUpForm(BulkForm):
    title = _("Set the follow-up day")
    button = _("Set the day")
    action = Action.FOLLOW_UP

    on = DayField(help_text=_("The inquiries come back under “Follow up today” on that day."))

    def step(self, inquiry: Inquiry, actor: User, version: int) -> None:
        on = self.cleaned_data["on"]
        workflow.set_follow_up(inquiry=inquiry, actor=actor, version=version, on=on)


class SpamForm(BulkForm):
    title = _("Close as spam")
    button = _("Close as spam")
    action = Action.CLOSE

    def step(self, inquiry: Inquiry, actor: User, version: int) -> None:
        spam = Inquiry.Outcome.SPAM
        workflow.close(inquiry=inquiry, actor=actor, version=version, outcome=spam)


BULK: dict[str, type[BulkForm]] = {
    "claim": ClaimForm,
    "assign": AssignForm,
    "follow-up": FollowUpForm,
    "spam": SpamForm,
}


class TakeAwayForm(forms.Form):
    """How, and why, a list is taken away as a file."""

    reason = forms.ChoiceField(
        label=_("Why it is needed"),
        choices=[("", _("Choose one")), *Reason.choices],
        help_text=_(
            "It is recorded with your name, the view, the number of inquiries, and whether names "
            "went with them."
        ),
        error_messages={"required": _("Choose why the list is needed.")},
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=Format.choices,
        initial=Format.CSV,
        error_messages={"required": _("Choose a format.")},
    )
    with_person = forms.BooleanField(
        label=_("With names, numbers and addresses"),
        required=False,
        help_text=_("Only if it cannot be done without. What people wrote is never in the file."),
    )

    use_required_attribute = False

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._count = count

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("format") != Format.XLSX:
            return found
        if self._count > MOST_XLSX:
            self.add_error(
                "format",
                _(
                    "An Excel file of more than %(most)s rows takes too long to make. Choose CSV, "
                    "which Excel opens too."
                )
                % {"most": f"{MOST_XLSX:,}"},
            )
        elif found.get("with_person"):
            # Excel's file is put together on the server's disk, where nobody's name may lie.
            self.add_error("format", _("A list with names comes as CSV only. Choose CSV."))
        return found
