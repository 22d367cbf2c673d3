"""How the site writes its log: without what people wrote to it."""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

from django.utils.encoding import escape_uri_path

SECURITY = "django.security."  # and the kind of what was refused
RECEIPT = re.compile(r"(/received/)[^/\s]+")


class PrivateFormatter(logging.Formatter):
    """Leaves out the message of an exception, which may quote a person's words.

    A unique constraint names the e-mail address it met twice, a decoder the bytes it stumbled
    over. The kind of an exception and the lines of code it came through are enough to find a
    mistake. Below ERROR not even those are written: a client's mistake is one line.
    """

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith(SECURITY) and record.levelno >= logging.ERROR:
            record = _refused(record)
        if record.levelno < logging.ERROR and record.exc_info:
            record = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None})
        # The address of a confirmation opens it for a day, and holds the reference after that.
        return RECEIPT.sub(r"\1…", super().format(record))

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        parts: list[str] = []
        error = ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__name__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nwhich came of\n\n".join(parts)


def _refused(record: logging.LogRecord) -> logging.LogRecord:
    """A suspicious request as one line: its kind, which is the logger's name, and its path. The
    message quotes what was asked for, words of an address among it.
    """
    path = escape_uri_path(getattr(getattr(record, "request", None), "path", ""))
    said = {"msg": "Refused: %s", "args": (path,), "exc_info": None, "exc_text": None}
    return logging.makeLogRecord(record.__dict__ | said)
