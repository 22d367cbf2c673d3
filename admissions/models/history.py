"""What was done about an inquiry: its timeline, the attempts to reach the person, the outbox."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.models import LATEST

from ..protection.envelope import Envelope
from ..protection.fields import EncryptedTextField, SealedRecord
from .inquiry import Channel, Inquiry


class Event(SealedRecord):
    """One entry of an inquiry's timeline. Entries are added, never changed or removed.

    Only `admissions.trail` makes one: `number` counts within the inquiry, from 1, and `digest`
    chains each to the one before it (protection/chain.py).
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        CORRECTED = "corrected", _("Answers sent again")
        CLAIMED = "claimed", _("Claimed")
        HANDED_OVER = "handed-over", _("Handed over")
        RELEASED = "released", _("Returned to the queue")
        NOTED = "noted", _("Note")
        ATTEMPTED = "attempted", _("Contact attempt")
        ASSESSMENT = "assessment", _("Assessment scheduled")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        SET_ASIDE = "set-aside", _("Set aside as possible spam")
        CLEARED = "cleared", _("Taken out of quarantine")
        CONSENT_REVOKED = "consent-revoked", _("Consent revoked")
        AMENDED = "amended", _("Corrected by staff")
        EXPORTED = "exported", _("Exported for the person")
        ERASED = "erased", _("Erased")
        HELD = "held", _("Legal hold set")
        HOLD_ENDED = "hold-ended", _("Legal hold ended")
        FOLLOW_UP = "follow-up", _("Follow-up set")
        PRIORITY = "priority", _("Priority set")
        LINKED = "linked", _("Linked: the same person")
        UNLINKED = "unlinked", _("Link taken back")
        REPLIED = "replied", _("Reply by e-mail")
        NOT_SENT = "not-sent", _("The reply could not be sent")
        WROTE_AGAIN = "wrote-again", _("Another inquiry of the same number or address came")

    # No index of its own: the unique constraint begins with it.
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty when the site itself or a visitor did it."),
    )
    from_status = models.CharField(_("from"), max_length=12, choices=Inquiry.Status, blank=True)
    to_status = models.CharField(_("to"), max_length=12, choices=Inquiry.Status, blank=True)
    text = EncryptedTextField(_("text"), blank=True)
    number = models.PositiveIntegerField(_("number"), editable=False)
    digest = models.BinaryField(_("digest"), max_length=32, editable=False)

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline")
        ordering = ["at", "pk"]
        # A timeline is read by the unique constraint's index.
        indexes = [models.Index(fields=["kind", "id"], name="event_by_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "received",
                        "corrected",
                        "claimed",
                        "handed-over",
                        "released",
                        "noted",
                        "attempted",
                        "assessment",
                        "closed",
                        "reopened",
                        "set-aside",
                        "cleared",
                        "consent-revoked",
                        "amended",
                        "exported",
                        "erased",
                        "held",
                        "hold-ended",
                        "follow-up",
                        "priority",
                        "wrote-again",
                        "linked",
                        "unlinked",
                        "replied",
                        "not-sent",
                    ]
                ),
                name="event_known_kind",
                violation_error_message=_("Choose one of the kinds listed."),
            ),
            models.UniqueConstraint(
                fields=["inquiry"],
                condition=Q(kind="received"),
                name="event_received_once",
                violation_error_message=_("An inquiry is received once."),
            ),
            models.UniqueConstraint(
                fields=["inquiry", "number"],
                name="event_numbered_once",
                violation_error_message=_("This inquiry has an entry of that number already."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="event_numbered_from_one",
                violation_error_message=_("The entries of an inquiry are numbered from 1."),
            ),
            models.CheckConstraint(
                # What the first seal begins with: it would pass over a row below that.
                condition=Q(id__gte=1),
                name="event_keys_from_one",
                violation_error_message=_("The keys of timeline entries are counted from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def envelope(self) -> Envelope:
        """Its text is sealed with the inquiry's key, and goes when that key is destroyed."""
        return self.inquiry.envelope


class ContactAttempt(models.Model):
    """One try to reach the person, or one talk with them."""

    class Way(models.TextChoices):
        CALL = Channel.CALL.value, Channel.CALL.label
        TEXT = Channel.TEXT.value, Channel.TEXT.label
        EMAIL = Channel.EMAIL.value, Channel.EMAIL.label
        VISIT = "visit", _("In person")

    class Result(models.TextChoices):
        REACHED = "reached", _("Reached the person")
        NO_ANSWER = "no-answer", _("No answer")
        VOICEMAIL = "voicemail", _("Left a voicemail")
        SENT = "sent", _("Message sent, no reply yet")
        WRONG_NUMBER = "wrong-number", _("Wrong number or address")

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="attempts")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Way)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Result)
    at = models.DateTimeField(_("at"), default=timezone.now)
    next_follow_up = models.DateField(_("next follow-up"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact attempt")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=["call", "text", "email", "visit"]),
                name="contactattempt_known_channel",
                violation_error_message=_("Choose one of the channels listed."),
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=[
                        "reached",
                        "no-answer",
                        "voicemail",
                        "sent",
                        "wrong-number",
                    ]
                ),
                name="contactattempt_known_outcome",
                violation_error_message=_("Choose one of the outcomes listed."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome="voicemail") | Q(channel="call"),
                name="contactattempt_voicemail_by_call",
                violation_error_message=_("A voicemail is left by phone."),
            ),
            models.CheckConstraint(
                condition=Q(next_follow_up__isnull=True) | Q(next_follow_up__lt=LATEST.date()),
                name="contactattempt_follow_up_within_reach",
                violation_error_message=_("Choose a day within a year."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_outcome_display()}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def waiting(self) -> Self:
        """Neither sent nor dropped."""
        return self.filter(sent_at__isnull=True, dropped_at__isnull=True)

    def due(self, at: datetime.datetime | None = None) -> Self:
        """Unsent and due at `at` (now)."""
        return self.waiting().filter(due_at__lte=at or timezone.now())

    def failing(self) -> Self:
        """Tried, or nobody to send to, and to be tried again."""
        return self.waiting().exclude(last_error="")

    def sent_since(self, moment: datetime.datetime) -> Self:
        return self.filter(sent_at__gte=moment)

    def dropped(self) -> Self:
        return self.filter(dropped_at__isnull=False)

    def oldest_waiting(self) -> datetime.datetime | None:
        """Since when the one that has waited longest waits."""
        oldest: datetime.datetime | None = self.waiting().aggregate(oldest=models.Min("made_at"))[
            "oldest"
        ]
        return oldest


_WAITING = Q(sent_at__isnull=True, dropped_at__isnull=True)


class Notification(models.Model):
    """A message the worker still has to send, has sent, or has dropped.

    Nothing is rendered before it is sent, so that no address and no text lies in the queue.
    `due_at` doubles as the lease: a worker that takes a row moves it ahead, and if that worker
    dies the row is due again by itself. `told` holds the accounts that have had it, so that a
    second try writes to the others alone.
    """

    class Kind(models.TextChoices):
        NEW_INQUIRY = "new-inquiry", _("New inquiry")
        SENT_AGAIN = "sent-again", _("Answers sent again")
        CONFIRMATION = "confirmation", _("Confirmation to the sender")
        OVERDUE = "overdue", _("Reminder: overdue and unclaimed")
        QUARANTINED = "quarantined", _("Reminder: set aside, not looked at")
        REPLY = "reply", _("Reply to the sender")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="notifications")
    event = models.OneToOneField(
        Event,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("entry with the text"),
    )
    made_at = models.DateTimeField(_("since"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    told = models.JSONField(_("accounts told"), default=list, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    dropped_at = models.DateTimeField(
        _("dropped"),
        null=True,
        blank=True,
        help_text=_("Ended without being sent; the last error says why."),
    )
    last_error = models.CharField(_("last error"), max_length=120, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at", "id"], name="notification_outbox", condition=_WAITING),
            models.Index(fields=["made_at"], name="notification_waiting", condition=_WAITING),
            models.Index(
                fields=["sent_at", "id"],
                name="notification_sent",
                condition=Q(sent_at__isnull=False),
            ),
            models.Index(
                fields=["dropped_at", "id"],
                name="notification_dropped",
                condition=Q(dropped_at__isnull=False),
            ),
            models.Index(
                fields=["made_at"],
                name="notification_quarantined",
                condition=Q(kind="quarantined"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "new-inquiry",
                        "sent-again",
                        "confirmation",
                        "overdue",
                        "quarantined",
                        "reply",
                    ]
                ),
                name="notification_known_kind",
                violation_error_message=_("Choose one of the kinds listed."),
            ),
            models.UniqueConstraint(
                fields=["inquiry", "kind"],
                condition=~Q(kind="reply"),
                name="notification_once_per_kind",
                violation_error_message=_("This notification already exists."),
            ),
            models.CheckConstraint(
                condition=(~Q(kind="reply") & Q(event__isnull=True))
                | Q(kind="reply", event__isnull=False),
                name="notification_reply_has_its_text",
                violation_error_message=_("A reply sends an entry of the timeline."),
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
                name="notification_sent_or_dropped",
                violation_error_message=_("A notification is sent or dropped, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.inquiry_id}"
