"""Pieces of text with the words that were found marked. Everything else is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .words import WORD

SPAN = 34  # words of an excerpt
LEAD_IN = 14  # of them at most before the first word found, to begin with its sentence
OPENERS = '“‘"('
SENTENCE_BREAK = re.compile(r"[.!?·][”\"')]*\s")

StemOf = Callable[[str], str]


def mark(text: str, wanted: Set[str], stem_of: StemOf) -> SafeString:
    """`text` as HTML, each word whose stem is wanted in a <mark>."""
    pieces, end = [], 0
    for match in WORD.finditer(text):
        if stem_of(match[0]) in wanted:
            pieces += [escape(text[end : match.start()]), f"<mark>{escape(match[0])}</mark>"]
            end = match.end()
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - escaped above


def excerpt(text: str, wanted: Set[str], stem_of: StemOf) -> SafeString:
    """The stretch of `text` with the most of the wanted words, marked; else its beginning."""
    spans = [(match.start(), match.end(), stem_of(match[0])) for match in WORD.finditer(text)]
    hits = [place for place, span in enumerate(spans) if span[2] in wanted]
    first = _richest(spans, hits) if hits else 0
    begin = _beginning(text, spans, first)
    piece = spans[begin : begin + SPAN]
    if not piece:
        return mark_safe("")
    whole_end = begin + SPAN >= len(spans)
    # The words of the text, and the marks around them.
    start = 0 if begin == 0 else piece[0][0]
    while start and text[start - 1] in OPENERS:
        start -= 1
    cut = text[start:] if whole_end else text[start : piece[-1][1]]
    before, after = "… " if begin else "", "" if whole_end else " …"
    return mark_safe(f"{before}{mark(cut, wanted, stem_of)}{after}")  # noqa: S308 - mark escapes


def _richest(spans: list[tuple[int, int, str]], hits: list[int]) -> int:
    """The hit from which an excerpt holds the most different wanted words, then the most of all."""

    def worth(first: int) -> tuple[int, int]:
        found = [spans[hit][2] for hit in hits if first <= hit < first + SPAN - LEAD_IN]
        return len(set(found)), len(found)

    return max(hits[:50], key=worth)


def _beginning(text: str, spans: list[tuple[int, int, str]], first: int) -> int:
    """Where the sentence of the word `first` begins, or a few words before it if that is far."""
    for place in range(first, max(first - LEAD_IN, 0), -1):
        if SENTENCE_BREAK.search(text[spans[place - 1][1] : spans[place][0]]):
            return place
    return 0 if first < LEAD_IN else first - 5
