"""Words as the search compares them: folded, without their endings, and what of a query counts."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

SHOWN_LENGTH = 200  # characters of a query that are shown back
READ_LENGTH = 4_000  # characters of a query that are looked at at all

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# Words that stand in every text. They say nothing, unless they are part of a phrase
# (programs/search/lay_words.py).
STOP_WORDS = frozenset(
    """a about after all am an and any are as at be been but by can could did do does for from get
    had has have he her him his how i if in into is it its me my no not of on or our she should so
    some than that the their them then there they this to too up us was we were what when where
    which who whom why will with would you your""".split()  # noqa: SIM905 - a list of a hundred strings reads worse
)

IRREGULAR = {
    "children": "child",
    "kids": "kid",
    "men": "man",
    "people": "person",
    "rights": "rights",  # what the law gives, and not what is right for somebody
    "used": "use",
    "using": "use",
    "wives": "wife",
    "women": "woman",
}


def fold(word: str) -> str:
    """`word` in small letters, without accents and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    plain = plain.replace("’", "'").removesuffix("'s")
    return plain.replace("'", "")


def stem(word: str) -> str:
    """A folded word without plural, -ing, -ed and a last e: enough to meet its relatives.

    Lighter than Porter's: an ending that is left on costs less than two words taken for one.
    """
    if word in IRREGULAR:
        return IRREGULAR[word]
    word = _singular(word)
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and re.search("[aeiouy]", rest):  # noqa: PLR2004
            doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
            word = rest[:-1] if doubled else rest
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word  # noqa: PLR2004


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word.removesuffix("s")


def stems(text: str) -> list[str]:
    """The words of `text` in order, each as it is compared."""
    return [found for match in WORD.finditer(text) if (found := stem(fold(match[0])))]


class Query(NamedTuple):
    """What somebody typed.

    `shown` is safe to show back: one line, no control characters, 200 characters at most.
    `words` are all its words in order, as pairs (written, compared).
    """

    shown: str
    words: tuple[tuple[str, str], ...]


def read(typed: str) -> Query:
    """`typed` made harmless, whatever it holds."""
    # The categories that begin with C: control characters, lone surrogates, marks that turn the
    # direction of what stands after them.
    visible = (
        " " if unicodedata.category(char).startswith("C") else char for char in typed[:READ_LENGTH]
    )
    line = " ".join(unicodedata.normalize("NFKC", "".join(visible)).split())[:READ_LENGTH]
    pairs = ((match[0], stem(fold(match[0]))) for match in WORD.finditer(line))
    return Query(_cut(line), tuple((written, word) for written, word in pairs if word))


def _cut(line: str) -> str:
    return line if len(line) <= SHOWN_LENGTH else line[: SHOWN_LENGTH - 1].rstrip() + "…"
