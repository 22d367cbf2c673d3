"""`manage.py purge_inquiries`: erases the person from inquiries whose time is up."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from admissions import retention
from admissions.ledger import LedgerUnavailable


class Command(BaseCommand):
    help = str(
        _(
            "Erase the person from inquiries closed longer ago than the desk settings say. Dates "
            "and outcomes stay; what is on legal hold stays whole. The worker does this each day."
        )
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help=str(_("Say how many that would be, and change nothing.")),
        )

    def handle(self, *args: Any, dry_run: bool = False, verbosity: int = 1, **options: Any) -> None:
        try:
            self._purge(dry_run=dry_run, verbosity=verbosity)
        except LedgerUnavailable as error:
            raise CommandError(f"Nothing more was erased: {error}.") from error
        except DatabaseError as error:
            raise CommandError(
                f"The database is away or lacks a migration ({type(error).__name__}). What was "
                "erased so far stays so: run the command again."
            ) from error

    def _purge(self, *, dry_run: bool, verbosity: int) -> None:
        due = retention.due()
        if due.oldest is None:
            self.stdout.write("Nothing is due to be erased.")
            return
        oldest = date_format(timezone.localtime(due.oldest), "M j, Y")
        if dry_run:
            self.stdout.write(
                f"Inquiries due to be erased: {due.number}, the oldest closed {oldest}. "
                "Nothing was changed."
            )
            return
        # None: a bar on a terminal, nothing in a log.
        quiet = True if verbosity == 0 else None
        with tqdm(total=due.number, unit=" inquiries", disable=quiet) as bar:
            erased = retention.purge(progress=bar.update)
        if verbosity:
            self.stdout.write(f"Inquiries erased: {erased}, the oldest closed {oldest}.")
