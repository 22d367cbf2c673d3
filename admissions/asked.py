"""What somebody who searches means: a reference, a number, an address, or words of a name.

As it is typed, read aloud, or pasted from a mail or a telephone. Nothing here asks the database.
"""

from __future__ import annotations

import re

from .protection import digests
from .protection.digests import END_DIGITS, Token, token
from .reference import read_reference

WHOLE_DIGITS = 10  # of an American number
_NOTHING_BEFORE, _NOTHING_BEHIND = r"(?<![\w-])", r"(?![\w-])"
_REFERENCE = re.compile(
    rf"{_NOTHING_BEFORE}[0-9a-z]{{4}}-[0-9a-z]{{4}}-[0-9a-z]{{2}}{_NOTHING_BEHIND}", re.I
)
_BEFORE_REFERENCE = re.compile(r"^\s*(?:#|(?:ref(?:erence|erencia)?|inquiry|no)\b)[\s.:#]*", re.I)
_ADDRESS = re.compile(r"[^\s<>:,;]+@[^\s<>,;]+")  # of "mailto:", or between angle brackets
_BEFORE_NUMBER = re.compile(
    r"^\s*(?:#|(?:tel(?:ephone|[eé]fono)?|phone|cell?|celular|mobile|m[oó]vil|call|no)\b)[\s.:#]*",
    re.I,
)
_EXTENSION = re.compile(r"(?<=\d)[\s,;]*(?:ext(?:ension|ensi[oó]n)?|x|#)[\s.:]*\d{1,7}\s*$", re.I)
_ABROAD = re.compile(r"^\s*00")  # where others dial "+"
# "O Brien" for O’Brien. A letter of its own can be an initial, too.
_APART = re.compile(r"\b([odl])\s+(?=[^\W\d_]{2})", re.I)


def reference_in(text: str) -> str | None:
    """The reference that `text` is, names ("ref …", "#…") or holds, as an address does; or None.

    One in 32 names and numbers of ten characters reads as a reference, too: look for both.
    """
    within = _REFERENCE.search(text)
    return read_reference(within[0] if within else _BEFORE_REFERENCE.sub("", text))


def readings(text: str) -> list[list[Token]]:
    """The ways to read `text`, each as the tokens that an inquiry must have. Usually one."""
    joined = _APART.sub(r"\1", text)
    found = [tokens_of_search(reading) for reading in dict.fromkeys([text, joined])]
    return [tokens for tokens in found if tokens]


def tokens_of_search(text: str) -> list[Token]:
    """The tokens an inquiry must have for `text`, as it stands, to mean it."""
    if "@" in text:
        address = _ADDRESS.search(text)
        return [token("email", digests.normal_email(address[0] if address else text))]
    if _digits(text):
        number = _whole_number(text)
        return [token("phone", number) if number else token("phone-end", _end(text))]
    return [token("name", word) for word in digests.name_words([text])]


def is_cut_short(text: str) -> bool:
    """Whether `text` is a part of a number that is longer than the last digits, which alone can be
    looked for.
    """
    return "@" not in text and len(_digits(text)) > END_DIGITS and _whole_number(text) is None


def _whole_number(text: str) -> str | None:
    """E.164; None for a part of a number."""
    number = _ABROAD.sub("+", _bare(text))
    if len(_digits(text)) < WHOLE_DIGITS and not number.lstrip().startswith("+"):
        return None
    return digests.normal_phone(number)


def _end(text: str) -> str:
    return _digits(text)[-END_DIGITS:]


def _digits(text: str) -> str:
    """The digits of a number, its extension left out; "" when there are letters, or too few."""
    bare = _bare(text)
    found = re.sub(r"\D", "", bare)
    return found if len(found) >= END_DIGITS and not re.search(r"[^\W\d_]", bare) else ""


def _bare(text: str) -> str:
    """`text` without what is said before a number ("tel:") and behind it ("ext 5")."""
    return _EXTENSION.sub("", _BEFORE_NUMBER.sub("", text))
