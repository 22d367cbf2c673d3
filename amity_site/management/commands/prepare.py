"""`manage.py prepare`: what a new release needs before it is started."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from amity_site import serving


class Command(BaseCommand):
    help = (
        "Migrates the database, loads new content and collects the static files. `serve` does the "
        "same by itself; run this before restarting the site on a server."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        serving.prepare()
