"""Leave to use a channel."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .inquiry import Channel, Inquiry


class Consent(models.Model):
    """Leave to use one channel, with the words it was given under. Revoking keeps the row."""

    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="consents")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    wording_version = models.CharField(_("wording"), max_length=20)
    language = models.CharField(_("language"), max_length=2, choices=Inquiry.Language)
    given_at = models.DateTimeField(_("given"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
        help_text=_("Who heard it said. Empty when it was ticked in the form."),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry", "channel"],
                condition=Q(revoked_at__isnull=True),
                name="consent_one_current_per_channel",
                violation_error_message=_("This channel already has a consent."),
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["call", "text", "email"]),
                name="consent_known_channel",
                violation_error_message=_("Choose one of the channels listed."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("given_at")),
                name="consent_revoked_after_given",
                violation_error_message=_("A consent is revoked after it was given."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} ({self.wording_version})"
