from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AdmissionsConfig(AppConfig):
    """What people send: the form, the inquiry, the queue, the workflow."""

    name = "admissions"
    verbose_name = "Admissions"

    def ready(self) -> None:
        from .access import ensure_groups  # noqa: PLC0415 - models are not loaded before ready()

        # Permissions do not exist while migrations run. auth's own receiver, connected earlier,
        # makes this app's (and, in the order of INSTALLED_APPS, programs') before ours runs.
        post_migrate.connect(ensure_groups, sender=self, dispatch_uid="admissions.ensure_groups")
