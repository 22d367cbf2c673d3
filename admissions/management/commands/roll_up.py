"""`manage.py roll_up`: count every day for the lead's page anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from admissions import figures


class Command(BaseCommand):
    help = str(
        _("Count every day's inquiries anew. The worker keeps the figures up to date by itself.")
    )

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        days = figures.all_days()
        # None: a bar on a terminal, nothing in a log.
        quiet = True if verbosity == 0 else None
        with tqdm(total=len(days), unit=" days", disable=quiet) as bar:
            figures.count(days, bar.update)
        figures.refresh()
        if verbosity:
            self.stdout.write(f"Counted {len(days)} days.")
