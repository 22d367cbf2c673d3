"""Finding inquiries by what they say, though all of it is sealed: through their lookup tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from .models import Inquiry, LookupToken
from .models.querysets import InquiryQuerySet
from .protection import digests
from .protection.digests import END_DIGITS, Token, token
from .reference import read_reference

Kind = LookupToken.Kind
SHARED = {
    Kind.PHONE.value: _("same phone"),
    Kind.EMAIL.value: _("same e-mail"),
    Kind.NAME.value: _("same name"),
}
MOST_ALIKE = 10
FEWEST_NAMES = 2  # words of a name


def remember(inquiry: Inquiry) -> None:
    """Make the tokens of a stored inquiry those of what it says now. At most three queries.

    Belongs into the transaction that saves the inquiry.
    """
    wanted = {bytes(row.digest): row for row in token_rows(inquiry)}
    stored = {bytes(digest) for digest in inquiry.lookup_tokens.values_list("digest", flat=True)}
    inquiry.lookup_tokens.filter(digest__in=stored - set(wanted)).delete()
    LookupToken.objects.bulk_create(row for d, row in wanted.items() if d not in stored)


@dataclass(frozen=True)
class Alike:
    """Another inquiry that may be of the same person, and by what: kinds of LookupToken."""

    inquiry: Inquiry
    by: tuple[str, ...]

    @property
    def shared(self) -> str:
        """What both have, in words."""
        return ", ".join(str(SHARED[kind]) for kind in SHARED if kind in self.by)


def alike(inquiry: Inquiry) -> list[Alike]:
    """Other inquiries with the same phone number, e-mail address or whole name, newest first.

    At most MOST_ALIKE of them. Two queries, each by index. A single first name is shared by too
    many people to say anything.
    """
    if not inquiry.is_readable:
        return []
    own = digests.tokens_of(inquiry)
    sure = [t.digest for t in own if t.kind in {Kind.PHONE, Kind.EMAIL}]
    tokens = LookupToken.objects.filter(digest__in=sure)
    named = [token("name", word) for word in digests.name_words([inquiry.name])]
    if len(named) >= FEWEST_NAMES:
        first, *others = (t.digest for t in named)
        same_name = LookupToken.objects.filter(digest=first)
        for digest in others:
            holding = LookupToken.objects.filter(inquiry=OuterRef("inquiry"), digest=digest)
            same_name = same_name.filter(Exists(holding))
        tokens = tokens.order_by().union(same_name.order_by())
    by: dict[int, list[str]] = {}
    for row in tokens.order_by("-inquiry_id")[: 3 * (MOST_ALIKE + 1)]:
        if row.inquiry_id != inquiry.pk:
            by.setdefault(row.inquiry_id, []).append(row.kind)
    rows = Inquiry.objects.select_related("assignee").filter(pk__in=list(by)[:MOST_ALIKE])
    return [Alike(row, tuple(by[row.pk])) for row in rows.order_by("-pk")]


def token_rows(inquiry: Inquiry) -> list[LookupToken]:
    """The tokens of what `inquiry` says now, not stored yet."""
    tokens = digests.tokens_of(inquiry)
    return [LookupToken(inquiry=inquiry, kind=t.kind, digest=t.digest) for t in tokens]


def search(rows: InquiryQuerySet, text: str) -> InquiryQuerySet:
    """Inquiries that `text` can mean: a reference, a phone number in any form or its last four
    digits, an e-mail address, or whole words of a name, each of which has to occur.
    """
    reference = read_reference(text)
    if reference is not None:
        return rows.filter(reference=reference)  # found when erased too, unlike by its token
    tokens = tokens_of_search(text)
    for wanted in tokens:
        # IN, not EXISTS: SQLite would go through the whole queue and ask each inquiry.
        holding = LookupToken.objects.filter(digest=wanted.digest)
        rows = rows.filter(pk__in=holding.values("inquiry"))
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
