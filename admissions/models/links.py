"""Inquiries that are of the same person, as a member of staff has decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .inquiry import Inquiry


class InquiryLink(models.Model):
    """Two inquiries of one person. Each keeps its own status and clock; unlinking removes the row.

    The one with the smaller key is `low`, so that a pair has one row.
    """

    low = models.ForeignKey(Inquiry, models.CASCADE, related_name="+", db_index=False)
    high = models.ForeignKey(Inquiry, models.CASCADE, related_name="+")
    linked_at = models.DateTimeField(_("linked"), default=timezone.now)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("link between inquiries")
        verbose_name_plural = _("links between inquiries")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["low", "high"],
                name="inquirylink_once",
                violation_error_message=_("These inquiries are linked already."),
            ),
            models.CheckConstraint(
                condition=Q(low__lt=F("high")),
                name="inquirylink_low_before_high",
                violation_error_message=_("An inquiry is not linked with itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} – {self.high_id}"
