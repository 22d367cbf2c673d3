"""What the database holds in the end, judged against what visitors were shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.faults.conftest import STAFF, Site
from tests.faults.crowd import Sent
from tests.faults.postbox import Postbox
from tests.serving import eventually

READ = """
import json
from admissions.models import Inquiry

def read(inquiry):
    return {
        "reference": inquiry.reference,
        "key": str(inquiry.idempotency_key),
        "name": inquiry.name,
        "message": inquiry.message,
        "consent": sorted(c.channel for c in inquiry.consents.all() if c.revoked_at is None),
        "events": [event.kind for event in inquiry.events.all()],
        "told": [n.sent_at is not None for n in inquiry.notifications.all()
                 if n.kind == "new-inquiry"],
        "tokens": inquiry.lookup_tokens.count(),
        "aside": inquiry.quarantined_at is not None,
    }

print(json.dumps([
    read(inquiry)
    for inquiry in Inquiry.objects.prefetch_related("consents", "events", "notifications")
]))
"""
COUNTS = """
    SELECT i.reference, i.quarantined_at IS NOT NULL,
           (SELECT count(*) FROM admissions_event e
             WHERE e.inquiry_id = i.id AND e.kind = 'received'),
           (SELECT count(*) FROM admissions_notification n
             WHERE n.inquiry_id = i.id AND n.kind = 'new-inquiry'),
           (SELECT count(*) FROM admissions_lookuptoken t WHERE t.inquiry_id = i.id)
      FROM admissions_inquiry i
"""
DUE = "UPDATE admissions_notification SET due_at = '2020-01-01 00:00:00' WHERE sent_at IS NULL"
UNSENT = "SELECT count(*) FROM admissions_notification WHERE sent_at IS NULL AND kind = '{}'"


@dataclass
class Tally:
    """How many inquiries are stored; how many of them were set aside, and so announce nothing."""

    inquiries: int
    aside: int


def each_sent_once_and_whole(site: Site, sent: list[Sent]) -> Tally:
    """Fails unless `sent` and nothing else is stored: each once, as last sent, and whole."""
    stored: list[dict[str, Any]] = site.ask(READ)
    assert repeated(row["reference"] for row in stored) == []
    assert repeated(row["key"] for row in stored) == []
    assert repeated(row["name"] for row in stored) == []
    by_reference = {row["reference"]: row for row in stored}
    assert [one for one in sent if one.reference not in by_reference] == []
    assert len(stored) == len(sent)
    for one in sent:
        row = by_reference[one.reference]
        assert row["key"] == one.form.key
        for answer in ("name", "message"):
            assert row[answer] == one.answers[answer]
        assert row["consent"] == sorted(one.answers["consent"])
        assert row["events"].count("received") == 1
        assert len(row["told"]) == (0 if row["aside"] else 1)
        assert row["tokens"] > 0
    return Tally(len(stored), sum(row["aside"] for row in stored))


def none_is_half(site: Site) -> Tally:
    """The same without what was sent, counted by the database itself: for many."""
    rows = site.rows(COUNTS)
    assert repeated(reference for reference, *_rest in rows) == []
    for reference, aside, received, told, tokens in rows:
        assert (received, told) == (1, 0 if aside else 1), reference
        assert tokens > 0, reference
    return Tally(len(rows), sum(bool(row[1]) for row in rows))


def repeated(values) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def hours_pass(site: Site) -> None:
    """What waits for another try, or for the lease of a dead worker to end, is due now."""
    site.execute(DUE)


def fewer_wait(site: Site, before: int) -> bool:
    """Whether fewer than `before` notifications are left to be sent, within a little while."""
    hours_pass(site)
    return eventually(lambda: unsent(site) < before, seconds=2)


def unsent(site: Site) -> int:
    return int(site.rows(UNSENT.format("new-inquiry"))[0][0])


def each_is_announced(site: Site, box: Postbox, *, to: tuple[str, ...] = STAFF) -> int:
    """How many notifications went out. Fails unless each did, to each of `to`, and says so.

    A notification worker has to be running.
    """
    # However long hundreds take on a busy machine: the next one may not take two minutes.
    while left := unsent(site):
        assert eventually(lambda before=left: fewer_wait(site, before), seconds=120), f"{left} wait"
    told = {row["reference"] for row in site.ask(READ) if row["told"]}
    for address in to:
        assert box.references(address) == told
    return len(told)
