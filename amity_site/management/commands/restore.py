"""`manage.py restore FILE`: a back-up in place of the database, with the site stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from environs import EnvError

from admissions.management.long_command import LongCommand
from admissions.protection.startup import require_keys
from amity_site import backups, serving


class Command(LongCommand):
    help = (
        "Puts what `backup` wrote in place of the database, migrates it, and erases again whoever "
        "was erased since. Stop the site and its worker first."
    )
    requires_migrations_checks = False
    stopped = "the database is as it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="What `manage.py backup` wrote.")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="Do it although the database holds inquiries or accounts, which will be gone.",
        )

    def handle(
        self, *args: Any, file: Path, replace: bool = False, verbosity: int = 1, **options: Any
    ) -> None:
        with serving.alone("prepare"):
            self.require_stopped()
            try:
                if not replace and backups.holds_something():
                    raise CommandError(
                        "the database holds inquiries or accounts, and they would be gone. Make a "
                        "back-up of it, then add --replace."
                    )
                with self.byte_bar(verbosity) as bar:
                    backups.restore(file, progress=bar.to)
            except backups.BackupError as error:
                raise CommandError(f"nothing was changed: {error}") from error
            except DatabaseError as error:
                raise CommandError(f"the database cannot be used: {error}") from error
            self.stopped = (
                "the back-up is in place, but some who were erased may be back. Run migrate and "
                "apply_erasures before anybody uses the site."
            )
            call_command("migrate", interactive=False, verbosity=0)
            try:
                require_keys()
            finally:
                # Even with a key missing: nobody who was erased may stay.
                call_command("apply_erasures", stdout=self.stdout, stderr=self.stderr)
        self.stdout.write(f"Restored {file}. Start the site again.")

    def require_stopped(self) -> None:
        try:
            serving.address(site_url=settings.SITE_URL).require_free()
        except EnvError as error:
            raise CommandError(f"stop the site first ({error})") from error
        if backups.in_use():
            raise CommandError(
                "stop the site and its worker first: other programs use the database"
            )
