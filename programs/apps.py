from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """What the clinic says: content records, their publishing, the public pages."""

    name = "programs"
    verbose_name = "Website content"
