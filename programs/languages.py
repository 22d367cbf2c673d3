"""Which languages the site is open in."""

from __future__ import annotations


def open_languages() -> list[str]:
    """The languages that visitors and search engines are offered, the main one first.

    Spanish joins when every text has its translation. Alternate links, the sitemap and
    security.txt follow from this list. Before it grows, someone has to check that no record that
    is live has a blank Spanish column (programs/translation.py), that the templates' own words are
    translated, and that the addresses under /es/ are there.
    """
    return ["en"]
