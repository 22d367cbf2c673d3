"""The public questions as staff ask them; the form for writing down who calls or walks in."""

from __future__ import annotations

from typing import Any, Self, cast

from django.db.models import Field
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from programs.models import Payer

from .facets import FACETS
from .forms import InquiryForm
from .forms.fields import ChoiceField, ManyField, Radios
from .forms.inquiry import YES
from .intake import Answers
from .models import Channel, Inquiry

SOURCES = [(source.value, source.label) for source in Inquiry.Source if source != "web"]


class StaffInquiryForm(InquiryForm):
    """The public form's questions, values and checks in the words of staff: of somebody else."""

    CHOICES = {
        "asking_for": FACETS["asking_for"].choices,
        "situation": (("", _("Not said")), *Inquiry.Situation.choices),
        "payer": (
            ("", _("Not said")),
            *(dict(Payer.choices) | {Payer.SELF.value: _("Paying themselves")}).items(),
        ),
    }
    HINTS = {
        "phone": _("Needed for a call or a text message."),
        "email": _("Needed for an e-mail."),
        "voicemail_ok": _("Needed for a call."),
    }
    MISTAKES = {
        "asking_for": {"required": _("Choose for whom they are asking.")},
        "name": {
            "required": _("Enter the name. A first name is enough."),
            "max_length": _("Shorten the name to 120 characters. It has %(show_value)d now."),
        },
        "contact_by": {"required": _("Choose how they want to be contacted.")},
        "message": {
            "max_length": _("Shorten the message to 2,000 characters. It has %(show_value)d now.")
        },
    }
    missing_route = {
        Channel.CALL.value: ("phone", _("Enter the phone number: they want a call.")),
        Channel.TEXT.value: ("phone", _("Enter the phone number: they want a text message.")),
        Channel.EMAIL.value: ("email", _("Enter the e-mail address: they want an e-mail.")),
    }
    missing_voicemail = _("Choose whether a voicemail is fine: they want a call.")

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name in Answers.__annotations__.keys() & self.fields.keys():
            field = self.fields[name]
            column = cast("Field[Any, Any]", Inquiry._meta.get_field(name))
            field.label = capfirst(str(column.verbose_name))
            field.help_text = self.HINTS.get(name, "")
            field.error_messages.update(self.MISTAKES.get(name, {}))
            field.widget.attrs["autocomplete"] = "off"
        for name, choices in self.CHOICES.items():
            cast(ChoiceField, self.fields[name]).choices = choices

    def _is_asked(self, name: str) -> bool:
        return name in self.fields


class DeskInquiryForm(StaffInquiryForm):
    """What somebody says on the phone or at the desk.

    A consent is one that was said aloud, after its words were read to the person.
    """

    # In the order of a call: what shows earlier inquiries comes first.
    SECTIONS = (  # type: ignore[assignment]
        (_("Who it is"), ("phone", "name", "email", "source")),
        (_("Who it is for"), ("asking_for", "relationship")),
        (
            _("How to reach them"),
            ("contact_by", "voicemail_ok", "ask_for", "best_time", "language"),
        ),
        (_("What helps prepare"), ("situation", "payer", "message")),
        (_("What was agreed"), ("consent", "claim")),
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        if data is None and not kwargs.get("initial"):
            kwargs["focus"] = "phone"  # nothing is typed yet: the call begins here
        super().__init__(data, **kwargs)
        del self.fields["confirmation"]  # for those who sit before a form of their own
        consent = cast(ManyField, self.fields["consent"])
        consent.label = _("Later contact they agreed to")
        # Changed words need a new SPOKEN_WORDING_VERSION in intake.py. Those of the boxes, which
        # staff tick, are not read out.
        consent.help_text = _(
            "Read out: “May we contact you again later about treatment? You do not have to agree "
            "to get care, and you can change your mind at any time.” Tick what they said yes to; "
            "your name is kept with it."
        )
        consent.choices = Channel.choices
        self.fields["source"] = ChoiceField(
            label=_("How it came"),
            choices=SOURCES,
            widget=Radios,
            error_messages={"required": _("Choose how it came.")},
        )
        self.fields["claim"] = ManyField(
            label=_("Who goes on with it"),
            choices=[(YES, _("I take this inquiry myself"))],
            required=False,
            help_text=_("Then this talk counts as the first contact, and nobody else is told."),
        )
        self.initial = {"source": SOURCES[0][0], "claim": [YES], **self.initial}
        # The order in which the summary tells mistakes, too.
        self.order_fields([name for _title, names in self.SECTIONS for name in names])

    @classmethod
    def again(cls, data: QueryDict, *, focus: str = "", fresh_key: bool = False) -> Self:
        form = cast(Self, super().again(data, focus=focus, fresh_key=fresh_key))
        form.initial.update(source=data.get("source"), claim=data.getlist("claim"))
        return form
