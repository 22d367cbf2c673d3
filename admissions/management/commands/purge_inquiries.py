"""`manage.py purge_inquiries`: erases the person from inquiries whose time is up."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from admissions import retention
from admissions.ledger import LedgerUnavailable
from admissions.management.long_command import LongCommand


class Command(LongCommand):
    help = str(
        _(
            "Erase the person from inquiries closed longer ago than the desk settings say. Dates "
            "and outcomes stay; what is on legal hold stays whole. The worker does this each day."
        )
    )
    stopped = "what was erased so far stays so; the next run goes on from there."
    when_away = "run migrate. What was erased so far stays so: then give the command again."

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
        with self.bar(verbosity, unit="inquiries", total=due.number) as bar:
            erased = retention.purge(progress=bar.update)
        if verbosity:
            self.stdout.write(f"Inquiries erased: {erased}, the oldest closed {oldest}.")
