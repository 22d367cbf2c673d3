"""The index: every word of the site with where it stands, and how a query is answered from it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from . import lay_words, meaning
from .documents import Document
from .excerpts import excerpt, mark
from .meaning import Entry, Piece
from .words import STOP_WORDS, WORD, Query, fold, stem

SHOWN = 20  # results on the page
RANKED_WORDS = 10  # words of a query that count; a cry for help counts wherever it stands
TITLE = 0.5  # how much of a document a word is that stands in its title, before its text
PAGE = 1.15  # a page beats a part of one that says as much
ANSWER = 2.5  # what a word is worth to the answer of its topic: as much as a rare word of a title
SAME_TITLE = 2.0  # it is called just what was typed
ALSO = 0.4  # what further meanings of one word add to the strongest of them
TAIL = 0.2  # results below this part of the best one's score are chance
EXACT, LAY, TYPO, PREFIX = 1.0, 0.7, 0.7, 0.5  # how sure we are that it is what was meant
PREFIX_LENGTH = 5


class Posting(NamedTuple):
    document: int
    weight: float  # 0 to 1: how much of the document this word is
    in_title: bool


class Term(NamedTuple):
    """A piece of a query and the stems that answer to it, each with how sure we are (0 to 1)."""

    written: str
    meanings: dict[str, float]
    meant: str  # the word we took it for, if it looks mistyped
    topics: frozenset[int]  # places in `lay_words.TOPICS`


class Hit(NamedTuple):
    url: str
    title: SafeString
    where: str
    excerpt: SafeString
    is_page: bool


class Answer(NamedTuple):
    """What a search found. `open_topics`: what only the clinic can say, and has not said yet."""

    hits: list[Hit]
    total: int
    crisis: bool
    open_topics: list[str | Promise]
    corrections: list[tuple[str, str]]  # (written, meant)


def _words(text: str) -> Iterator[str]:
    return (match[0] for match in WORD.finditer(text))


class Index:
    """All documents, ready to be searched. It never changes, so threads may share it."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = list(documents)
        self._stems: dict[str, str] = {}
        self._postings: dict[str, list[Posting]] = defaultdict(list)
        self._title_lengths: list[int] = []
        self._titles: dict[tuple[str, ...], list[int]] = {}
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        for number, document in enumerate(self.documents):
            self._add(number, document, spellings)
        self._vocabulary = sorted(self._postings)
        self._spelling = meaning.SPELLING | {
            word: written.most_common(1)[0][0] for word, written in spellings.items()
        }
        self._known = sorted({*self._vocabulary, *meaning.SPELLING} - STOP_WORDS)
        # By topic, the documents that answer it; an open topic has none.
        self._answers = [
            [n for n, document in enumerate(self.documents) if document.question in topic.questions]
            for topic in lay_words.TOPICS
        ]
        self._open = {number for number, answers in enumerate(self._answers) if not answers}

    def _add(self, number: int, document: Document, spellings: dict[str, Counter[str]]) -> None:
        in_order = tuple(self._note(word, spellings) for word in _words(document.title))
        self._titles.setdefault(in_order, []).append(number)
        title = set(in_order)
        counts: Counter[str] = Counter()
        for text in (document.text, document.summary):
            counts.update(self._note(word, spellings) for word in _words(text))
        # Long texts hold every word sooner or later: what counts is how much it is of the whole.
        length = 0.5 + sum(counts.values()) / 200
        for word in title | counts.keys():
            share = counts[word] / (counts[word] + length) * (1 - TITLE)
            posting = Posting(number, share + TITLE * (word in title), word in title)
            self._postings[word].append(posting)
        self._title_lengths.append(len(title - STOP_WORDS) or 1)

    def _note(self, written: str, spellings: dict[str, Counter[str]]) -> str:
        # Keeps the words of the content alone; nothing that somebody typed comes here.
        word = self._stems.setdefault(written, stem(fold(written)))
        spellings[word][written.lower()] += 1
        return word

    def find(self, query: Query) -> Answer:
        """What answers `query`, the best first. Memory only: no database, no log."""
        pieces = list({piece.key: piece for piece in meaning.pieces(query.words)}.values())
        telling = [piece for piece in pieces if not piece.is_noise] or pieces
        terms = [self._term(piece) for piece in telling[:RANKED_WORDS]]
        scores = self._scores(terms)
        for number in self._titles.get(tuple(compared for _written, compared in query.words), ()):
            if number in scores:
                scores[number] *= SAME_TITLE
        best = max(scores.values(), default=0.0)
        ranked = sorted(
            (number for number, score in scores.items() if score >= TAIL * best),
            key=lambda number: (-scores[number], number),
        )
        wanted = {word for term in terms for word in term.meanings} - STOP_WORDS
        open_topics = sorted({topic for term in terms for topic in term.topics} & self._open)
        return Answer(
            hits=[self._hit(self.documents[number], wanted) for number in ranked[:SHOWN]],
            total=len(ranked),
            crisis=meaning.is_crisis(compared for _written, compared in query.words),
            open_topics=[lay_words.TOPICS[topic].label for topic in open_topics],
            corrections=[(term.written, term.meant) for term in terms if term.meant],
        )

    def _hit(self, document: Document, wanted: set[str]) -> Hit:
        def stem_of(written: str) -> str:
            return self._stems.get(written) or stem(fold(written))

        text = document.text
        if document.summary and not any(stem_of(word) in wanted for word in _words(text)):
            text = document.summary
        return Hit(
            document.url,
            mark(document.title, wanted, stem_of),
            document.where,
            excerpt(text, wanted, stem_of),
            document.is_page,
        )

    def _scores(self, terms: list[Term]) -> dict[int, float]:
        """By document: what its words weigh, more where more of the query is in it."""
        totals: dict[int, float] = defaultdict(float)
        matched: Counter[int] = Counter()
        titled: Counter[int] = Counter()
        for term in terms:
            best, in_title = self._term_scores(term)
            for number, score in best.items():
                totals[number] += score
                matched[number] += 1
            titled += in_title
        return {
            number: total
            * (matched[number] / len(terms)) ** 2
            * (1 + min(titled[number] / self._title_lengths[number], 1) / 2)
            * (PAGE if self.documents[number].is_page else 1)
            for number, total in totals.items()
        }

    def _term_scores(self, term: Term) -> tuple[dict[int, float], Counter[int]]:
        worths: dict[int, list[float]] = defaultdict(list)
        in_title: Counter[int] = Counter()
        # Until the clinic has answered, a text that says "cost" in passing is no answer.
        titles_only = bool(term.topics & self._open)
        for word, sure in term.meanings.items():
            postings = self._postings.get(word, ())
            rare = math.log(1 + len(self.documents) / (1 + len(postings)))
            for number, weight, titled in postings:
                if titled or not titles_only:
                    worths[number].append(sure * weight * rare)
                    if titled and sure >= LAY:
                        in_title[number] += 1
        for topic in term.topics:
            for number in self._answers[topic]:
                worths[number].append(ANSWER)
        scores = {
            number: (1 - ALSO) * max(found) + ALSO * sum(found) for number, found in worths.items()
        }
        return scores, in_title

    def _term(self, piece: Piece) -> Term:
        entry = meaning.ENTRIES.get(piece.key)
        meanings = dict.fromkeys(piece.key, EXACT) if len(piece.key) == 1 else {}
        meant = ""
        if entry is None and piece.key[0] not in self._postings:
            meanings = dict.fromkeys(self._longer_or_shorter(piece.key[0]), PREFIX)
            if not meanings:
                meanings, entry, meant = self._corrected(piece.key[0])
        elif len(piece.key) == 1:
            meanings = dict.fromkeys(self._longer_or_shorter(piece.key[0]), PREFIX) | meanings
        entry = entry or Entry(frozenset(), frozenset())
        meanings = dict.fromkeys(entry.says, LAY) | meanings
        return Term(piece.written, meanings, meant, entry.topics)

    def _longer_or_shorter(self, word: str) -> Iterator[str]:
        """Words that begin with `word` ("detox", "detoxification"), or that it begins with."""
        if len(word) < PREFIX_LENGTH:
            return
        for place in range(bisect_left(self._vocabulary, word), len(self._vocabulary)):
            if not self._vocabulary[place].startswith(word):
                break
            if self._vocabulary[place] not in {word, f"{word}s"}:
                yield self._vocabulary[place]
        for length in range(max(PREFIX_LENGTH + 1, len(word) - 3), len(word)):
            if word[:length] in self._postings:
                yield word[:length]

    def _corrected(self, word: str) -> tuple[dict[str, float], Entry | None, str]:
        near = meaning.near(word, self._known)
        if not near:
            return {}, None, ""
        # Of equally close words the one that stands in more texts is the likelier.
        near.sort(key=lambda found: -len(self._postings.get(found, ())))
        entry = meaning.ENTRIES.get((near[0],))
        return dict.fromkeys(near, TYPO), entry, self._spelling[near[0]]
