"""Inquiry references: `XXXX-XXXX-XX` in Crockford's base32, the last character a check.

Nine characters come from `secrets` (45 bits); the tenth is their Luhn check in base 32, so that a
reference misheard or mistyped in one place is noticed before anybody searches for it.
Crockford's alphabet leaves out I, L, O and U; read back, I and L count as 1 and O as 0.
"""

import secrets

from stdnum import luhn

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12  # characters as shown, hyphens included
_RANDOM = 9
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def new_reference() -> str:
    """A fresh reference. Whether it is unused is for the unique constraint to say."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    return _shown(body + luhn.calc_check_digit(body, ALPHABET))


def read_reference(text: str) -> str | None:
    """The reference that `text` means, in its stored form; None when it is not one.

    Case, spaces and hyphens do not matter.
    """
    plain = text.strip().upper().translate(_READ_AS)
    if len(plain) != _RANDOM + 1 or not luhn.is_valid(plain, ALPHABET):
        return None
    return _shown(plain)


def _shown(plain: str) -> str:
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"
