"""The editors' screens: every content record, ordered, published, reviewed and versioned.

How sorting, versions, languages and the single clinic fit on one ModelAdmin is decided in
docs/decisions/003-content-admin.md.
"""

from . import clinic, pages, program

__all__ = ["clinic", "pages", "program"]
