"""`make demo`: the site with synthetic inquiries, in a database made anew each time."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from admissions import access, fake_people
from amity_site import serving

INQUIRIES = 200
# username → group; the superuser is in none.
CAST = {
    "coordinator": access.COORDINATORS,
    "lead": access.LEADS,
    "editor": access.EDITORS,
    "auditor": access.AUDITORS,
    "admin": None,
}


class Command(BaseCommand):
    help = (
        "Makes var/demo/site.sqlite3 anew, with synthetic inquiries in every state and an account "
        "for each role, and serves it. Start it with `make demo`, which chooses that database."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        database = Path(settings.VAR_DIR, "demo", "site.sqlite3")
        if not settings.DEMO or settings.DATABASES["default"]["NAME"] != str(database):
            raise CommandError("the demo deletes its database first: start it with `make demo`")
        serving.address(site_url=settings.SITE_URL).require_free()
        try:
            with serving.alone("demo", wait=False):
                self.make(database)
                call_command("serve", stdout=self.stdout)
        except BlockingIOError as error:
            raise CommandError("a demo is running already; stop that one first") from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def make(self, database: Path) -> None:
        self.stdout.write("Making the demo's database…")
        self.stdout.flush()
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        serving.prepare()
        passwords = self.make_cast()
        call_command("fake_inquiries", str(INQUIRIES), verbosity=0)
        self.stdout.write("\n  Accounts, for this demo only (shown once):")
        for username, password in passwords.items():
            self.stdout.write(f"    {username:<12} {password}")
        self.stdout.write(
            f"\n  For other manage.py commands:\n    DEMO=1 DATABASE_URL=sqlite:///{database}\n"
        )

    @transaction.atomic
    def make_cast(self) -> dict[str, str]:
        """One account for each role, and its password, random and kept nowhere."""
        passwords = {}
        for username, group in CAST.items():
            passwords[username] = secrets.token_urlsafe(12)
            more = {"is_superuser": group is None}
            fake_people.account(username, group, passwords[username], **more)
        return passwords
