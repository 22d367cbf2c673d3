"""The keys from the environment: who wraps, who can still unwrap, who digests.

A key is 32 random bytes. Its id is the first half of an HMAC that nobody can compute without it,
so that a row can say which key it needs without giving anything of that key away.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12  # of AES-GCM
ID_LENGTH = 16  # hexadecimal digits


class Unreadable(Exception):
    """A sealed value that cannot be opened: its key is missing or destroyed, or it was altered."""


class Destroyed(Unreadable):
    """A sealed value of an erased inquiry: its key is gone on purpose, for good."""


def key_id(key: bytes) -> str:
    """Which key this is, for people and rows: 16 hexadecimal digits."""
    return hmac.digest(key, b"amity key id", hashlib.sha256).hex()[:ID_LENGTH]


def wrapping_keys() -> dict[str, bytes]:
    """INQUIRY_KEYS by their ids, the newest first."""
    return {key_id(key): key for key in settings.INQUIRY_KEYS}


def newest_id() -> str:
    """The id of the key that wraps from now on."""
    return key_id(settings.INQUIRY_KEYS[0])


def lookup_id() -> str:
    return key_id(settings.LOOKUP_KEY)


def derived(purpose: str) -> bytes:
    """A key for `purpose` alone, made from LOOKUP_KEY (HKDF), which never rotates."""
    return _derived(settings.LOOKUP_KEY, purpose)


@lru_cache(maxsize=16)
def _derived(key: bytes, purpose: str) -> bytes:
    info = f"amity {purpose}".encode()
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)


def wrap(data_key: bytes, context: bytes) -> tuple[str, bytes]:
    """`data_key` wrapped by the newest key: that key's id, and nonce and ciphertext together."""
    return newest_id(), encrypt(settings.INQUIRY_KEYS[0], data_key, context)


def unwrap(wrapped: bytes, by: str, context: bytes) -> bytes:
    """The data key. Raises Unreadable."""
    key = wrapping_keys().get(by)
    if key is None:
        raise Unreadable(f"key {by or '(none)'} is not among INQUIRY_KEYS")
    return decrypt(key, wrapped, context)


def encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    """AES-256-GCM under a fresh nonce; `context` is authenticated with it, not stored."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What `encrypt` was given. Raises Unreadable when anything differs."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce or a tag
        raise Unreadable("the text was altered, or belongs elsewhere") from error
