"""`manage.py fake_inquiries N`: synthetic inquiries for demonstrations and measurements."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from admissions import fake_people, faking
from admissions.management.long_command import LongCommand


def settle() -> None:
    """What PostgreSQL does by itself some minutes after many rows came: counts them for its planner
    and notes which pages an index alone can answer for.
    """
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


class Command(LongCommand):
    help = str(
        _(
            "Add made-up inquiries in every state. Nobody is notified of them. Where nobody can "
            "have inquiries, made-up coordinators are added too."
        )
    )
    stopped = "no inquiries are stored."

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
        if added := fake_people.stand_ins():
            self.stderr.write(
                f"Nobody here can have inquiries: added {added[0]} to {added[-1]}, coordinators "
                "made up for these, as whom nobody can sign in."
            )
        try:
            self._fake(number, seed, verbosity)
        except IntegrityError as error:
            raise CommandError(
                f"The inquiries of seed {seed} are here already: take another seed, or none."
                if seed is not None
                else f"Made-up inquiries were refused: {str(error).splitlines()[0]}"
            ) from error
        settle()
        if verbosity:
            self.stdout.write(f"Added {number} made-up inquiries.")

    def _fake(self, number: int, seed: int | None, verbosity: int) -> None:
        stored = 0

        def add(done: int) -> None:
            nonlocal stored
            stored += done
            bar.update(done)

        try:
            with self.bar(verbosity, unit="inquiries", total=number) as bar:
                faking.fake(number, seed=seed, progress=add)
        except KeyboardInterrupt:
            self.stopped = f"{stored:,} of {number:,} inquiries are stored."
            settle()
            raise
