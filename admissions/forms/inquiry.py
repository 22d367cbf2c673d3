"""The inquiry form: the least that lets someone be called back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django import forms
from django.core.signing import Signer
from django.http import QueryDict
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.models import Payer

from .. import spam
from ..intake import Answers
from ..models import Channel, Inquiry
from . import wording
from .fields import (
    ChoiceField,
    EmailField,
    LineField,
    ManyField,
    MessageField,
    PhoneField,
    Question,
    Radios,
    words_of,
)

YES, NO = "yes", "no"
US = 1  # calling code
RANDOM = 4  # UUID version
EXTENSION_LENGTH = 12
SIGNED = "checked"  # the hidden input with the signature


class Row(NamedTuple):
    """One line of the check-your-answers page; `answer` is "" where there is none."""

    name: str
    question: str
    answer: str


def _line(name: str, length: int, *, required: bool = False, complete: str = "off") -> LineField:
    """A one-line field. `complete` is its autocomplete purpose; "off" also keeps it out of what
    the browser remembers for whoever uses the device next."""
    return LineField(
        max_length=length,
        required=required,
        error_messages={
            "required": wording.REQUIRED.get(name, ""),
            "max_length": wording.TOO_LONG[name],
        },
        widget=forms.TextInput(
            attrs={"autocomplete": complete, "dir": "auto", "spellcheck": "false"}
        ),
    )


def _radios(name: str, choices: Any) -> ChoiceField:
    required = name in wording.REQUIRED
    return ChoiceField(
        choices=choices,
        required=required,
        widget=Radios,
        error_messages={"required": wording.REQUIRED[name]} if required else None,
    )


def _menu(choices: Any) -> ChoiceField:
    return ChoiceField(choices=[("", _("Choose one, or skip this")), *choices], required=False)


class InquiryForm(forms.Form):
    """One short form for everybody, worded for who is asking.

    Bound, it validates; unbound, it shows `initial` as it is, without judging it.
    `focus` names the field that has the page's focus. `preset`: a link chose whom it is about, and
    nothing is answered yet, so the page does not ask for that again.
    """

    data: QueryDict

    preset = False
    # What is said when the chosen way of contact lacks what it needs.
    missing_route = wording.MISSING_ROUTE
    missing_voicemail = wording.MISSING_VOICEMAIL
    use_required_attribute = False
    bound_field_class = Question

    asking_for = _radios("asking_for", Inquiry.AskingFor.choices)
    relationship = _line("relationship", 60)
    name = _line("name", 120, required=True, complete="name")
    ask_for = _line("ask_for", 120)
    contact_by = _radios("contact_by", Channel.choices)
    phone = PhoneField(
        required=False,
        error_messages={"invalid": wording.PHONE_UNCLEAR},
        # The field's own widget would show a number it cannot read as other digits.
        widget=forms.TelInput(
            attrs={"inputmode": "tel", "autocomplete": "tel", "spellcheck": "false"}
        ),
    )
    email = EmailField(
        max_length=254,
        required=False,
        error_messages={
            "invalid": wording.EMAIL_UNCLEAR,
            "max_length": wording.TOO_LONG["email"],
        },
        widget=forms.EmailInput(
            attrs={"inputmode": "email", "autocomplete": "email", "spellcheck": "false"}
        ),
    )
    voicemail_ok = _radios("voicemail_ok", [(YES, _("Yes")), (NO, _("No"))])
    best_time = ManyField(choices=Inquiry.BestTime.choices, required=False)
    language = _radios("language", wording.LANGUAGE_CHOICES)
    situation = _menu(Inquiry.Situation.choices)
    payer = _menu(Payer.choices)
    message = MessageField(
        max_length=2000,
        required=False,
        error_messages={"max_length": wording.TOO_LONG["message"]},
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "autocomplete": "off"}),
    )
    consent = ManyField(choices=list(wording.CONSENT_CHOICES.items()), required=False)
    confirmation = ManyField(choices=[(YES, wording.CONFIRMATION_CHOICE)], required=False)

    # Marked "(optional)". Neither these nor required: what the chosen way of contact decides, and
    # the language, which always has an answer.
    optional = frozenset(
        (
            "relationship",
            "ask_for",
            "best_time",
            "situation",
            "payer",
            "message",
            "consent",
            "confirmation",
        )
    )
    SECTIONS = (
        (_("Who this is about"), ("asking_for", "relationship")),
        (
            _("How to reach you"),
            (
                "name",
                "contact_by",
                "phone",
                "email",
                "voicemail_ok",
                "ask_for",
                "best_time",
                "language",
            ),
        ),
        (_("What helps us prepare"), ("situation", "payer", "message")),
        (_("Staying in touch"), ("confirmation", "consent")),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, Any] | None = None,
        key: str | None = None,
        came_with: Mapping[str, str] | None = None,
        focus: str = "",
    ) -> None:
        self.site_language = _site_language()
        presets = {"language": self.site_language} | (initial or {})
        super().__init__(data, initial=presets, label_suffix="")
        self.key = _key(key if data is None else data.get("key"))
        came_with = came_with if data is None else data
        # When it was opened, signed, and what stands in the field that people do not see.
        self.opened = spam.opened_now() if came_with is None else came_with.get("opened", "")
        # From what kind of page, never from which.
        kind = "" if came_with is None else came_with.get("came_from", "")
        self.came_from = kind if kind in Inquiry.CameFrom.values else ""
        self.trap = "" if came_with is None else came_with.get(spam.TRAP, "")
        self.audience = self._audience()
        for name, field in self.fields.items():
            field.label = wording.label(name, self.audience)
            field.help_text = wording.hint(name, self.audience)
        if focus in self.fields:
            self.fields[focus].widget.attrs["autofocus"] = True

    @classmethod
    def for_audience(cls, asking_for: str, came_from: str = "") -> InquiryForm:
        """An empty form, preset for `asking_for` by a link on a page of the kind `came_from`.

        Values that are not known preset nothing.
        """
        known = asking_for in Inquiry.AskingFor.values
        form = cls(initial={"asking_for": asking_for} if known else None)
        form.preset = known
        form.came_from = came_from if came_from in Inquiry.CameFrom.values else ""
        return form

    @classmethod
    def again(cls, data: QueryDict, *, focus: str = "", fresh_key: bool = False) -> InquiryForm:
        """The form with every answer of `data` in it, none of them judged."""
        kept = {
            name: data.getlist(name) if isinstance(field, ManyField) else data.get(name)
            for name, field in cls.base_fields.items()
            # An empty language still has its default.
            if data.get(name) or (name != "language" and name in data)
        }
        key = None if fresh_key else data.get("key")
        return cls(initial=kept, key=key, came_with=data, focus=focus)

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        """The form's parts: a heading and its fields, those that are asked."""
        parts = (
            (str(title), [self[name] for name in names if self._is_asked(name)])
            for title, names in self.SECTIONS
        )
        return [(title, fields) for title, fields in parts if fields]

    @property
    def error_links(self) -> list[tuple[str, str]]:
        """The id to go to and the words of each mistake, in the page's order."""
        return [
            (question.first_id, str(message))
            for _title, questions in self.sections
            for question in questions
            for message in question.errors
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._refuse_repeated()
        channel = self.cleaned_data.get("contact_by", "")
        if channel:
            route, message = self.missing_route[channel]
            if route not in self.errors and not cleaned.get(route):
                self.add_error(route, message)
        if (
            channel == Channel.CALL
            and "voicemail_ok" not in self.errors
            and not cleaned.get("voicemail_ok")
        ):
            self.add_error("voicemail_ok", self.missing_voicemail)
        if cleaned.get("confirmation") and "email" not in self.errors and not cleaned.get("email"):
            self.add_error("email", wording.MISSING_FOR_CONFIRMATION)
        return cleaned

    def clean_phone(self) -> Any:
        number = self.cleaned_data["phone"]
        if number and len(number.extension or "") > EXTENSION_LENGTH:
            raise forms.ValidationError(wording.EXTENSION_TOO_LONG)
        return number

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or Inquiry.Language.ENGLISH.value

    def answers(self) -> Answers:
        """The valid answers as `intake.receive()` takes them; consent is apart."""
        said = self.cleaned_data
        number = said["phone"]
        return Answers(
            asking_for=said["asking_for"],
            relationship=said["relationship"],
            name=said["name"],
            ask_for=said["ask_for"],
            phone=number.as_e164 if number else "",
            phone_extension=(number.extension or "") if number else "",
            email=said["email"],
            contact_by=said["contact_by"],
            best_time=said["best_time"],
            voicemail_ok=said["voicemail_ok"] == YES,
            language=said["language"],
            situation=said["situation"],
            payer=said["payer"],
            message=said["message"],
        )

    def rows(self) -> list[Row]:
        """The valid answers in words, for the person to check."""
        return [
            Row(question.name, question.label, self._in_words(question.name))
            for _title, questions in self.sections
            for question in questions
        ]

    def written(self) -> list[Row]:
        """What a person wrote in their own words, judged or not, for them to keep."""
        return [
            Row(name, str(self[name].label), str(self[name].value()))
            for name, field in self.fields.items()
            if isinstance(field, forms.CharField) and self[name].value()
        ]

    def posted(self) -> list[tuple[str, str]]:
        """Names and values of the hidden inputs that send the same answers again."""
        pairs = [("key", self.key), ("opened", self.opened), (spam.TRAP, self.trap)]
        pairs += [("came_from", self.came_from)] if self.came_from else []
        for name, field in self.fields.items():
            values = self.data.getlist(name)
            values = list(dict.fromkeys(values)) if isinstance(field, ManyField) else values[-1:]
            pairs += [(name, value) for value in values]
        return pairs

    def signature(self) -> str:
        """Signs the valid answers as the person checks them: what is sent then is what they saw.

        Over what is understood, not what was typed: browsers write line breaks in their own way.
        """
        agreed = [self.cleaned_data[name] for name in ("consent", "confirmation")]
        said = [self.key, self.answers(), *agreed]
        return _signer().signature(json.dumps(said, sort_keys=True))

    def was_checked(self) -> bool:
        """Whether these are the answers that were checked. True where nothing says otherwise:
        a form sent straight away carries no signature.
        """
        signature = self.data.get(SIGNED)
        return signature is None or constant_time_compare(signature, self.signature())

    def _is_asked(self, name: str) -> bool:
        """Whether `name` is shown. What has an answer or a mistake always is."""
        if name == "asking_for":
            return not self.preset
        if name == "relationship" and self.audience == Inquiry.AskingFor.SELF:
            return bool(self[name].value() or self[name].errors)
        return True

    def _audience(self) -> str:
        chosen = self.data.get("asking_for") if self.is_bound else self.initial.get("asking_for")
        return chosen if chosen in Inquiry.AskingFor.values else ""

    def _refuse_repeated(self) -> None:
        """A question with one answer that came with two: guessing which is meant helps nobody."""
        for name, field in self.fields.items():
            if not isinstance(field, ManyField) and len(set(self.data.getlist(name))) > 1:
                self.errors.pop(name, None)
                self.add_error(name, wording.ONCE)

    def _in_words(self, name: str) -> str:
        value, field = self.cleaned_data[name], self.fields[name]
        if name == "phone" and value:
            return value.as_national if value.country_code == US else value.as_international
        if isinstance(field, forms.ChoiceField) and value:
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(words_of(field)[one] for one in chosen)
        return str(value or "")


def _signer() -> Signer:
    return Signer(salt="admissions.checked")


def _site_language() -> str:
    language = (get_language() or "")[:2]
    return language if language in Inquiry.Language.values else Inquiry.Language.ENGLISH.value


def _key(text: str | None) -> str:
    """`text` when it is a random UUID as this form writes them, otherwise a fresh one.

    Anything else (the same made-up key in two people's scripts, say) must not join inquiries.
    """
    try:
        known = UUID(text or "")
    except ValueError:
        return str(uuid4())
    return str(known if known.version == RANDOM and str(known) == text else uuid4())
