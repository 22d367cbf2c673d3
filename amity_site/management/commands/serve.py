"""`manage.py serve`: the whole site in the foreground, as `make run` starts it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from amity_site import serving
from amity_site.serving import Address


class Command(BaseCommand):
    help = (
        "Brings the database, content and static files up to date, then serves the site and "
        "sends notifications until Ctrl-C. HOST and PORT say where (127.0.0.1:8000)."
    )
    # `prepare` migrates; until then the models may not match the database.
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            address = serving.address(site_url=settings.SITE_URL)
            address.require_free()
            # What this command and its children write (the database above all) is private.
            os.umask(0o077)
            self.stdout.write("Starting…")
            self.stdout.flush()
            serving.prepare()
            ready = self.announcement(address)
            # Forked programs must not inherit an open database.
            connections.close_all()
            went_well = self.supervise(address, ready)
        except KeyboardInterrupt:
            # Ctrl-C before the servers ran: nothing to stop.
            went_well = True
        if not went_well:
            raise CommandError("the web server cannot be started; its lines above say why")
        self.stdout.write("Stopped.")

    def supervise(self, address: Address, ready: str) -> bool:
        from amity_site.supervision import supervise  # noqa: PLC0415 - only serving needs it

        return supervise(address, ready=ready, out=sys.stderr)

    def announcement(self, address: Address) -> str:
        """What a newcomer needs to know, printed when the site answers."""
        site = settings.SITE_URL or f"http://{address.bind}"
        lines = [
            "",
            f"  The site      {site}/",
            f"  The admin     {site}/admin/",
        ]
        if not get_user_model().objects.filter(is_superuser=True).exists():
            lines.append(f"  First staff account, in another terminal:  {_createsuperuser()}")
        return "\n".join([*lines, "  Ctrl-C stops it.", ""])


def _createsuperuser() -> str:
    here = Path.cwd()
    python, manage = Path(sys.executable), Path(settings.BASE_DIR, "manage.py")
    shown = [
        str(p.relative_to(here)) if p.is_relative_to(here) else str(p) for p in (python, manage)
    ]
    return shlex.join([*shown, "createsuperuser"])
