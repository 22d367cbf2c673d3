"""`manage.py backup FILE`: a copy of the database, made while the site runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from admissions.management.long_command import LongCommand
from amity_site import backups


class Command(LongCommand):
    help = (
        "Writes the whole database into a new file that only you can read. The keys "
        "(var/secrets) and the erasure ledger are not in it: keep copies of those elsewhere."
    )
    stopped = "no file was written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="A file that does not exist yet.")

    def handle(self, *args: Any, file: Path, verbosity: int = 1, **options: Any) -> None:
        try:
            with self.byte_bar(verbosity) as bar:
                backups.back_up(file, progress=bar.to)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write(f"Wrote {file} ({file.stat().st_size:,} bytes).")
