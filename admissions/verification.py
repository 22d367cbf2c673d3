"""Whether the logs are as they were written: what `verify_audit` looks at.

Both walks read in batches, beside a running site. What each proves is in docs/audit.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, Subquery

from . import audit, sealing
from .models import AccessRecord, AuditSeal, Event, Inquiry
from .protection import chain

BATCH = 500  # inquiries
Progress = Callable[[int], object]
ENTRY = (
    *("inquiry_id", "pk", "number", "kind", "actor_id", "from_status", "to_status"),
    *("at", "text", "digest"),
)
TO_STATUS = ENTRY.index("to_status")


@dataclass
class Findings:
    """How much was looked at, and a sentence for each thing that is not as it was written."""

    looked_at: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        self.looked_at[what] = self.looked_at.get(what, 0) + number


# Timelines


def check_timelines(findings: Findings, progress: Progress = lambda done: None) -> None:
    """Every timeline from its first entry on; the first bad entry of each is named. A whole one
    has to lead to the status that its inquiry has.
    """
    after = 0
    while batch := _inquiries_after(after):
        last = batch[-1][0]
        found = Event.objects.filter(inquiry__gt=after, inquiry__lte=last)
        rows = found.order_by("inquiry_id", "number").values_list(*ENTRY)
        timelines = {pk: list(group) for pk, group in groupby(rows, key=lambda row: row[0])}
        for pk, uuid, reference, status in batch:
            entries = timelines.get(pk, [])
            problem = _first_bad_entry(uuid, entries)
            if not problem and _leads_to(entries) != status:
                problem = _differs(pk)  # or it was moved on between the two reads
            if problem:
                findings.problems.append(f"Timeline of {reference}: {problem}.")
            findings.count("entries", len(entries))
        findings.count("inquiries", len(batch))
        progress(len(batch))
        after = last


def _inquiries_after(pk: int) -> list[Any]:
    rows = Inquiry.objects.filter(pk__gt=pk).order_by("pk")
    return list(rows.values_list("pk", "uuid", "reference", "status")[:BATCH])


def _first_bad_entry(uuid: Any, entries: Sequence[Any]) -> str:
    """What is wrong with the first entry that is not as it was written; "" when all are."""
    previous, expected = chain.START, 1
    for _inquiry, pk, number, *facts, at, text, digest in entries:
        if number != expected:
            return f"entry {expected} was removed (entry {number}, row {pk}, follows)"
        computed = chain.entry_digest(
            number, *facts, uuid=uuid, at=at, text=text.blob if text else None, previous=previous
        )
        if not chain.same(digest, computed):
            return f"entry {number} (row {pk}) was altered, moved or added"
        previous, expected = computed, expected + 1
    return "" if entries else "all its entries were removed"


def _leads_to(entries: Sequence[Any]) -> str:
    """The status in the last entry that names one."""
    return next((entry[TO_STATUS] for entry in reversed(entries) if entry[TO_STATUS]), "")


def _differs(pk: int) -> str:
    """How an inquiry's status differs from where its timeline leads, both as of one moment."""
    last = Event.objects.filter(inquiry=OuterRef("pk")).exclude(to_status="").order_by("-number")
    rows = Inquiry.objects.annotate(leads_to=Subquery(last.values("to_status")[:1]))
    status, leads_to = rows.values_list("status", "leads_to").get(pk=pk)
    same = status == leads_to
    return "" if same else f"it leads to “{leads_to}”, but the inquiry’s status is “{status}”"


# Seals, and the access records they cover


def check_seals(findings: Findings, progress: Progress = lambda done: None) -> AuditSeal:
    """Every seal with the rows it covers, and the records that none covers yet. The last seal."""
    findings.problems += _below_every_seal()
    before = sealing.beginning()
    for seal in AuditSeal.objects.order_by("number").iterator():
        if seal.number != before.number + 1:
            findings.problems.append(f"Seal {before.number + 1} was removed.")
        else:
            findings.problems += _problems_of(seal, before)
        findings.count("seals")
        findings.count("records", seal.records)
        progress(1)
        before = seal
    _check_unsealed(findings, before)
    return before


def _below_every_seal() -> Iterator[str]:
    """A sentence for each row whose key lies below the first that the database gives: no seal
    covers it. A constraint refuses such a row; it would have to be dropped first.
    """
    for what, log in (("Access record", AccessRecord), ("Timeline entry", Event)):
        below = log._default_manager.filter(pk__lt=1).order_by("pk")
        for pk in below.values_list("pk", flat=True).iterator():
            yield f"{what}, row {pk}: not written by the site."


def _problems_of(seal: AuditSeal, before: AuditSeal) -> Iterator[str]:
    records = list(sealing.rows(AccessRecord, before.records_to, seal.records_to))
    entries = list(sealing.rows(Event, before.entries_to, seal.entries_to))
    whole = True
    for what, found, counted, first, last in (
        ("Access records", records, seal.records, before.records_to + 1, seal.records_to),
        ("Timeline entries", entries, seal.entries, before.entries_to + 1, seal.entries_to),
    ):
        if len(found) != counted:
            whole = False
            done = "removed" if len(found) < counted else "added"
            difference = abs(counted - len(found))
            yield f"{what}, rows {first} to {last}: {difference} of {counted} {done}."
    altered = list(_altered_records(before.records_to, seal.records_to))
    yield from altered
    computed = sealing.digest_of(seal, bytes(before.digest), [*records, *entries])
    if whole and not altered and not chain.same(seal.digest, computed):
        yield (
            f"Seal {seal.number} was altered, or one of the rows it covers exchanged: access "
            f"records {before.records_to + 1} to {seal.records_to}, timeline entries "
            f"{before.entries_to + 1} to {seal.entries_to}."
        )


def _altered_records(after: int, to: int | None = None) -> Iterator[str]:
    """A sentence for each record with a key above `after`, up to `to`, that says something else
    than it did.
    """
    rows = AccessRecord.objects.filter(pk__gt=after).order_by("pk")
    for row in (rows if to is None else rows.filter(pk__lte=to)).iterator():
        if not chain.same(row.digest, audit.digest_of(row)):
            yield f"Access record, row {row.pk}: altered, or not written by the site."


def _check_unsealed(findings: Findings, last: AuditSeal) -> None:
    findings.problems += _altered_records(last.records_to)
    waiting = AccessRecord.objects.filter(pk__gt=last.records_to)
    entries = Event.objects.filter(pk__gt=last.entries_to)
    findings.count("unsealed", waiting.count() + entries.count())
