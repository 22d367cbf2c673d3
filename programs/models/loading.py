"""What `load_content` remembers, so that running it again never undoes an editor's work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedRecord(models.Model):
    """That a record of the content file was loaded once, and how it looked then.

    `key` is "model/slug" (for parts "model/program/slug"), `digest` the SHA-256 in hex of the
    values it was given. A record that no longer matches its digest was edited by staff; one that
    is gone was deleted by them. Both are left as they are.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"), auto_now=True)

    class Meta:
        verbose_name = _("loaded record")

    def __str__(self) -> str:
        return self.key
