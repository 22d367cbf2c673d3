"""The project's own app configurations."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig


class AmitySiteConfig(AppConfig):
    """What is true of every page: headers, errors, health, and the command that serves."""

    name = "amity_site"


class AdminConfig(DjangoAdminConfig):
    """The stock admin under our own name and templates."""

    default_site = "amity_site.admin.AmityAdminSite"


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Sass sources stay where they are; only what they compile to is published."""

    ignore_patterns = [*DjangoStaticFilesConfig.ignore_patterns, "*.scss"]
