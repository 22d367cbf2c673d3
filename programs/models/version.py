"""How many times the content has been changed: what every cache of it compares."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ContentVersion(models.Model):
    """One row whose `number` rises with every change to a content record.

    Triggers raise it (programs/versioning.py), in the transaction of the change itself, so that
    no way of writing (admin, command, shell, plain SQL, another host) can go unseen.
    """

    ONLY: ClassVar[int] = 1

    number = models.BigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("content version")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="programs_contentversion_only_one")
        ]

    def __str__(self) -> str:
        return str(self.number)
