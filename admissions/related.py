"""Finding inquiries by what they say, though all of it is sealed: through their lookup tokens."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef

from .models import Inquiry, LookupToken
from .models.querysets import InquiryQuerySet
from .protection import digests
from .protection.digests import END_DIGITS, Token, token
from .reference import read_reference


def remember(inquiry: Inquiry) -> None:
    """Make the tokens of a stored inquiry those of what it says now. At most three queries.

    Belongs into the transaction that saves the inquiry.
    """
    wanted = {row.digest: row for row in token_rows(inquiry)}
    stored = {bytes(digest) for digest in inquiry.lookup_tokens.values_list("digest", flat=True)}
    inquiry.lookup_tokens.filter(digest__in=stored - set(wanted)).delete()
    LookupToken.objects.bulk_create(row for d, row in wanted.items() if d not in stored)


def token_rows(inquiry: Inquiry) -> list[LookupToken]:
    """The tokens of what `inquiry` says now, not stored yet."""
    tokens = digests.tokens_of(inquiry)
    return [LookupToken(inquiry=inquiry, kind=t.kind, digest=t.digest) for t in tokens]


def search(rows: InquiryQuerySet, text: str) -> InquiryQuerySet:
    """Inquiries that `text` can mean: a reference, a phone number in any form or its last four
    digits, an e-mail address, or whole words of a name, each of which has to occur.
    """
    tokens = tokens_of_search(text)
    for wanted in tokens:
        holding = LookupToken.objects.filter(inquiry=OuterRef("pk"), digest=wanted.digest)
        rows = rows.filter(Exists(holding))
    return rows if tokens else rows.none()


def tokens_of_search(text: str) -> list[Token]:
    """The tokens an inquiry must have for `text` to mean it."""
    reference = read_reference(text)
    if reference is not None:
        return [token("reference", reference)]
    if "@" in text:
        return [token("email", digests.normal_email(text))]
    digits = re.sub(r"\D", "", text)
    if len(digits) >= END_DIGITS and not re.search(r"[^\W\d_]", text):
        number = digests.normal_phone(text)
        if len(digits) == END_DIGITS or number is None:
            return [token("phone-end", digits[-END_DIGITS:])]
        return [token("phone", number)]
    return [token("name", word) for word in digests.name_words([text])]
