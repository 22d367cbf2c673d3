"""What finds a sealed inquiry: keyed digests of what it says."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .inquiry import Inquiry


class LookupToken(models.Model):
    """The digest (protection/digests.py) of one thing an inquiry can be found or related by."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        PHONE_END = "phone-end", _("Last four digits of the phone")
        EMAIL = "email", _("E-mail")
        REFERENCE = "reference", _("Reference")
        NAME = "name", _("Word of a name")
        WHOLE_NAME = "whole-name", _("Whole name")

    # No index of its own: the unique constraint begins with it.
    inquiry = models.ForeignKey(
        Inquiry, models.CASCADE, related_name="lookup_tokens", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    digest = models.BinaryField(_("digest"), max_length=16)

    class Meta:
        verbose_name = _("lookup token")
        default_permissions = ()
        indexes = [models.Index(fields=["digest", "inquiry"], name="lookuptoken_by_digest")]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry", "digest"],
                name="lookuptoken_once",
                violation_error_message=_("This inquiry has this token already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["phone", "phone-end", "email", "reference", "name", "whole-name"]
                ),
                name="lookuptoken_known_kind",
                violation_error_message=_("Choose one of the kinds listed."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class LookupKeyMark(models.Model):
    """Which LOOKUP_KEY this database's digests were made with. One row.

    With another key nothing would be found and nothing related, without a word about it; the site
    compares this mark when it starts.
    """

    only = models.BooleanField(default=True, unique=True, editable=False)
    key_id = models.CharField(max_length=16, editable=False)

    class Meta:
        verbose_name = _("mark of the lookup key")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(only=True),
                name="lookupkeymark_one_row",
                violation_error_message=_("There is one lookup key."),
            )
        ]

    def __str__(self) -> str:
        return self.key_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.only = True
        super().save(*args, **kwargs)
