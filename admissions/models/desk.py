"""How the desk is staffed, and for how long it keeps what it holds."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from solo.models import SingletonModel

from ..clock import LAST_MINUTE

LONGEST_MONTHS = 120
LONGEST_TRYING = 14


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class DeskSettings(SingletonModel):
    """What the clinic decides about its admissions desk. One row."""

    class MessagesSeenBy(models.TextChoices):
        ALL = "all", _("Everybody who works inquiries")
        ASSIGNEE = "assignee", _("Whoever has the inquiry, and leads")
        LEADS = "leads", _("Leads only")

    retention_months = models.PositiveSmallIntegerField(
        _("months to keep a closed inquiry"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MONTHS)],
        help_text=_(
            "Counted from the day it was closed. Then the person is erased from it; dates and "
            "outcome stay for statistics. No law sets this for people who were not admitted."
        ),
    )
    messages_while_full = models.BooleanField(
        _("take messages while not accepting new clients"),
        default=True,
        help_text=_("If not, the form says that the clinic is full and what to do instead."),
    )
    messages_seen_by = models.CharField(
        _("who sees what people wrote"),
        max_length=10,
        choices=MessagesSeenBy,
        default=MessagesSeenBy.ALL,
        help_text=_("The message, and earlier versions of it. All else in an inquiry shows."),
    )

    days_to_try = models.PositiveSmallIntegerField(
        _("days to try before “could not reach”"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TRYING)],
        help_text=_("On how many different days somebody has to try to reach a person."),
    )

    class Meta:
        verbose_name = _("desk settings")
        default_permissions = ("change", "view")
        constraints = [
            models.CheckConstraint(
                condition=Q(retention_months__gte=1, retention_months__lte=LONGEST_MONTHS),
                name="desksettings_retention_in_range",
                violation_error_message=_("Choose from 1 to 120 months."),
            ),
            models.CheckConstraint(
                condition=Q(days_to_try__gte=1, days_to_try__lte=LONGEST_TRYING),
                name="desksettings_days_to_try_in_range",
                violation_error_message=_("Choose from 1 to 14 days."),
            ),
            models.CheckConstraint(
                condition=Q(messages_seen_by__in=["all", "assignee", "leads"]),
                name="desksettings_known_readers",
                violation_error_message=_("Choose one of the groups listed."),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def covering(self, local: datetime.datetime) -> Self:
        """Those that `local`, a moment in the clinic's own time, falls into."""
        now = local.time().replace(tzinfo=None)
        return self.filter(weekday=local.weekday(), starts__lte=now).filter(
            Q(ends__gt=now) | Q(ends__gte=LAST_MINUTE)
        )


class DutyShift(models.Model):
    """A span of the week in which someone is on duty, told of each inquiry as it comes."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"), help_text=_("11:59 p.m. means until midnight."))

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift on duty")
        verbose_name_plural = _("duty roster")
        ordering = ["weekday", "starts", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends")),
                name="dutyshift_starts_before_it_ends",
                violation_error_message=_(
                    "A shift ends after it starts. Enter one over midnight as two."
                ),
            ),
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6),
                name="dutyshift_known_weekday",
                violation_error_message=_("Choose a day of the week."),
            ),
            models.UniqueConstraint(
                fields=["member", "weekday", "starts"],
                name="dutyshift_once",
                violation_error_message=_("This person has a shift from that time already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}"


class DutyFallback(models.Model):
    """Someone who is told while nobody is on duty."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("fallback for the roster")
        verbose_name_plural = _("fallback list for the roster")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.member)
