"""The inquiry: what one person sent, and where it stands."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from programs.models import LATEST, Payer

from ..reference import LENGTH, new_reference

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Channel(models.TextChoices):
    """How someone can be reached."""

    CALL = "call", _("Phone call")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("E-mail")


# Whether anybody has tried to reach the person: what stops the response clock.
TRIED = ExpressionWrapper(Q(tried_at__isnull=False), output_field=models.BooleanField())


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    """Named reads of the queue. `Inquiry.objects` hides nothing."""

    def open(self) -> Self:
        return self.exclude(status=Inquiry.Status.CLOSED)

    def closed(self) -> Self:
        return self.filter(status=Inquiry.Status.CLOSED)

    def unassigned(self) -> Self:
        return self.open().filter(assignee__isnull=True)

    def assigned_to(self, user: User) -> Self:
        return self.open().filter(assignee=user)

    def overdue(self, at: datetime.datetime | None = None) -> Self:
        """Open, past their due time, and nobody has tried to reach the person yet."""
        return self.open().filter(tried_at__isnull=True, due_at__lt=at or timezone.now())

    def follow_up_due(self, on: datetime.date | None = None) -> Self:
        """Open, with a follow-up date that is `on` (today) or earlier."""
        return self.open().filter(follow_up_on__lte=on or timezone.localdate())

    def most_overdue_first(self) -> Self:
        """The queue's order: whom nobody has tried yet by the response clock, the longest overdue
        on top; below them, in the same order, those whose clock has stopped.
        """
        return self.order_by(TRIED, "due_at", "pk")


class Inquiry(models.Model):
    """One request for contact.

    Only `admissions.intake` makes one, and only `admissions.workflow` changes its status.
    `version` counts those changes; a change names the version it was made on.
    """

    class AskingFor(models.TextChoices):
        SELF = "self", _("Me")
        FAMILY = "family", _("Someone I care about")
        PROFESSIONAL = "professional", _("A client or patient of mine")

    class BestTime(models.TextChoices):
        MORNING = "morning", _("Morning")
        MIDDAY = "midday", _("Midday")
        EVENING = "evening", _("Evening")
        ANY = "any", _("Any time")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        SPANISH = "es", _("Spanish")

    class Situation(models.TextChoices):
        AFTER_DETOX = "after-detox", _("Finishing, or just out of, detoxification")
        AFTER_RESIDENTIAL = "after-residential", _("Finishing, or just out of, residential care")
        DIRECT = "direct", _("Not in treatment now")
        OTHER = "other", _("Something else")
        UNSURE = "unsure", _("Not sure")

    class Source(models.TextChoices):
        WEB = "web", _("Website")
        PHONE = "phone", _("Phone")
        WALK_IN = "walk-in", _("Walk-in")

    class Status(models.TextChoices):
        NEW = "new", _("New")
        CLAIMED = "claimed", _("Claimed")
        CONTACTED = "contacted", _("Contacted")
        ASSESSMENT = "assessment", _("Assessment scheduled")
        CLOSED = "closed", _("Closed")

    class Outcome(models.TextChoices):
        ADMITTED = "admitted", _("Admitted")
        REFERRED_ON = "referred-on", _("Referred on")
        NOT_A_FIT = "not-a-fit", _("Not a fit")
        COULD_NOT_REACH = "could-not-reach", _("Could not reach")
        WITHDREW = "withdrew", _("Withdrew")
        DUPLICATE = "duplicate", _("Duplicate")
        SPAM = "spam", _("Spam")

    class Priority(models.IntegerChoices):
        NORMAL = 0, _("Normal")
        HIGH = 1, _("High")
        URGENT = 2, _("Urgent")

    # What it is
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    reference = models.CharField(
        _("reference"), max_length=LENGTH, unique=True, default=new_reference, editable=False
    )
    idempotency_key = models.UUIDField(
        _("idempotency key"), default=uuid4, unique=True, editable=False
    )
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    source = models.CharField(_("how it came"), max_length=10, choices=Source, default=Source.WEB)
    site_language = models.CharField(
        _("language of the form"), max_length=2, choices=Language, default=Language.ENGLISH
    )

    # What was sent
    asking_for = models.CharField(_("asking for"), max_length=20, choices=AskingFor)
    relationship = models.CharField(_("relationship"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=120)
    ask_for = models.CharField(_("who to ask for"), max_length=120, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    phone_extension = models.CharField(_("extension"), max_length=12, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    contact_by = models.CharField(_("contact by"), max_length=10, choices=Channel)
    best_time = models.JSONField(_("best times"), default=list, blank=True)
    voicemail_ok = models.BooleanField(_("voicemail is fine"), default=False)
    language = models.CharField(
        _("language to speak"), max_length=2, choices=Language, default=Language.ENGLISH
    )
    situation = models.CharField(_("situation"), max_length=20, choices=Situation, blank=True)
    payer = models.CharField(_("payer type"), max_length=20, choices=Payer, blank=True)
    message = models.TextField(_("message"), max_length=2000, blank=True)

    # Where it stands
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.NEW, editable=False
    )
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Outcome, blank=True, editable=False
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL, editable=False
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="inquiries",
        verbose_name=_("assignee"),
    )
    due_at = models.DateTimeField(_("due"), editable=False)
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True, editable=False)
    assessment_at = models.DateTimeField(_("assessment"), null=True, blank=True, editable=False)
    first_viewed_at = models.DateTimeField(_("first viewed"), null=True, editable=False)
    tried_at = models.DateTimeField(
        _("tried"),
        null=True,
        editable=False,
        help_text=_("The first attempt since the clock last started. Empty while it runs."),
    )
    first_attempt_at = models.DateTimeField(_("first attempt"), null=True, editable=False)
    first_contact_at = models.DateTimeField(_("first contact"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    legal_hold = models.BooleanField(_("legal hold"), default=False, editable=False)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        # Nobody deletes an inquiry: it is closed, and purged of the person after a set time.
        default_permissions = ("add", "change", "view")
        permissions = [("assign_inquiry", _("Can hand an inquiry to somebody else"))]
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                TRIED, "due_at", "id", name="inquiry_open_queue", condition=~Q(status="closed")
            ),
            models.Index(fields=["status", "due_at", "id"], name="inquiry_queue"),
            models.Index(
                fields=["assignee", "status", "due_at", "id"], name="inquiry_queue_of_assignee"
            ),
            models.Index(fields=["due_at", "id"], name="inquiry_by_due"),
            models.Index(F("received_at").desc(), F("id").desc(), name="inquiry_newest_first"),
            models.Index(
                fields=["follow_up_on", "id"],
                name="inquiry_follow_up",
                condition=Q(follow_up_on__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(asking_for__in=["self", "family", "professional"]),
                name="inquiry_known_asking_for",
                violation_error_message=_("Choose who the inquiry is for."),
            ),
            models.CheckConstraint(
                condition=(Q(contact_by__in=["call", "text"]) & ~Q(phone=""))
                | (Q(contact_by="email") & ~Q(email="")),
                name="inquiry_has_its_contact_route",
                violation_error_message=_("The way to reach this person is missing."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="inquiry_has_name",
                violation_error_message=_("An inquiry needs a name to ask for."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["new", "claimed", "contacted", "assessment", "closed"]),
                name="inquiry_known_status",
                violation_error_message=_("Choose one of the statuses listed."),
            ),
            models.CheckConstraint(
                condition=(~Q(status="closed") & Q(outcome="", closed_at__isnull=True))
                | (
                    Q(status="closed", closed_at__isnull=False)
                    & Q(
                        outcome__in=[
                            "admitted",
                            "referred-on",
                            "not-a-fit",
                            "could-not-reach",
                            "withdrew",
                            "duplicate",
                            "spam",
                        ]
                    )
                ),
                name="inquiry_closed_means_outcome",
                violation_error_message=_("A closed inquiry has an outcome, an open one has none."),
            ),
            models.CheckConstraint(
                condition=Q(status="closed")
                | Q(status="new", assignee__isnull=True)
                | Q(status__in=["claimed", "contacted", "assessment"], assignee__isnull=False),
                name="inquiry_open_and_claimed_has_assignee",
                violation_error_message=_("Nobody has claimed this inquiry yet."),
            ),
            models.CheckConstraint(
                condition=Q(priority__in=[0, 1, 2]),
                name="inquiry_known_priority",
                violation_error_message=_("Choose one of the priorities listed."),
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("received_at")),
                name="inquiry_due_after_received",
                violation_error_message=_("An inquiry cannot be due before it came."),
            ),
            models.CheckConstraint(
                condition=Q(tried_at__isnull=True) | Q(first_attempt_at__lte=F("tried_at")),
                name="inquiry_tried_after_first_attempt",
                violation_error_message=_("The first attempt comes before any later one."),
            ),
            models.CheckConstraint(
                # A year that cannot be read back would close the queue to everybody.
                condition=Q(assessment_at__isnull=True) | Q(assessment_at__lt=LATEST),
                name="inquiry_assessment_within_reach",
                violation_error_message=_("Choose a time within a year."),
            ),
            models.CheckConstraint(
                condition=Q(source__in=["web", "phone", "walk-in"]),
                name="inquiry_known_source",
                violation_error_message=_("Choose one of the ways listed."),
            ),
            models.CheckConstraint(
                condition=Q(language__in=["en", "es"], site_language__in=["en", "es"]),
                name="inquiry_known_language",
                violation_error_message=_("Choose one of the languages listed."),
            ),
            models.CheckConstraint(
                condition=Q(
                    situation__in=[
                        "",
                        "after-detox",
                        "after-residential",
                        "direct",
                        "other",
                        "unsure",
                    ]
                ),
                name="inquiry_known_situation",
                violation_error_message=_("Choose one of the situations listed."),
            ),
            models.CheckConstraint(
                condition=Q(payer__in=["", *Payer.values]),
                name="inquiry_known_payer",
                violation_error_message=_("Choose one of the payers listed."),
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__startswith="+"),
                name="inquiry_phone_is_international",
                violation_error_message=_("A phone number is stored with its country code."),
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("message"), 2000),
                name="inquiry_message_is_short",
                violation_error_message=_("A message has 2,000 characters at most."),
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1),
                name="inquiry_version_positive",
                violation_error_message=_("A version counts from 1."),
            ),
        ]

    def __str__(self) -> str:
        # Never the person: this string goes into admin log entries, titles and messages.
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("admin:admissions_inquiry_change", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED

    def waiting(self, at: datetime.datetime | None = None) -> datetime.timedelta:
        """How long the person has waited for a first attempt, up to `at` (now)."""
        until = self.tried_at or self.closed_at or at or timezone.now()
        return max(until - self.received_at, datetime.timedelta(0))

    def is_overdue(self, at: datetime.datetime | None = None) -> bool:
        return self.is_open and self.tried_at is None and self.due_at < (at or timezone.now())


class Consent(models.Model):
    """Leave to use one channel, with the words it was given under. Revoking keeps the row."""

    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="consents")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    wording_version = models.CharField(_("wording"), max_length=20)
    language = models.CharField(_("language"), max_length=2, choices=Inquiry.Language)
    given_at = models.DateTimeField(_("given"))
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
