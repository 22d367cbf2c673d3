"""The envelope of one inquiry: its random data key, and what that key seals.

Associated data binds every sealed value to its table, its column and the inquiry's UUID: a value
copied into another place or another inquiry does not open there.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from . import keys


class Envelope:
    """Seals and opens texts of the inquiry `uuid` with its data key."""

    def __init__(self, uuid: UUID, data_key: bytes) -> None:
        self.uuid = uuid
        self._data_key = data_key

    @classmethod
    def fresh(cls, uuid: UUID) -> tuple[Envelope, str, bytes]:
        """An envelope with a new data key: itself, the id of the wrapping key, the wrapped key."""
        data_key = secrets.token_bytes(keys.KEY_BYTES)
        return cls(uuid, data_key), *keys.wrap(data_key, _key_context(uuid))

    @classmethod
    def of(cls, uuid: UUID, key_id: str, wrapped: bytes | None) -> Envelope:
        """The envelope as it is stored. Raises Unreadable; Destroyed for an erased inquiry."""
        if wrapped is None:
            raise keys.Destroyed("its key was destroyed")
        return cls(uuid, keys.unwrap(bytes(wrapped), key_id, _key_context(uuid)))

    def seal(self, table: str, column: str, text: str) -> bytes:
        return keys.encrypt(self._data_key, text.encode(), self._context(table, column))

    def open(self, table: str, column: str, sealed: bytes) -> str:
        """Raises Unreadable."""
        return keys.decrypt(self._data_key, sealed, self._context(table, column)).decode()

    def _context(self, table: str, column: str) -> bytes:
        return f"{table}|{column}|{self.uuid}".encode()


def rewrapped(uuid: UUID, key_id: str, wrapped: bytes) -> tuple[str, bytes]:
    """The same data key, wrapped by the newest key. Raises Unreadable."""
    context = _key_context(uuid)
    return keys.wrap(keys.unwrap(bytes(wrapped), key_id, context), context)


def _key_context(uuid: UUID) -> bytes:
    return f"admissions_inquiry|data_key|{uuid}".encode()
