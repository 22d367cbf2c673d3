"""`manage.py fake_inquiries N`: synthetic inquiries for demonstrations and measurements."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, IntegrityError, connection
from django.utils.translation import gettext_lazy as _
from tqdm import tqdm

from admissions import faking


def settle() -> None:
    """What PostgreSQL does by itself some minutes after many rows came: counts them for its planner
    and notes which pages an index alone can answer for.
    """
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


class Command(BaseCommand):
    help = str(_("Add made-up inquiries in every state. Nobody is notified of them."))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help=str(_("How many, at least 1.")))
        parser.add_argument(
            "--seed", type=int, help=str(_("The same seed gives the same inquiries, once."))
        )

    def handle(
        self,
        *args: Any,
        number: int,
        seed: int | None = None,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        if number < 1:
            raise CommandError("The number of inquiries must be at least 1.")
        # None: a bar on a terminal, nothing in a log.
        quiet = True if verbosity == 0 else None
        try:
            with tqdm(total=number, unit=" inquiries", disable=quiet) as bar:
                faking.fake(number, seed=seed, progress=bar.update)
        except IntegrityError as error:
            raise CommandError(
                f"The inquiries of seed {seed} are here already: take another seed, or none."
                if seed is not None
                else f"Made-up inquiries were refused: {str(error).splitlines()[0]}"
            ) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database is away or lacks a migration ({type(error).__name__}): run migrate."
            ) from error
        settle()
        if verbosity:
            self.stdout.write(f"Added {number} made-up inquiries.")
