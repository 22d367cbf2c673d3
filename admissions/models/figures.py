"""What the lead's page counts: figures of each day, kept so that no page adds up the inquiries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DayFigures(models.Model):
    """The inquiries received on one day of the clinic's own time zone, counted. Of nobody.

    `counts` maps a topic ("hour", "source", "came_from", "outcome", "first_attempt",
    "first_contact", "promise") to {value: how many}; `open` maps a key of an account, "" for
    nobody, to the inquiries of that day that are still open with them. `terms` is the digest of
    the promise and the hours that it was judged by (figures.Promise).
    """

    day = models.DateField(_("day"), unique=True)
    made_at = models.DateTimeField(_("counted"))
    counts = models.JSONField(_("counts"), default=dict)
    open = models.JSONField(_("still open"), default=dict)
    terms = models.CharField(_("terms"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("figures of a day")
        verbose_name_plural = _("how the desk is doing")
        default_permissions = ("view",)
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class FiguresMark(models.Model):
    """How far the figures have followed the timelines. One row."""

    only = models.BooleanField(_("the only row"), default=True, unique=True, editable=False)
    event = models.BigIntegerField(_("last entry counted"), default=0)
    at = models.DateTimeField(_("figures as of"))
    terms = models.CharField(_("terms now"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("state of the figures")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(only=True),
                name="figuresmark_is_one_row",
                violation_error_message=_("There is one state of the figures."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
