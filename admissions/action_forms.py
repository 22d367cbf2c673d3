"""The forms with which staff take the steps of workflow.py, one a step."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import calling, follow_up, reaching, staff, workflow
from .desk_fields import ColleagueField, MomentField, RemarkField
from .ending import ENDINGS, Ending
from .follow_up import DayField
from .models import ContactAttempt, Inquiry
from .models.replies import LONGEST_REPLY
from .step_form import StepForm
from .workflow import Action


class ClaimForm(StepForm):
    action = Action.CLAIM
    button = _("Claim this inquiry")
    done = _("%(reference)s is yours.")

    def chosen(self) -> dict[str, str]:
        return {"assignee": workflow.shown_name(self.actor)}

    def take(self) -> Inquiry:
        return workflow.claim(**self.act)


class ClearForm(StepForm):
    action = Action.CLEAR
    button = _("Not spam: put it in the queue")
    done = _("%(reference)s is in the queue now.")

    def take(self) -> Inquiry:
        return workflow.clear(**self.act)


class AttemptForm(StepForm):
    action = Action.ATTEMPT
    button = _("Log the attempt")
    done = _("The attempt on %(reference)s is logged.")
    free_text = "note"

    channel = forms.ChoiceField(
        label=_("How you tried"),
        choices=ContactAttempt.Way.choices,
        error_messages={"required": _("Choose how you tried.")},
    )
    outcome = forms.ChoiceField(
        label=_("How it went"),
        choices=[("", _("Choose one")), *ContactAttempt.Result.choices],
        error_messages={"required": _("Choose how it went.")},
    )
    next_follow_up = DayField(
        required=False,
        help_text=_(
            "The inquiry comes back under “Follow up today” on that day. Left empty, a day that is "
            "still to come stays."
        ),
    )
    note = RemarkField(label=_("Note"), required=False)

    def __init__(self, data: Any = None, *, inquiry: Inquiry, **kwargs: Any) -> None:
        usual = {"channel": inquiry.contact_by, "next_follow_up": follow_up.proposed(inquiry)}
        kwargs["initial"] = usual | (kwargs.get("initial") or {})
        super().__init__(data, inquiry=inquiry, **kwargs)

    def chosen(self) -> dict[str, str]:
        on = self.cleaned_data["next_follow_up"]
        return {"follow_up_on": date_format(on, "D, M j, Y")} if on else {}

    def as_note(self) -> str:
        """A call that was made is told of, although it can no longer be logged."""
        told = [
            str(dict(choices)[said])
            for choices, said in (
                (ContactAttempt.Way.choices, self.data.get("channel")),
                (ContactAttempt.Result.choices, self.data.get("outcome")),
            )
            if said in dict(choices)
        ]
        return "\n".join(filter(None, [": ".join(told), super().as_note().strip()]))

    def take(self) -> Inquiry:
        return workflow.record_attempt(
            inquiry=self.inquiry,
            actor=self.actor,
            channel=self.cleaned_data["channel"],
            outcome=self.cleaned_data["outcome"],
            next_follow_up=self.cleaned_data["next_follow_up"],
            note=self.cleaned_data["note"],
        )


class ReplyForm(StepForm):
    action = Action.REPLY
    button = _("Send the e-mail")
    done = _("The reply to %(reference)s is on its way.")
    free_text = "text"

    text = RemarkField(
        label=_("Text of the e-mail"),
        limit=LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=_(
            "Its subject is “A message for you”. E-mail is not private: say nothing of why they "
            "wrote."
        ),
        error_messages={"required": _("Write the reply, or choose a template.")},
    )

    def take(self) -> Inquiry:
        return workflow.send_reply(**self.act, text=self.cleaned_data["text"])


class AssessmentForm(StepForm):
    action = Action.ASSESSMENT
    button = _("Save the appointment")
    done = _("The assessment of %(reference)s is scheduled.")

    at = MomentField(
        label=_("When (Pacific time)"),
        help_text=_("The inquiry comes back under “Follow up today” on that day."),
    )

    def __init__(self, data: Any = None, *, inquiry: Inquiry, **kwargs: Any) -> None:
        at = inquiry.assessment_at if inquiry.status == Inquiry.Status.ASSESSMENT else None
        kwargs["initial"] = {"at": at} | (kwargs.get("initial") or {})
        super().__init__(data, inquiry=inquiry, **kwargs)

    def chosen(self) -> dict[str, str]:
        at = timezone.localtime(self.cleaned_data["at"])
        return {"assessment_at": date_format(at, "D, M j, Y, g:i a")}

    def take(self) -> Inquiry:
        at: datetime.datetime = self.cleaned_data["at"]
        if not calling.is_open(at):
            self.done = _(
                "The assessment of %(reference)s is scheduled. That is outside opening hours."
            )
        return workflow.schedule_assessment(**self.act, at=at)


class NoteForm(StepForm):
    action = Action.NOTE
    button = _("Add the note")
    done = _("The note on %(reference)s is added.")
    free_text = "text"

    text = RemarkField(label=_("Note"), error_messages={"required": _("Write the note.")})

    def take(self) -> Inquiry:
        return workflow.add_note(
            inquiry=self.inquiry, actor=self.actor, text=self.cleaned_data["text"]
        )


class PriorityForm(StepForm):
    action = Action.PRIORITY
    button = _("Set the priority")
    done = _("The priority of %(reference)s is set.")
    free_text = "reason"

    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=Inquiry.Priority.choices,
        coerce=int,
        error_messages={"required": _("Choose the priority.")},
    )
    reason = RemarkField(label=_("Why"), error_messages={"required": _("Write why.")})

    def __init__(self, data: Any = None, *, inquiry: Inquiry, **kwargs: Any) -> None:
        kwargs["initial"] = {"priority": inquiry.priority} | (kwargs.get("initial") or {})
        super().__init__(data, inquiry=inquiry, **kwargs)

    def chosen(self) -> dict[str, str]:
        return {"priority": str(Inquiry.Priority(self.cleaned_data["priority"]).label)}

    def take(self) -> Inquiry:
        return workflow.set_priority(
            **self.act,
            priority=self.cleaned_data["priority"],
            reason=self.cleaned_data["reason"],
        )


class FollowUpForm(StepForm):
    action = Action.FOLLOW_UP
    button = _("Set the day")
    done = _("The follow-up day of %(reference)s is set.")

    on = DayField(
        required=False,
        help_text=_(
            "The inquiry comes back under “Follow up today” on that day. Leave it empty to take "
            "the day away."
        ),
    )

    def __init__(self, data: Any = None, *, inquiry: Inquiry, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": inquiry.follow_up_on} | (kwargs.get("initial") or {})
        super().__init__(data, inquiry=inquiry, **kwargs)

    def chosen(self) -> dict[str, str]:
        on = self.cleaned_data["on"]
        return {"follow_up_on": date_format(on, "D, M j, Y") if on else gettext("none")}

    def take(self) -> Inquiry:
        on: datetime.date | None = self.cleaned_data["on"]
        if on is None:
            self.done = _("%(reference)s has no follow-up day any more.")
        return workflow.set_follow_up(**self.act, on=on)


class HandOverForm(StepForm):
    action = Action.HAND_OVER
    button = _("Hand over")
    done = _("%(reference)s is handed over.")
    free_text = "reason"

    to = ColleagueField(
        label=_("To whom"),
        queryset=User.objects.none(),
        error_messages={
            "required": _("Choose a colleague."),
            "invalid_choice": _("Choose a colleague from the list."),
        },
    )
    reason = RemarkField(label=_("What they should know"), required=False)

    def __init__(self, data: Any = None, *, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(data, inquiry=inquiry, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, ColleagueField)  # noqa: S101 - for the type checker
        # As with outcomes: whoever has it already is not offered, but refused by the workflow.
        field.queryset = workflow.people_who_work()
        others = ((key, name) for key, name in staff.choices() if key != inquiry.assignee_id)
        field.widget.choices = [("", _("Choose a colleague")), *others]

    def chosen(self) -> dict[str, str]:
        return {"assignee": workflow.shown_name(self.cleaned_data["to"])}

    def take(self) -> Inquiry:
        return workflow.hand_over(
            **self.act, to=self.cleaned_data["to"], reason=self.cleaned_data["reason"]
        )


class ReleaseForm(StepForm):
    action = Action.RELEASE
    button = _("Return to the queue")
    done = _("%(reference)s is back in the queue.")
    free_text = "reason"

    reason = RemarkField(label=_("Why"), required=False)

    def chosen(self) -> dict[str, str]:
        return {"assignee": gettext("nobody")}

    def take(self) -> Inquiry:
        return workflow.release(**self.act, reason=self.cleaned_data["reason"])


class CloseForm(StepForm):
    action = Action.CLOSE
    button = _("Close the inquiry")
    done = _("%(reference)s is closed.")
    free_text = "reason"

    outcome = forms.TypedChoiceField(
        label=_("How it ended"),
        coerce=Ending.of,
        choices=[("", _("Choose one")), *((e.value, e.label) for e in ENDINGS)],
        error_messages={"required": _("Choose how it ended.")},
    )
    reason = RemarkField(label=_("Remark"), required=False)

    def __init__(self, data: Any = None, *, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(data, inquiry=inquiry, **kwargs)
        # Shown: what is legal now. Accepted: all, so that an outcome that has become illegal
        # meanwhile is refused by the workflow, in its own words.
        legal = workflow.closing_outcomes(inquiry)
        widget = self.fields["outcome"].widget
        assert isinstance(widget, forms.Select)  # noqa: S101 - for the type checker
        widget.choices = [
            ("", _("Choose one")),
            *((e.value, e.label) for e in ENDINGS if e.outcome in legal),
        ]
        unreached = Inquiry.Outcome.COULD_NOT_REACH
        if unreached not in legal and inquiry.status in workflow.CLOSES_FROM[unreached]:
            self.fields["outcome"].help_text = _("Not yet “Could not reach”: %(so_far)s.") % {
                "so_far": reaching.in_words(inquiry)
            }

    def chosen(self) -> dict[str, str]:
        return {
            "status": str(Inquiry.Status.CLOSED.label),
            "outcome": str(self.cleaned_data["outcome"].label),
        }

    def take(self) -> Inquiry:
        return workflow.close(
            **self.act,
            outcome=self.cleaned_data["outcome"].outcome,
            referral=self.cleaned_data["outcome"].referral,
            reason=self.cleaned_data["reason"],
        )


class ReopenForm(StepForm):
    action = Action.REOPEN
    button = _("Reopen the inquiry")
    done = _("%(reference)s is open again.")
    free_text = "reason"

    reason = RemarkField(
        label=_("Why"), error_messages={"required": _("Write why it is opened again.")}
    )

    def chosen(self) -> dict[str, str]:
        return {"status": gettext("open again")}

    def take(self) -> Inquiry:
        return workflow.reopen(**self.act, reason=self.cleaned_data["reason"])


FORMS: dict[Action, type[StepForm]] = {
    form.action: form
    for form in (
        ClearForm,
        ClaimForm,
        AttemptForm,
        ReplyForm,
        AssessmentForm,
        NoteForm,
        PriorityForm,
        FollowUpForm,
        HandOverForm,
        ReleaseForm,
        CloseForm,
        ReopenForm,
    )
}
