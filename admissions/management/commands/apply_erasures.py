"""`manage.py apply_erasures`: erases again what a restored back-up brought back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext_lazy as _

from admissions import ledger, retention
from admissions.ledger import LedgerUnavailable
from admissions.management.long_command import LongCommand


class Command(LongCommand):
    help = str(
        _(
            "Erase what the erasure ledger lists and the database still holds, as after a restore. "
            "`prepare` and `serve` do the same by themselves."
        )
    )
    stopped = (
        "some who were erased may be back. Give the command again before anybody uses the site."
    )

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        try:
            lines = sum(1 for _line in ledger.read()) if verbosity else 0
            with self.bar(verbosity, unit="lines", total=lines) as bar:
                applied = retention.apply_erasures(progress=bar.update)
        except LedgerUnavailable as error:
            # Not served unchecked: a restored back-up may hold people who were erased.
            raise CommandError(str(error)) from error
        if verbosity == 0:
            return
        self.stdout.write(f"Inquiries erased: {applied.erased}.")
        if applied.held:
            self.stdout.write(f"Left, since they are on legal hold: {', '.join(applied.held)}.")
        if applied.unread:
            self.stderr.write(
                f"{applied.unread} lines of the ledger hold no reference: compare it with a copy."
            )
