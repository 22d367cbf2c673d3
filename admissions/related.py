"""Finding inquiries by what they say, though all of it is sealed: through their lookup tokens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from . import asked
from .counting import capped_counts
from .models import Inquiry, InquiryLink, LookupToken
from .models.querysets import InquiryQuerySet
from .protection import digests

Kind = LookupToken.Kind
SHARED = {
    Kind.PHONE.value: _("same phone"),
    Kind.EMAIL.value: _("same e-mail"),
    Kind.WHOLE_NAME.value: _("same name"),
}
LINKED = "linked"  # what two can share beside those
MOST_ALIKE = 10
MOST_FOUND = 1000
MOST_COMPARED = 5000  # holders of one word of a name that are asked for the other words


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


class Others(NamedTuple):
    """Inquiries of the same person: those that colleagues have linked, and those only alike."""

    linked: list[Inquiry]
    alike: list[Alike]


def others(inquiry: Inquiry) -> Others:
    """Inquiries linked with this one, and at most MOST_ALIKE with the same phone number, e-mail
    address or whole name; the newest first.

    Two queries, each by index, however many share a digest; one when there is none.
    """
    by: dict[int, list[str]] = {}
    for key, kind in _shared_with(inquiry):
        if key != inquiry.pk:
            by.setdefault(key, []).append(kind)
    keys = sorted(by, reverse=True)
    linked = [key for key in keys if LINKED in by[key]]
    only_alike = [key for key in keys if LINKED not in by[key]][:MOST_ALIKE]
    rows = Inquiry.objects.select_related("assignee").in_bulk([*linked, *only_alike])
    return Others(
        [rows[key] for key in linked],
        [Alike(rows[key], tuple(by[key])) for key in only_alike],
    )


def _shared_with(inquiry: Inquiry) -> Iterable[tuple[int, str]]:
    """Keys of other inquiries and what they share with this one: a kind of token, or LINKED."""
    tokens = _newest_of(inquiry, SHARED, MOST_ALIKE + 1) if inquiry.is_readable else []
    parts: list[QuerySet[Any, tuple[int, str]]] = [
        rows.values_list("inquiry_id", "kind") for rows in tokens
    ]
    if inquiry.pk is not None:
        for one, other in (("low", "high_id"), ("high", "low_id")):
            links = InquiryLink.objects.filter(**{one: inquiry}).order_by()
            parts.append(links.values_list(other, Value(LINKED)))
    return parts[0].union(*parts[1:], all=True) if parts else ()


def alike(inquiry: Inquiry) -> list[Alike]:
    """Those of `others` that are not linked."""
    return others(inquiry).alike


def alike_to(*, phone: str = "", email: str = "", name: str = "") -> list[Alike]:
    """As `alike`, for somebody whose inquiry is only being written down. What is no number and no
    address yet finds nobody.
    """
    number = digests.normal_phone(phone) or ""
    return alike(Inquiry(phone=number, email=email if "@" in email else "", name=name))


def of_same_route(inquiry: Inquiry) -> QuerySet[LookupToken, int]:
    """The keys of inquiries with the same phone number or e-mail address, `inquiry` among them, by
    index: the newest, at most some MOST_ALIKE for each.
    """
    tokens = _newest_of(inquiry, {Kind.PHONE, Kind.EMAIL}, 2 * MOST_ALIKE)
    found = tokens[0].union(*tokens[1:]) if tokens else LookupToken.objects.none()
    return found.values_list("inquiry_id", flat=True)


def _newest_of(
    inquiry: Inquiry, kinds: Collection[str], number: int
) -> list[QuerySet[LookupToken, LookupToken]]:
    """The newest tokens that say the same as each of the inquiry's own of these kinds, to be read
    as a union.

    Of short reads: asked for all of some digests at once, the database reads and sorts everything
    that thousands have in common.
    """
    own = [t.digest for t in digests.tokens_of(inquiry) if t.kind in kinds]
    return [LookupToken.objects.filter(pk__in=_newest(digest, number)).order_by() for digest in own]


def token_rows(inquiry: Inquiry) -> list[LookupToken]:
    """The tokens of what `inquiry` says now, not stored yet."""
    tokens = digests.tokens_of(inquiry)
    return [LookupToken(inquiry=inquiry, kind=t.kind, digest=t.digest) for t in tokens]


def search(rows: InquiryQuerySet, text: str) -> InquiryQuerySet:
    """Inquiries that `text` can mean: a reference, a phone number in any form or its last four
    digits, an e-mail address, or whole words of a name, each of which has to occur.

    No query, but one where `text` could be a reference.
    """
    reference = asked.reference_in(text)
    if reference is not None and rows.filter(reference=reference).exists():
        return rows.filter(reference=reference)  # found when erased too, unlike by its token
    meant = Q(pk__in=[])
    for tokens in asked.readings(text):
        # IN, not EXISTS: SQLite would go through the whole queue and ask each inquiry.
        holding = [LookupToken.objects.filter(digest=wanted.digest) for wanted in tokens]
        meant |= Q(*(Q(pk__in=found.values("inquiry")) for found in holding))
    return rows.filter(meant)


def meant_by(text: str) -> Q:
    """The same as a condition on each inquiry, for when there are few to ask."""
    meant = Q(pk__in=[])
    for tokens in asked.readings(text):
        held = LookupToken.objects.filter(inquiry=OuterRef("pk"))
        meant |= Q(*(Exists(held.filter(digest=wanted.digest)) for wanted in tokens))
    return meant


@dataclass(frozen=True)
class Found:
    """The keys of the inquiries that a search means, the newest first; `capped`: there are more;
    `by_end`: of a number that is not whole, the last digits alone were compared.
    """

    keys: list[int]
    capped: bool = False
    by_end: bool = False


def find(text: str) -> Found:
    """The newest MOST_FOUND that `search` finds. One query; two for a name of several words. A
    reference that no inquiry has, and each further reading (asked.py), cost their own.

    The digest's index holds each word's inquiries in their order, so that a name half the people
    share costs no more than a rare one.
    """
    reference = asked.reference_in(text)
    if reference is not None:
        named = Inquiry.objects.filter(reference=reference).values_list("pk", flat=True)
        if keys := list(named):
            return Found(keys)
    found = [_holding([wanted.digest for wanted in tokens]) for tokens in asked.readings(text)]
    by_end = asked.is_cut_short(text)
    if len(found) == 1:
        return replace(found[0], by_end=by_end)
    keys = sorted({key for one in found for key in one.keys}, reverse=True)
    capped = len(keys) > MOST_FOUND or any(one.capped for one in found)
    return Found(keys[:MOST_FOUND], capped=capped, by_end=by_end)


def _holding(words: list[bytes]) -> Found:
    """The newest that hold all of these tokens."""
    keys = holders(words[0])
    unseen = False
    if len(words) > 1:
        counts = capped_counts([holders(word) for word in words], MOST_COMPARED + 1)
        rarest = min(range(len(words)), key=counts.__getitem__)
        unseen = counts[rarest] > MOST_COMPARED
        keys = holders_of_all(words.pop(rarest), words)
    found = list(keys[: MOST_FOUND + 1])
    return Found(found[:MOST_FOUND], capped=unseen or len(found) > MOST_FOUND)


def holders(digest: bytes) -> QuerySet[LookupToken, int]:
    """The inquiries with this token, the newest first, in the order of an index."""
    rows = LookupToken.objects.filter(digest=digest).order_by("-inquiry_id")
    return rows.values_list("inquiry_id", flat=True)


def holders_of_all(rarest: bytes, others: list[bytes]) -> QuerySet[LookupToken, int]:
    """Of the newest that hold the rarest word, those that hold the others as well."""
    found = holders(others[0]).filter(inquiry__in=holders(rarest)[:MOST_COMPARED])
    for digest in others[1:]:
        holding = LookupToken.objects.filter(inquiry=OuterRef("inquiry"), digest=digest)
        found = found.filter(Exists(holding))
    return found


def _newest(digest: bytes, number: int) -> QuerySet[LookupToken, int]:
    """The keys of the newest tokens with this digest."""
    rows = LookupToken.objects.filter(digest=digest).order_by("-inquiry_id")
    return rows.values_list("pk", flat=True)[:number]


def with_others(inquiries: Collection[int]) -> set[int]:
    """Which of these share a phone number or an e-mail address with another. One query."""
    others = LookupToken.objects.filter(digest=OuterRef("digest")).exclude(
        inquiry=OuterRef("inquiry")
    )
    sure = LookupToken.objects.filter(inquiry__in=inquiries, kind__in=[Kind.PHONE, Kind.EMAIL])
    return set(sure.filter(Exists(others)).values_list("inquiry_id", flat=True))
