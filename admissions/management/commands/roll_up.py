"""`manage.py roll_up`: count every day for the lead's page anew."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from admissions import figures
from admissions.management.long_command import LongCommand


class Command(LongCommand):
    help = str(
        _("Count every day's inquiries anew. The worker keeps the figures up to date by itself.")
    )
    stopped = "the days counted so far are right; give the command again for the others."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        with self.bar(verbosity, unit="days", total=len(figures.all_days())) as bar:
            days = figures.refresh(anew=True, progress=bar.update)
        if verbosity:
            self.stdout.write(f"Counted {days} days.")
