"""The inquiry: what one person sent, and where it stands."""

from __future__ import annotations

import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from programs.models import Payer

from ..protection.envelope import Envelope
from ..protection.fields import (
    DataKeyField,
    EncryptedBooleanField,
    EncryptedListField,
    EncryptedPhoneField,
    EncryptedTextField,
    SealedRecord,
)
from ..protection.keys import Unreadable
from ..reference import LENGTH, new_reference
from .inquiry_rules import CONSTRAINTS, INDEXES
from .querysets import InquiryQuerySet


class Channel(models.TextChoices):
    """How someone can be reached."""

    CALL = "call", _("Phone call")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("E-mail")


class Inquiry(SealedRecord):
    """One request for contact.

    Only `admissions.intake` makes one, and only `admissions.workflow` and `admissions.meanwhile`
    change its status.
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

    class CameFrom(models.TextChoices):
        COMPONENT = "component", _("A page about a part of the program")
        CONDITION = "condition", _("A page about a condition")
        PLANNER = "planner", _("Plan your week")

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

    class Referral(models.TextChoices):
        LEVEL = "level-of-care", _("another level of care")
        MINORS = "minors", _("a service for minors")
        AREA = "out-of-area", _("out of area")

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

    # What protects it. First, since a new record makes its key before anything is sealed with it.
    data_key = DataKeyField(_("wrapped data key"), null=True, editable=False)
    key_id = models.CharField(_("wrapped by"), max_length=16, blank=True, editable=False)

    # What was sent
    asking_for = models.CharField(_("asking for"), max_length=20, choices=AskingFor)
    relationship = EncryptedTextField(_("relationship"), max_length=60, blank=True)
    name = EncryptedTextField(_("name"), max_length=120)
    ask_for = EncryptedTextField(_("who to ask for"), max_length=120, blank=True)
    phone = EncryptedPhoneField(_("phone"), blank=True)
    phone_extension = EncryptedTextField(_("extension"), max_length=12, blank=True)
    email = EncryptedTextField(_("e-mail"), max_length=254, blank=True)
    contact_by = models.CharField(_("contact by"), max_length=10, choices=Channel)
    best_time = EncryptedListField(_("best times"), blank=True)
    voicemail_ok = EncryptedBooleanField(_("voicemail is fine"), blank=True)
    language = models.CharField(
        _("language to speak"), max_length=2, choices=Language, default=Language.ENGLISH
    )
    situation = models.CharField(_("situation"), max_length=20, choices=Situation, blank=True)
    payer = models.CharField(_("payer type"), max_length=20, choices=Payer, blank=True)
    message = EncryptedTextField(_("message"), max_length=2000, blank=True)
    came_from = models.CharField(
        _("page they came from"),
        max_length=10,
        choices=CameFrom,
        blank=True,
        help_text=_("The kind of page, never which one: that would say what somebody has."),
    )
    confirmation_wanted = models.BooleanField(_("asked for a confirmation"), default=False)

    # Where it stands
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.NEW, editable=False
    )
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Outcome, blank=True, editable=False
    )
    referral = models.CharField(
        _("referred on to"), max_length=20, choices=Referral, blank=True, editable=False
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
    restarted_at = models.DateTimeField(
        _("clock restarted"),
        null=True,
        editable=False,
        help_text=_("Since when they wait again. Empty while they wait since it was received."),
    )
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
    quarantined_at = models.DateTimeField(_("set aside"), null=True, editable=False)
    suspicions = models.JSONField(
        _("why it was set aside"), default=list, blank=True, editable=False
    )
    legal_hold = models.BooleanField(_("legal hold"), default=False, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        # Nobody deletes an inquiry: it is closed, and purged of the person after a set time.
        default_permissions = ("add", "change", "view")
        permissions = [
            ("assign_inquiry", _("Can hand an inquiry to somebody else")),
            ("export_inquiry", _("Can take a list of inquiries away as a file")),
            ("handle_person_request", _("Can find, export, correct and erase a person")),
        ]
        ordering = ["due_at", "pk"]
        indexes = INDEXES
        constraints = CONSTRAINTS

    def __str__(self) -> str:
        # Never the person: this string goes into admin log entries, titles and messages.
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("admin:admissions_inquiry_change", args=[self.pk])

    @cached_property
    def envelope(self) -> Envelope:
        """Seals and opens this inquiry's texts. A record not saved yet makes its key here.

        Raises Unreadable once the key is destroyed, or its wrapping key is not there.
        """
        if self._state.adding and self.data_key is None:
            envelope, self.key_id, self.data_key = Envelope.fresh(self.uuid)
            return envelope
        return Envelope.of(self.uuid, self.key_id, self.data_key)

    @property
    def is_readable(self) -> bool:
        """Whether its texts can be opened: false once erased, or without their key."""
        try:
            return bool(self.envelope)
        except Unreadable:
            return False

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED

    @property
    def is_quarantined(self) -> bool:
        return self.is_open and self.quarantined_at is not None

    def waiting(self, at: datetime.datetime | None = None) -> datetime.timedelta:
        """How long the person has waited for an attempt, up to `at` (now).

        From when they were received, or, once somebody had tried, from when the clock started anew.
        """
        until = self.tried_at or self.closed_at or at or timezone.now()
        first, since = self.first_attempt_at, self.received_at
        if first is not None and self.restarted_at is not None and first < self.restarted_at:
            since = self.restarted_at
        return max(until - since, datetime.timedelta(0))

    def is_overdue(self, at: datetime.datetime | None = None) -> bool:
        return self.is_open and self.tried_at is None and self.due_at < (at or timezone.now())
