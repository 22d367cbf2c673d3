"""`manage.py rotate_inquiry_keys`: wraps every inquiry's data key by the newest of INQUIRY_KEYS."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext_lazy as _

from admissions.management.long_command import LongCommand
from admissions.protection import keys, rotation
from amity_site import keyfiles
from amity_site.environment import new_key


class Command(LongCommand):
    help = str(
        _(
            "Wrap the data key of every inquiry by the newest of INQUIRY_KEYS, in short steps "
            "beside the running site. Stopped half-way, give the command again: it goes on."
        )
    )
    stopped = "what was wrapped so far stays; give the command again, and it goes on from there."
    when_away = "what was wrapped so far stays. Run migrate, and give the command again."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--status", action="store_true", help=str(_("Say how many each key wraps, and stop."))
        )
        what.add_argument(
            "--print-new-key", action="store_true", help=str(_("Print a fresh key, and stop."))
        )

        what.add_argument(
            "--add-key",
            action="store_true",
            help=str(_("Put a fresh key before those in var/secrets, and stop.")),
        )

    def handle(
        self,
        *args: Any,
        status: bool = False,
        print_new_key: bool = False,
        add_key: bool = False,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        if print_new_key:
            self.stdout.write(new_key())
            return
        if add_key:
            self._add_key()
            return
        if status:
            self._say_status()
        else:
            self._rotate(verbosity)

    def _add_key(self) -> None:
        if os.environ.get("INQUIRY_KEYS"):
            raise CommandError(
                "INQUIRY_KEYS is set in the environment: put a new key (--print-new-key) before "
                "those there, and a comma after it."
            )
        path = keyfiles.FOLDER / "inquiry_keys"
        keyfiles.replace(path, f"{new_key()},{path.read_text(encoding='ascii').strip()}")
        self.stdout.write(
            f"{path} has a new first key. Back it up, restart the site and its worker, and then "
            "run rotate_inquiry_keys."
        )

    def _say_status(self) -> None:
        counts = rotation.counts()
        for key_id in keys.wrapping_keys():
            newest = ", the newest" if key_id == keys.newest_id() else ""
            self.stdout.write(f"{key_id}  wraps {counts.pop(key_id, 0):,} inquiries{newest}")
        for key_id, count in counts.items():
            self.stdout.write(f"{key_id}  wraps {count:,} inquiries, and is NOT in INQUIRY_KEYS")

    def _rotate(self, verbosity: int) -> None:
        with self.bar(verbosity, unit="inquiries", total=rotation.left()) as bar:
            result = rotation.rotate(progress=bar.update)
        if verbosity:
            self.stdout.write(
                f"{result.done:,} inquiries are now wrapped by the key {keys.newest_id()}."
            )
        if result.unreadable:
            shown = ", ".join(result.unreadable[:10])
            more = ", …" if len(result.unreadable) > 10 else ""  # noqa: PLR2004
            raise CommandError(
                f"{len(result.unreadable):,} could not be opened with any of INQUIRY_KEYS and were "
                f"left as they are: {shown}{more}. Keep their old key."
            )
        if verbosity and len(keys.wrapping_keys()) > 1:
            self.stdout.write("The older keys are needed only for backups made before now.")
