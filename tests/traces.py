"""Looks for what a person wrote wherever a site leaves bytes: databases, logs, pages, mail.

A word is looked for as typed and in other cases, without accents, and as programs write it down:
UTF-8, UTF-16, Latin-1, percent-encoded, escaped for JSON and HTML, quoted-printable, hexadecimal,
base64 at each of its three alignments. What is compressed has to be given here decompressed.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 8  # characters: of less, base64 would be found by chance


class Traces:
    """Finds the words of `texts` that are long enough, `phones` (E.164) and `wholes` in bytes."""

    def __init__(
        self, texts: Iterable[str], phones: Iterable[str] = (), wholes: Iterable[str] = ()
    ) -> None:
        self.words = sorted({word for text in texts for word in _words(text)} | set(wholes))
        spellings = [(word, spelled) for word in self.words for spelled in _spellings(word)]
        spellings += [(phone, written) for phone in phones for written in _written(phone)]
        self._folded: dict[bytes, str] = {}
        self._exact: dict[bytes, str] = {}
        for word, spelled in spellings:
            self._folded |= dict.fromkeys(map(bytes.lower, _forms(spelled)), word)
            self._exact |= dict.fromkeys(_base64(spelled), word)

    def found_in(self, data: bytes) -> set[str]:
        """Which of the words `data` holds in any form."""
        folded = data.lower()
        return {word for form, word in self._folded.items() if form in folded} | {
            word for form, word in self._exact.items() if form in data
        }

    def found_below(self, *folders: Path) -> list[str]:
        """`file: words` for each file below `folders` that holds one."""
        lines = []
        for path in files_below(*folders):
            found = self.found_in(_read(path))
            if found:
                lines.append(f"{path}: {', '.join(sorted(found))}")
        return lines


def files_below(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a server that runs takes files away, too
        return b""


def _words(text: str) -> list[str]:
    """The words of a text that are long enough to be nobody else's."""
    return [word for word in re.findall(r"\w+", text) if len(word) >= SHORTEST]


def _spellings(word: str) -> set[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    cases = {
        case(spelled)
        for spelled in (word, plain)
        for case in (str, str.lower, str.upper, str.title, str.casefold)
    }
    return {unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")}


def _written(phone: str) -> set[str]:
    """An American number in E.164, and as people and programs write it."""
    area, exchange, line = phone[2:5], phone[5:8], phone[8:]
    return {
        phone[2:],  # inside E.164 and every form without separators, too
        *(mark.join((area, exchange, line)) for mark in ("-", ".", " ", "‑", "\xa0")),
        f"({area}) {exchange}-{line}",
        f"({area}){exchange}-{line}",
    }


def _forms(text: str) -> set[bytes]:
    utf8 = text.encode()
    latin = text.encode("latin-1", "replace")
    return {
        utf8,
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        utf8 if b"?" in latin else latin,
        quote(text).encode(),
        quote_plus(text).encode(),
        json.dumps(text)[1:-1].encode(),
        html.escape(text).encode(),
        text.encode("ascii", "xmlcharrefreplace"),
        quopri.encodestring(utf8),
        utf8.hex().encode(),
    }


def _base64(text: str) -> set[bytes]:
    found = set()
    for encoded in (text.encode(), text.encode("utf-16-le")):
        for shift in range(3):
            whole = base64.b64encode(bytes(shift) + encoded)
            # Without the characters that what stands before and behind has a share in.
            first, last = -(-shift * 8 // 6), (shift + len(encoded)) * 8 // 6
            found |= {whole[first:last], whole[first:last].translate(_URL_SAFE)}
    return found


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
