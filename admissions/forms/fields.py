"""Fields that normalise what people type, and how every field of the form is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from phonenumber_field.formfields import PhoneNumberField

from . import wording

# Controls other than tab and line break, and halves of surrogate pairs (a form sent as UTF-7 or
# UTF-16 can hold them). Databases refuse some of them and an answer cannot be encoded with others.
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_BREAKS = re.compile(r"[\t\r\n]+")


def storable(value: Any) -> Any:
    """`value` without what can neither be stored nor shown again; lists item by item."""
    if isinstance(value, list):
        return [storable(item) for item in value]
    return UNSTORABLE.sub("", value) if isinstance(value, str) else value


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Zs", "Zl", "Zp", "Cf", "Cc"}


class TextMixin(forms.Field):
    """Keeps text as typed, but for line breaks, outer spaces and text that shows nothing.

    Unstorable characters are refused, and shown again without them, so that sending the form
    once more is enough. No `maxlength` in the page: a browser would cut a pasted text silently.
    """

    one_line = True

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return super().to_python(value)
        text = str(value)
        if UNSTORABLE.search(text):
            raise ValidationError(
                wording.HIDDEN_CHARACTERS, code="hidden", params={"field": self.label}
            )
        text = _LINE_BREAKS.sub(" ", text) if self.one_line else _unix_lines(text)
        return super().to_python(text if any(map(_is_visible, text)) else "")

    def prepare_value(self, value: Any) -> Any:
        return storable(super().prepare_value(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = dict(super().widget_attrs(widget))
        attrs.pop("maxlength", None)
        return attrs


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class LineField(TextMixin, forms.CharField):
    """One line of text."""


class MessageField(TextMixin, forms.CharField):
    """Some lines of text. A line break is one character, however the browser sends it."""

    one_line = False


class EmailField(TextMixin, forms.EmailField):
    pass


class PhoneField(TextMixin, PhoneNumberField):
    """A number in any format, read as American unless it begins with `+`; a PhoneNumber."""


class Radios(forms.RadioSelect):
    """Radio buttons, of which only the first can have the page's focus."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return _focus_on_first(super().create_option(*args, **kwargs))


class Checkboxes(forms.CheckboxSelectMultiple):
    """Check boxes, of which only the first can have the page's focus."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return _focus_on_first(super().create_option(*args, **kwargs))


def _focus_on_first(option: dict[str, Any]) -> dict[str, Any]:
    if option["index"] != "0":
        option["attrs"].pop("autofocus", None)
    return option


def words_of(field: forms.ChoiceField) -> dict[str, str]:
    """The choices of `field` in their order: what is sent, and how it reads."""
    choices = cast("Iterable[tuple[str, Any]]", field.choices)
    return {str(value): str(label) for value, label in choices}


class ChoiceField(forms.ChoiceField):
    default_error_messages = {"invalid_choice": wording.CHOOSE_LISTED}


class ManyField(forms.MultipleChoiceField):
    """Any number of the choices, each once and in the order they are listed."""

    default_error_messages = {"invalid_choice": wording.CHOOSE_LISTED}
    widget = Checkboxes

    def clean(self, value: Any) -> list[str]:
        chosen = super().clean(value)
        return [choice for choice in words_of(self) if choice in chosen]


class Question(BoundField):
    """A field as the one field template and the error summary need it."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        classes = [_css_class(widget or self.field.widget)]
        if self.errors:
            classes.append("is-invalid")
        attrs["class"] = " ".join(classes)
        return attrs

    @property
    def first_id(self) -> str:
        """The id of the control that a link to this question leads to."""
        return f"{self.auto_id}_0" if self.use_fieldset else self.auto_id

    @property
    def optional(self) -> bool:
        return self.name in cast(Any, self.form).optional


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"
