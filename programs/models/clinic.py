"""The clinic itself: one row, blank until staff fill it in, plus its hours and what it accepts."""

from __future__ import annotations

import re
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from solo.models import SingletonModel

from .base import ContentRecord, unique_slug


class Payer(models.TextChoices):
    """Ways in which treatment is paid for. A kind, never an insurer's name."""

    PRIVATE = "private", _("Private or employer insurance")
    MEDI_CAL = "medi-cal", _("Medi-Cal")
    MEDICARE = "medicare", _("Medicare")
    MILITARY = "military", _("TRICARE or VA")
    SELF = "self-pay", _("Paying myself")
    UNSURE = "unsure", _("Not sure")


class Clinic(SingletonModel):
    """What is true of the clinic as a whole. Nothing here is made up: a blank value does not show.

    `call_back_minutes` is the promise in minutes of opening time; without it the public pages
    promise no time.
    """

    name = models.CharField(_("name"), max_length=120, default="Amity San Diego")
    phone = PhoneNumberField(_("phone"), blank=True)
    text_phone = PhoneNumberField(_("number for text messages"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    security_contact = models.EmailField(
        _("e-mail for security reports"),
        blank=True,
        help_text=_(
            "Published in /.well-known/security.txt for people who find a weakness in this site. "
            "While it is empty, the clinic’s e-mail stands there, or else the inquiry form."
        ),
    )
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    postal_code = models.CharField(
        _("ZIP code"),
        max_length=10,
        blank=True,
        validators=[
            RegexValidator(r"^\d{5}(-\d{4})?$", _("Write the ZIP code as 5 digits, or 5 and 4."))
        ],
    )
    call_back_minutes = models.PositiveIntegerField(
        _("call-back promise (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)],
        help_text=_("Counted in opening hours. Leave empty to promise no time."),
    )
    accepting_new_clients = models.BooleanField(_("accepting new clients"), null=True, blank=True)
    accepting_checked_on = models.DateField(_("checked on"), null=True, blank=True)
    certification_number = models.CharField(
        _("state certification number"), max_length=40, blank=True
    )
    certification_expires_on = models.DateField(
        _("certification expires on"), null=True, blank=True
    )
    languages = models.TextField(
        _("languages spoken"), blank=True, help_text=_("One language a line.")
    )
    # The admin saves the clinic with its hours and payers, so it holds their changes too.
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    _last_known: ClassVar[Clinic | None] = None

    class Meta:
        verbose_name = _("clinic")
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="programs_clinic_only_one",
                violation_error_message=_("There is one clinic record; change that one."),
            ),
            models.CheckConstraint(
                condition=Q(call_back_minutes__isnull=True)
                | Q(call_back_minutes__range=(5, 7 * 24 * 60)),
                name="programs_clinic_call_back_in_range",
                violation_error_message=_("The promise must lie between 5 minutes and 7 days."),
            ),
            models.CheckConstraint(
                condition=Q(accepting_new_clients__isnull=True)
                | Q(accepting_checked_on__isnull=False),
                name="programs_clinic_accepting_has_checked_date",
                violation_error_message=_(
                    "Say on which day it was checked whether the clinic takes new clients."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(certification_number="") & Q(certification_expires_on__isnull=True))
                | (~Q(certification_number="") & Q(certification_expires_on__isnull=False)),
                name="programs_clinic_certification_has_expiry",
                violation_error_message=_(
                    "A certification needs both its number and the day it expires."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Self:
        """The clinic's record, or an unsaved blank one. Reads only: a page view never writes."""
        clinic = cls.objects.first() or cls(pk=cls.singleton_instance_id)
        Clinic._last_known = clinic
        return clinic

    @classmethod
    def last_known(cls) -> Clinic:
        """What `current` last found in this process: its phone, while the database is down."""
        return cls._last_known or cls(pk=cls.singleton_instance_id)

    @property
    def is_certified(self) -> bool:
        """Whether the state's certification is known and has not run out."""
        expires = self.certification_expires_on
        return bool(expires and expires >= timezone.localdate())

    @property
    def language_list(self) -> list[str]:
        return [line.strip() for line in self.languages.splitlines() if line.strip()]


class OpeningHours(models.Model):
    """One span of a weekday in which admissions answers, in the clinic's time zone."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="programs_openinghours_closes_after_opening",
                violation_error_message=_("Closing time must be later than opening time."),
            ),
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6)),
                name="programs_openinghours_weekday_exists",
                violation_error_message=_("Choose a day of the week."),
            ),
            models.UniqueConstraint(
                fields=["clinic", "weekday", "opens"],
                name="programs_openinghours_unique_start",
                violation_error_message=_("This day already has hours that begin then."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        super().clean()
        if None in (self.weekday, self.opens, self.closes) or self.clinic_id is None:
            return
        others = self.clinic.opening_hours.filter(
            weekday=self.weekday, opens__lt=self.closes, closes__gt=self.opens
        ).exclude(pk=self.pk)
        if others.exists():
            raise ValidationError(_("These hours overlap others on the same day."))


class ClosedDay(models.Model):
    """A day on which admissions does not answer although its weekday has hours."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="closed_days")
    date = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("closed day")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "date"],
                name="programs_closedday_unique_date",
                violation_error_message=_("This day is already marked as closed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.reason}".strip()


class AcceptedPayer(models.Model):
    """A way of paying that the clinic takes, shown only with the day that was verified."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="accepted_payers")
    payer = models.CharField(_("payer"), max_length=20, choices=Payer)
    verified_on = models.DateField(_("verified on"))

    class Meta:
        verbose_name = _("accepted payer")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "payer"],
                name="programs_acceptedpayer_unique_payer",
                violation_error_message=_("This payer is already listed."),
            ),
            models.CheckConstraint(
                condition=Q(payer__in=[value for value in Payer.values if value != "unsure"]),
                name="programs_acceptedpayer_known_payer",
                violation_error_message=_("Choose one of the payers listed."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_payer_display()


dialable = RegexValidator(
    r"^\d[\d-]*\d$", _("Write digits and hyphens only, such as 988 or 1-800-555-0199.")
)


class CrisisLine(ContentRecord):
    """A line that answers now, shown on every page. Numbers may be short codes such as 988."""

    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("number to call"), max_length=20, validators=[dialable])
    text_number = models.CharField(
        _("number to text"), max_length=20, blank=True, validators=[dialable]
    )
    chat_url = models.URLField(_("address of the chat"), blank=True)
    tty = models.CharField(_("TTY number"), max_length=20, blank=True, validators=[dialable])
    when_to_use = models.CharField(_("when to use it"), max_length=200)
    finds_care = models.BooleanField(
        _("helps to find treatment"),
        default=False,
        help_text=_("Named while the clinic takes no new clients, to find care somewhere else."),
    )

    class Meta(ContentRecord.Meta):
        verbose_name = _("crisis line")
        constraints = [*ContentRecord.Meta.constraints, unique_slug()]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_uri(self) -> str:
        """The `tel:` target: short codes as they are, long numbers with the country's +1."""
        return _dial(self.phone)

    @property
    def text_uri(self) -> str:
        return _dial(self.text_number)


def _dial(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    if len(digits) == 10:  # noqa: PLR2004 - a North American number without its country code
        return f"+1{digits}"
    return f"+{digits}" if len(digits) == 11 else digits  # noqa: PLR2004 - with it
