"""Views of the queue that somebody keeps under a name, for themselves or for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, user: User) -> Self:
        """One's own and the shared ones, by name."""
        return self.filter(Q(owner=user) | Q(is_shared=True)).order_by("name", "pk")


class SavedView(models.Model):
    """A tab and what narrows it. Never a search: its words say whom somebody looked for.

    `narrowed_by` has keys and values of admissions.facets only; what is not of them is left out
    when it is read, too.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=60)
    tab = models.CharField(_("tab"), max_length=12)
    narrowed_by = models.JSONField(_("narrowed by"), default=dict, blank=True)
    is_shared = models.BooleanField(_("for everybody"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        permissions = [("share_savedview", _("Can share a view of the queue with everybody"))]
        indexes = [
            models.Index(fields=["name"], name="savedview_shared", condition=Q(is_shared=True))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="savedview_name_once",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="savedview_has_name",
                violation_error_message=_("Give the view a name."),
            ),
            models.CheckConstraint(
                condition=Q(
                    tab__in=[
                        *("open", "overdue", "mine", "unassigned", "follow-up", "waiting"),
                        *("quarantine", "closed", "all"),
                    ]
                ),
                name="savedview_known_tab",
                violation_error_message=_("Choose one of the tabs."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from .. import facets  # noqa: PLC0415 - they are of these models

        super().clean()
        given = self.narrowed_by
        fits = isinstance(given, dict) and all(isinstance(v, str) for v in given.values())
        if not fits or facets.read(given)[0] != given:
            raise ValidationError(_("A view is narrowed by what the queue offers only."))
