from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProgramsConfig(AppConfig):
    """What the clinic says: content records, their publishing, the public pages."""

    name = "programs"
    verbose_name = "Website content"

    def ready(self) -> None:
        from .versioning import install_triggers  # noqa: PLC0415 - models load before this

        post_migrate.connect(install_triggers, sender=self, dispatch_uid="programs.versioning")
