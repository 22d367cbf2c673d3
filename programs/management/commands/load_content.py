"""`manage.py load_content`: fill the site from the content file, leaving staff's work alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from programs import content_file, loading

CONTENT = Path(content_file.__file__).parent / "content"


class Command(BaseCommand):
    help = (
        "Load the site's texts from programs/content/. Safe to run again: a record that staff "
        "edited, deleted or made themselves is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file",
            type=Path,
            default=CONTENT,
            metavar="PATH",
            help="another YAML file, or a folder of them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            summary = loading.load(content_file.read(Path(options["file"])))
        except content_file.ContentError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(
                f"The database cannot take the content ({reason}). If it is new, run migrate first."
            ) from error
        if options["verbosity"] > 1:
            self._list("kept as edited", summary.edited)
            self._list("deleted by staff", summary.deleted)
            self._list("made by staff", summary.own)
        if options["verbosity"]:
            self.stdout.write(f"Content: {summary}")

    def _list(self, label: str, keys: list[str]) -> None:
        for key in keys:
            self.stdout.write(f"{label}: {key}")
