"""gunicorn's answer, for which headers that anybody may get are checked once, not each time.

gunicorn looks at every character of every header it sends, so that none can smuggle in another. For
a page from memory with a dozen headers that is a tenth of all its work, spent on the same strings
again and again. Headers that differ in one character are others, and checked like any.
"""

from __future__ import annotations

from gunicorn.http import wsgi

Headers = list[tuple[str, str]]

# Each page has a few; 1,000 of them are about 2 MB.
REMEMBERED = 1000

# What the application gave → what is sent of it, and the length of the body if it says so.
_checked: dict[tuple[tuple[str, str], ...], tuple[Headers, int | None]] = {}


class Response(wsgi.Response):
    def process_headers(self, headers: Headers) -> None:
        given = tuple(headers)
        known = _checked.get(given)
        if known is not None:
            sent, self.response_length = known
            self.headers.extend(sent)
            return
        super().process_headers(headers)
        if _is_for_anybody(headers) and not self.upgrade:
            if len(_checked) >= REMEMBERED:
                _checked.clear()
            _checked[given] = (list(self.headers), self.response_length)


def _is_for_anybody(headers: Headers) -> bool:
    """Only such are remembered: a person's cookie or address stays in memory for no longer."""
    named = {name.lower(): value for name, value in headers}
    return "public" in named.get("cache-control", "") and "set-cookie" not in named
