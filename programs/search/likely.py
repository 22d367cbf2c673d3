"""Pages that most visitors are after, for when nothing better is known; and what an address meant.

Nothing here asks the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from . import kept
from .words import STOP_WORDS, fold, read

GUESS_LENGTH = 40  # characters of an address that are shown back
ALIKE = 70  # of 100: how much a page must be called like what was typed
OFFERED = 4
BEGINNING = 3  # characters of a page's name that are enough to offer it

# Routes without arguments, and what their links say.
ROUTES: tuple[tuple[str, str | Promise], ...] = (
    ("programs:programs", _("Our programs")),
    ("programs:conditions", _("What we treat")),
    ("programs:admissions", _("How to start")),
    ("admissions:inquiry", _("Ask admissions for a call back")),
    ("programs:questions", _("Questions people ask")),
    ("programs:families", _("For families and friends")),
    ("programs:professionals", _("For professionals who refer")),
    ("programs:privacy", _("Privacy on this site")),
    ("programs:notices", _("Privacy notices")),
    ("programs:rights", _("Your rights in treatment")),
    ("programs:accessibility", _("Accessibility")),
    ("programs:language-help", _("Help in your language")),
    ("programs:help-now", _("Help right now")),
)
# Of these, the ones that most people are after.
MOST_WANTED = (
    "programs:programs",
    "programs:conditions",
    "programs:admissions",
    "programs:questions",
    "programs:families",
)


class Link(NamedTuple):
    url: str
    title: str | Promise


def likely_pages() -> list[Link]:
    """The pages that most people are after."""
    return [Link(reverse(route), title) for route, title in ROUTES if route in MOST_WANTED]


def words_of(path: str) -> str:
    """What the last part of an address says, as words: letters and digits only, bounded."""
    last = re.sub(r"\.[a-z]{2,5}$", "", path[:2000].rstrip("/").rpartition("/")[2].lower())
    return " ".join(re.sub(r"[\W_]+", " ", last).split())[:GUESS_LENGTH].rstrip()


def closest(path: str) -> list[Link]:
    """The pages that somebody who typed `path` may have meant, the likeliest first; four at most.

    Those whose address begins so, those called much the same, then what a search for its words
    finds, then the pages above it.
    From the routes, and from the search index if this process has one in memory.
    """
    path = path[:2000]
    words = words_of(path)
    pages = list(_pages())
    likeness = {link: _likeness(words, link) for link in pages}
    named = sorted(
        (link for link in pages if likeness[link] >= ALIKE), key=lambda link: -likeness[link]
    )
    begun = [link for link in pages if _begins(path.rstrip("/"), link.url)]
    above = [link for link in reversed(pages) if path.startswith(link.url)]
    offered = {link.url: link for link in [*begun, *named, *_found(words), *above]}
    return [link for url, link in offered.items() if url != path][:OFFERED]


def _begins(path: str, url: str) -> bool:
    """Whether `path` breaks off within the last part of `url`, three characters of it given."""
    last = url.rstrip("/").rpartition("/")[0] + "/"
    return url.startswith(path) and len(path) >= len(last) + BEGINNING


def _likeness(words: str, link: Link) -> float:
    """How much `words` are like a page's title or the end of its address, 0 to 100."""
    return max(
        fuzz.token_sort_ratio(words, fold(str(link.title))),
        fuzz.token_sort_ratio(words, words_of(link.url)),
    )


def _pages() -> Iterator[Link]:
    for route, title in ROUTES:
        yield Link(reverse(route), title)
    index = kept()
    for document in index.documents if index else ():
        if document.is_page and document.url != "/":
            yield Link(document.url, document.title)


def _found(words: str) -> list[Link]:
    """The two best answers to the words of an address, from the index in memory."""
    index = kept()
    if index is None or not set(words.split()) - STOP_WORDS:
        return []
    titles = {document.url: document.title for document in index.documents}
    return [Link(hit.url, titles[hit.url]) for hit in index.find(read(words)).hits[:2]]
