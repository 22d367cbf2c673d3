#!/usr/bin/env python
"""Django's command line for the Amity San Diego site."""

import os
import sys

from environs import EnvError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amity_site.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        # A wrong variable stops the start with one line that names it, never a traceback.
        sys.exit(f"amity: {error}")


if __name__ == "__main__":
    main()
