"""What the words of a query may mean, beyond themselves (the tables are lay_words.py's)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from . import lay_words
from .words import STOP_WORDS, fold, stems

Key = tuple[str, ...]
SHORT = 4  # letters of a word that is hardly ever mistyped, and often near another one


class Entry(NamedTuple):
    """A word or phrase that the tables know: the stems it stands for, the topics it belongs to."""

    says: frozenset[str]
    topics: frozenset[int]  # places in `lay_words.TOPICS`


class Piece(NamedTuple):
    """A word of a query, or several that make a known phrase."""

    written: str
    key: Key

    @property
    def is_noise(self) -> bool:
        """Whether it says nothing: a "the" or an "is"."""
        return len(self.key) == 1 and self.key not in ENTRIES and fold(self.written) in STOP_WORDS


def _keys(entries: str) -> list[Key]:
    return [tuple(stems(entry)) for entry in entries.split(",")]


def _entries() -> dict[Key, Entry]:
    says: dict[Key, frozenset[str]] = {}
    topics: dict[Key, frozenset[int]] = {}
    for typed, words in lay_words.LAY_WORDS:
        for key in _keys(typed):
            says[key] = says.get(key, frozenset()) | frozenset(stems(words))
    for number, topic in enumerate(lay_words.TOPICS):
        for key in _keys(topic.words):
            topics[key] = topics.get(key, frozenset()) | {number}
    return {
        key: Entry(says.get(key, frozenset()), topics.get(key, frozenset()))
        for key in says | topics
    }


ENTRIES = _entries()
_LONGEST = max(map(len, ENTRIES))
# How the tables themselves write their single words, by stem.
SPELLING = {
    key[0]: entry.strip()
    for typed in (*dict(lay_words.LAY_WORDS), *(topic.words for topic in lay_words.TOPICS))
    for entry, key in zip(typed.split(","), _keys(typed), strict=True)
    if len(key) == 1
}
_CRISIS = [frozenset(stems(entry)) for entry in lay_words.CRISIS]
_CRISIS_WORDS = sorted(frozenset().union(*_CRISIS))


def pieces(words: Sequence[tuple[str, str]]) -> list[Piece]:
    """The words (pairs of written, compared), those that make a known phrase taken together."""
    found, place = [], 0
    while place < len(words):
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            run = words[place : place + length]
            key = tuple(compared for _written, compared in run)
            if length == 1 or key in ENTRIES:
                found.append(Piece(" ".join(written for written, _compared in run), key))
                place += length
                break
    return found


def near(word: str, candidates: Sequence[str]) -> list[str]:
    """The candidates that `word` may be a mistyped form of, the likeliest first; three at most.

    Five letters allow one slip, longer words two, and four letters that one is missing; two
    letters swapped are one slip.
    """
    slips = _slips(word)
    if not slips:
        return []
    found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=8)
    # Nearly everybody gets the first letter right.
    sure = slips == 1 and len(word) > SHORT
    found = [match for match in found if sure or match[1] < slips or match[0][0] == word[0]]
    if len(word) == SHORT:
        found = [match for match in found if len(match[0]) > SHORT]
    if not found:
        return []
    found.sort(key=lambda match: (match[1], match[0][0] != word[0], abs(len(match[0]) - len(word))))
    return [match[0] for match in found if match[1] == found[0][1]][:3]


def _slips(word: str) -> int:
    if len(word) < SHORT:
        return 0
    return 1 if len(word) <= SHORT + 1 else 2


def is_crisis(words: Iterable[str]) -> bool:
    """Whether these (compared) words hold one of the tables' calls for help, mistyped or not."""
    present = set(words)
    for word in [word for word in present if len(word) > SHORT]:
        present.update(
            match
            for match, _slips_made, _place in process.extract(
                word, _CRISIS_WORDS, scorer=OSA.distance, score_cutoff=1, limit=2
            )
            if len(match) > SHORT
        )
    return any(entry <= present for entry in _CRISIS)
