"""`manage.py apply_erasures`: erases again what a restored back-up brought back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from admissions import retention
from admissions.ledger import LedgerUnavailable


class Command(BaseCommand):
    help = str(
        _(
            "Erase what the erasure ledger lists and the database still holds, as after a restore. "
            "`prepare` and `serve` do the same by themselves."
        )
    )

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        try:
            applied = retention.apply_erasures()
        except LedgerUnavailable as error:
            # Not served unchecked: a restored back-up may hold people who were erased.
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database is away or lacks a migration ({type(error).__name__}): run migrate."
            ) from error
        if verbosity == 0:
            return
        self.stdout.write(f"Inquiries erased: {applied.erased}.")
        if applied.held:
            self.stdout.write(f"Left, since they are on legal hold: {', '.join(applied.held)}.")
        if applied.unread:
            self.stderr.write(
                f"{applied.unread} lines of the ledger hold no reference: compare it with a copy."
            )
