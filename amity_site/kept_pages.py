"""The last good copy of each public page on disk, for when the database is down.

Each worker has its own memory; what one of them has shown, any of them (and the next ones started)
can show again from here. Nothing personal is in it: these are the pages everyone gets.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

MOST_PAGES = 500
MOST_HOSTS = 8
Headers = list[tuple[str, str]]
Key = tuple[str, bool, str]


class KeptPages:
    """Files in `folder`, one a page, at most `most`. A disk that fails costs nothing but them.

    Pages are kept for `host` alone or, where that is not known, for the first few hosts that are
    asked for: a stranger who makes up host names or ports cannot push the good copies out.
    """

    def __init__(self, folder: Path, *, host: str = "", most: int = MOST_PAGES) -> None:
        self.folder = folder
        self.most = most
        self.writable = True
        self._host = host
        self._hosts: set[str] = {host} if host else set()

    def keep(self, key: Key, headers: Headers, body: bytes) -> None:
        """Replace the copy of `key` in one step: a reader sees the old one or the new one."""
        if not self._is_for_us(key[0]):
            return
        name = ""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
                name = file.name
                file.write(json.dumps(headers).encode() + b"\n" + body)
            Path(name).replace(self._file(key))
            self._bound()
            self.writable = True
        except OSError as error:
            if self.writable:
                logger.warning("Pages cannot be kept on disk: %s", error.strerror)
            self.writable = False
            with suppress(OSError):
                Path(name).unlink()

    def find(self, key: Key) -> tuple[Headers, bytes] | None:
        """The headers and the uncompressed body that were kept."""
        try:
            first, _, body = self._file(key).read_bytes().partition(b"\n")
            return [(name, value) for name, value in json.loads(first)], body
        except (OSError, ValueError):
            return None

    def has(self, key: Key) -> bool:
        return self._file(key).exists()

    def forget(self, key: Key) -> None:
        with suppress(OSError):
            self._file(key).unlink()

    def _is_for_us(self, host: str) -> bool:
        if not self._host and len(self._hosts) < MOST_HOSTS:
            self._hosts.add(host)
        return host in self._hosts

    def _file(self, key: Key) -> Path:
        return self.folder / hashlib.sha256(repr(key).encode()).hexdigest()

    def _bound(self) -> None:
        files = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(self.folder)]
        for _, path in sorted(files)[: max(0, len(files) - self.most)]:
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108 - scandir's own string
