"""Keyed digests by which sealed inquiries are found and related.

Each is HMAC-SHA-256 under LOOKUP_KEY, cut to 16 bytes, of a kind and a normalised value: without
the key nobody can tell which number a digest is of, nor try them all. Whole numbers, addresses and
words only; nothing that would let a part of a name be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from phonenumber_field.phonenumber import to_python

if TYPE_CHECKING:
    from ..models import Inquiry

DIGEST_BYTES = 16
END_DIGITS = 4
MOST_WORDS = 10  # of one name
FEWEST_WORDS = 2  # of a whole name: a first name alone is shared by too many to say anything


class Token(NamedTuple):
    """A LookupToken before it has a row: its kind and its digest."""

    kind: str
    digest: bytes


def token(kind: str, value: str) -> Token:
    """The token of a value that is normalised already."""
    message = f"{kind}|{value}".encode()
    return Token(kind, hmac.digest(settings.LOOKUP_KEY, message, hashlib.sha256)[:DIGEST_BYTES])


def tokens_of(inquiry: Inquiry) -> list[Token]:
    """Every token that `inquiry` is found by, each once."""
    found = [token("reference", inquiry.reference)]
    if inquiry.phone:
        number = str(inquiry.phone.as_e164)
        found += [token("phone", number), token("phone-end", number[-END_DIGITS:])]
    if inquiry.email:
        found.append(token("email", normal_email(inquiry.email)))
    found += tokens_of_names(inquiry.name, inquiry.ask_for)
    return list(dict.fromkeys(found))


def tokens_of_names(name: str, ask_for: str = "") -> list[Token]:
    """A token for each word of both, and one for the whole of `name`, its words in any order."""
    found = [token("name", word) for word in name_words([name, ask_for])]
    whole = sorted(name_words([name]))
    if len(whole) >= FEWEST_WORDS:
        found.append(token("whole-name", " ".join(whole)))
    return found


def normal_email(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def normal_phone(text: str) -> str | None:
    """E.164, read as American unless it begins with `+`; None when it is no number."""
    number = to_python(text)
    return str(number.as_e164) if number and number.as_e164.startswith("+") else None


def name_words(names: Iterable[str]) -> Iterator[str]:
    """The words of some names as they are compared: no accents, no case, no punctuation."""
    words: dict[str, None] = {}
    for name in names:
        # Decomposed, an acute accent that stands for an apostrophe would be a space.
        plain = unicodedata.normalize("NFKD", name.replace("´", "'")).casefold()
        plain = "".join(c for c in plain if not unicodedata.combining(c))
        plain = re.sub(r"['’ʼ`´]", "", unicodedata.normalize("NFKC", plain))
        words |= dict.fromkeys(re.findall(r"[^\W_]+", plain)[:MOST_WORDS])
    return iter(words)
