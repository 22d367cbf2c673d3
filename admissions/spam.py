"""What about an inquiry looks like spam, and when that is enough to set it aside.

Setting aside is all that is ever done: nobody is refused, nobody waits longer, and staff read the
reasons in the Quarantine tab. The cost of a mistake is a person who waits, so what many honest
senders do is no sign at all or a weak one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.core import signing
from django.db.models import TextChoices
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from . import rate
from .models import Inquiry

# Hidden from people, and a name that no browser or password manager fills in by itself.
TRAP = "homepage"
FASTEST = 3  # seconds; two pages have to be read and sent in them
# The same text this many times within a day. A planner writes one sentence about each client.
REPEATS = {Inquiry.AskingFor.PROFESSIONAL.value: 12}
REPEATS_OTHERWISE = 3
SHORTEST_REPEATED = 20  # letters and spaces: "please call me back" is anybody's sentence
MANY_LINKS = 2

URL = re.compile(r"https?://|www\.[^\s.]", re.IGNORECASE)


class Sign(TextChoices):
    """A reason, as Inquiry.suspicions stores it and as staff read it."""

    TRAP_FILLED = "trap-filled", _("A hidden field was filled in")
    FORGED_TIME = "forged-time", _("The time at which the form was opened was made up")
    TOO_FAST = "too-fast", _("It was filled in within three seconds")
    LINKS = "links", _("Several links in the message, or one in a name")
    REPEATED = "repeated", _("The same text came several times within a day")
    NO_TIME = "no-time", _("It was sent without opening the form")
    ONE_LINK = "one-link", _("The message holds a link")
    BUSY_NETWORK = "busy-network", _("Many came from the same network within an hour")


# Each of these is enough. Of the others it takes two: an honest person can come by any of them.
ENOUGH_ALONE = frozenset(
    {Sign.TRAP_FILLED, Sign.FORGED_TIME, Sign.TOO_FAST, Sign.LINKS, Sign.REPEATED}
)
ENOUGH_TOGETHER = 2


def reasons_to_set_aside(signs: Iterable[Sign]) -> list[str]:
    """The codes to store; none when the signs do not weigh enough."""
    found = set(signs)
    if found & ENOUGH_ALONE or len(found) >= ENOUGH_TOGETHER:
        return [sign.value for sign in Sign if sign in found]
    return []


def suspicions(
    *,
    trap: str,
    opened: str,
    message: str,
    names: Iterable[str],
    network: str,
    asking_for: str = "",
) -> list[str]:
    """Why to set aside valid answers that are about to be stored: codes of Sign, or nothing.

    `names` are the answers where no link belongs. Counts them towards `network`.
    """
    found = {_sign_of_time(opened), _sign_of_links(message, names)}
    if trap:
        found.add(Sign.TRAP_FILLED)
    if _is_repeated(message, asking_for):
        found.add(Sign.REPEATED)
    if rate.is_busy(network):
        found.add(Sign.BUSY_NETWORK)
    return reasons_to_set_aside(sign for sign in found if sign is not None)


def remember(message: str) -> None:
    """Count the message of an inquiry that is stored now: a try that failed repeats nothing."""
    digest = _digest(message)
    if digest:
        rate.remember_text(digest)


def opened_now() -> str:
    """The value of the form's hidden input: when it was shown, signed."""
    return _signer().sign("form")


def _sign_of_time(opened: str) -> Sign | None:
    if not opened:
        return Sign.NO_TIME
    try:
        _signer().unsign(opened, max_age=FASTEST)
    except signing.SignatureExpired:
        return None  # older than that: as it should be, however old
    except (signing.BadSignature, ValueError):
        return Sign.FORGED_TIME
    return Sign.TOO_FAST


def _sign_of_links(message: str, names: Iterable[str]) -> Sign | None:
    in_message = len(URL.findall(message))
    if in_message >= MANY_LINKS or any(URL.search(name) for name in names):
        return Sign.LINKS
    return Sign.ONE_LINK if in_message else None


def _is_repeated(message: str, asking_for: str) -> bool:
    digest = _digest(message)
    allowed = REPEATS.get(asking_for, REPEATS_OTHERWISE)
    return bool(digest) and rate.times_seen(digest) + 1 >= allowed


def _digest(message: str) -> str:
    """A keyed digest of the message's words; "" when it is too short to say anything."""
    plain = unicodedata.normalize("NFKC", message).casefold()
    words = " ".join(re.findall(r"\w+", plain))
    if len(words) < SHORTEST_REPEATED:
        return ""
    return salted_hmac("admissions.spam.text", words, algorithm="sha256").hexdigest()


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="admissions.opened")
