"""Who saw what, and the seals over it. Both tables only grow: the database refuses the rest."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .history import Event
from .inquiry import Inquiry

LONGEST_DETAIL = 40


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    """Each read below, and any two of them together, goes by an index in the order of time."""

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def on(self, day: datetime.date) -> Self:
        """Those of one day of the clinic's time zone."""
        begins = timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
        ends = timezone.make_aware(
            datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min)
        )
        return self.filter(at__gte=begins, at__lt=ends)


class AccessRecord(models.Model):
    """That a member of staff looked at something, took it away, or was refused. Never what it says.

    Only `admissions.audit` makes one. `digest` tells of any change to the row; the seals tell of
    rows that are gone (protection/chain.py).
    """

    class Action(models.TextChoices):
        LISTED = "listed", _("Saw a list")
        SEARCHED = "searched", _("Searched")
        VIEWED = "viewed", _("Opened")
        LOOKED_UP = "looked-up", _("Looked up a person")
        EXPORTED = "exported", _("Exported")
        PRINTED = "printed", _("Printed")
        REFUSED = "refused", _("Refused: not possible then")
        DENIED = "denied", _("Refused: no permission")

    at = models.DateTimeField(_("at"), default=timezone.now)
    # No index of their own: composite ones begin with them.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("who"),
    )
    action = models.CharField(_("what"), max_length=12, choices=Action)
    inquiry = models.ForeignKey(
        Inquiry,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="access_records",
        verbose_name=_("inquiry"),
    )
    detail = models.CharField(
        _("where"),
        max_length=LONGEST_DETAIL,
        blank=True,
        help_text=_("The name of a view of the queue, of a page or of a step; never contents."),
    )
    count = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    digest = models.BinaryField(_("digest"), max_length=32, editable=False)

    objects = AccessRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["at", "id"], name="accessrecord_by_time"),
            models.Index(fields=["actor", "at", "id"], name="accessrecord_of_actor"),
            models.Index(fields=["action", "at", "id"], name="accessrecord_of_action"),
            models.Index(
                fields=["actor", "action", "at", "id"], name="accessrecord_of_actor_action"
            ),
            models.Index(
                fields=["inquiry", "at", "id"],
                name="accessrecord_of_inquiry",
                condition=Q(inquiry__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    action__in=[
                        "listed",
                        "searched",
                        "viewed",
                        "looked-up",
                        "exported",
                        "printed",
                        "refused",
                        "denied",
                    ]
                ),
                name="accessrecord_known_action",
                violation_error_message=_("Choose one of the kinds listed."),
            ),
            models.CheckConstraint(
                # What the first seal begins with: it would pass over a row below that.
                condition=Q(id__gte=1),
                name="accessrecord_keys_from_one",
                violation_error_message=_("The keys of access records are counted from 1."),
            ),
            models.CheckConstraint(
                # A word or two of ours. What somebody typed would seldom fit, and is never put in.
                condition=LessThanOrEqual(Length("detail"), LONGEST_DETAIL),
                name="accessrecord_detail_is_short",
                violation_error_message=_("Where it was takes 40 characters at most."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%Y-%m-%d %H:%M}"


class AuditSeal(models.Model):
    """A seal over a batch of access records and of timeline entries, chained to the seal before it.

    It covers the rows whose keys lie above those that the seal before it names, up to its own
    `records_to` and `entries_to`, and says how many those are. Only `admissions.sealing` makes one.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    records_to = models.PositiveBigIntegerField(_("last record"))
    records = models.PositiveIntegerField(_("records"))
    entries_to = models.PositiveBigIntegerField(_("last timeline entry"))
    entries = models.PositiveIntegerField(_("timeline entries"))
    digest = models.BinaryField(_("digest"), max_length=32, editable=False)

    class Meta:
        verbose_name = _("seal")
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="auditseal_numbered_from_one",
                violation_error_message=_("Seals are numbered from 1."),
            ),
            models.CheckConstraint(
                condition=Q(id__gte=1),
                name="auditseal_keys_from_one",
                violation_error_message=_("The keys of seals are counted from 1."),
            ),
            models.CheckConstraint(
                condition=Q(records_to__gte=F("records"), entries_to__gte=F("entries")),
                name="auditseal_covers_what_is_there",
                violation_error_message=_("A seal covers rows that are there."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"


# The tables that only grow, in the order in which a seal names them.
LOGS: tuple[type[models.Model], ...] = (AccessRecord, Event, AuditSeal)
