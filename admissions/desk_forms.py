"""The form with which staff write down who calls or walks in: the public questions, in one go."""

from __future__ import annotations

from typing import Any, Self, cast

from django.db.models import Field
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .forms import InquiryForm
from .forms.fields import ChoiceField, ManyField, Radios
from .forms.inquiry import YES
from .intake import Answers
from .models import Inquiry

SOURCES = [(source.value, source.label) for source in Inquiry.Source if source != "web"]


class DeskInquiryForm(InquiryForm):
    """What somebody says on the phone or at the desk, with the checks of the public form.

    A consent is one that was said aloud, after its words were read to the person.
    """

    # In the order of a call: what shows earlier inquiries comes first.
    SECTIONS = (  # type: ignore[assignment]
        (_("Who it is"), ("source", "phone", "name", "email")),
        (
            _("How to reach them"),
            (
                *("asking_for", "relationship", "contact_by", "voicemail_ok", "ask_for"),
                *("best_time", "language"),
            ),
        ),
        (_("What helps prepare"), ("situation", "payer", "message")),
        (_("What was agreed"), ("consent", "claim")),
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        del self.fields["confirmation"]  # for those who sit before a form of their own
        for name in Answers.__annotations__.keys() & self.fields.keys():
            field = self.fields[name]
            column = cast("Field[Any, Any]", Inquiry._meta.get_field(name))
            field.label, field.help_text = capfirst(str(column.verbose_name)), ""
            field.widget.attrs["autocomplete"] = "off"
        consent = self.fields["consent"]
        consent.label = _("Later contact they agreed to")
        # Changed words need a new SPOKEN_WORDING_VERSION in intake.py.
        consent.help_text = _(
            "Read out: “May we contact you again later about treatment? You do not have to agree "
            "to get care, and you can change your mind at any time.” Tick what they said yes to; "
            "your name is kept with it."
        )
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

    @classmethod
    def again(cls, data: QueryDict, *, focus: str = "", fresh_key: bool = False) -> Self:
        form = cast(Self, super().again(data, focus=focus, fresh_key=fresh_key))
        form.initial.update(source=data.get("source"), claim=data.getlist("claim"))
        return form

    def _is_asked(self, name: str) -> bool:
        return name in self.fields
