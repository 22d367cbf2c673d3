"""Text out of a form or an address, read as the key of a row."""

from __future__ import annotations

DIGITS = 18  # more is no number of the database


def read_key(text: str) -> int | None:
    """The key; None for what is none, or none that a database could hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None
