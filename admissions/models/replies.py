"""What staff answer by e-mail, prepared once: no person is in a template."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .inquiry import Inquiry

LONGEST_REPLY = 4000
PLACES = ("name", "clinic", "promise")
PLACE = re.compile(r"\{([^{}\n]*)\}")


class ReplyTemplate(models.Model):
    """A text in one language, with places for {name}, {clinic} and {promise}."""

    name = models.CharField(_("name"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=Inquiry.Language)
    body = models.TextField(
        _("text"),
        max_length=LONGEST_REPLY,
        help_text=_(
            "Plain text. {name}, {clinic} and {promise} are filled in. E-mail is not private: "
            "write nothing that says what the person asked about."
        ),
    )
    reviewed = models.BooleanField(
        _("reviewed"),
        default=False,
        help_text=_("Somebody who may speak for the clinic has read it. Until then it is a draft."),
    )

    class Meta:
        verbose_name = _("reply template")
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "language"],
                name="replytemplate_once_per_language",
                violation_error_message=_("There is a template of this name in this language."),
            ),
            models.CheckConstraint(
                condition=Q(language__in=["en", "es"]),
                name="replytemplate_known_language",
                violation_error_message=_("Choose one of the languages listed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_language_display()})"

    def clean(self) -> None:
        unknown = [place for place in PLACE.findall(self.body) if place not in PLACES]
        if unknown:
            raise ValidationError(
                {
                    "body": _("{%(place)s} is not filled in. Use {name}, {clinic} or {promise}.")
                    % {"place": unknown[0]}
                }
            )
