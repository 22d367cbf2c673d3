from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save


class AdmissionsConfig(AppConfig):
    """What people send: the form, the inquiry, the queue, the workflow."""

    name = "admissions"
    verbose_name = "Admissions"

    def ready(self) -> None:
        from programs.models import Clinic, ClosedDay, OpeningHours  # noqa: PLC0415 - as below

        from . import answering, append_only  # noqa: PLC0415 - as below
        from .access import ensure_groups  # noqa: PLC0415 - models are not loaded before ready()
        from .models import ReplyTemplate  # noqa: PLC0415
        from .protection.startup import mark_lookup_key  # noqa: PLC0415
        from .replying import ensure_starters, forget_offers  # noqa: PLC0415

        # Permissions do not exist while migrations run. auth's own receiver, connected earlier,
        # makes this app's (and, in the order of INSTALLED_APPS, programs') before ours runs.
        post_migrate.connect(ensure_groups, sender=self, dispatch_uid="admissions.ensure_groups")
        post_migrate.connect(
            ensure_starters, sender=self, dispatch_uid="admissions.ensure_starters"
        )
        post_migrate.connect(
            mark_lookup_key, sender=self, dispatch_uid="admissions.mark_lookup_key"
        )
        post_migrate.connect(
            append_only.install_triggers, sender=self, dispatch_uid="admissions.append_only"
        )
        # What is kept for a minute is read anew when it changes here.
        for changed in (post_save, post_delete):
            for model in (OpeningHours, ClosedDay):
                changed.connect(answering.forget, sender=model, dispatch_uid="admissions.answering")
            for words in (Clinic, OpeningHours, ReplyTemplate):
                changed.connect(forget_offers, sender=words, dispatch_uid="admissions.replying")
