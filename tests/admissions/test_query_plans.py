"""The reads that meet a million inquiries go by an index, on either database."""

from __future__ import annotations

import datetime
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from admissions import asked, figures, related
from admissions.admin import tabs
from admissions.admin.view import View
from admissions.counting import capped_counts
from admissions.models import Event, Inquiry, LookupToken

MANY = 600
BY_TOKEN = "lookuptoken_by_digest"


@pytest.fixture(params=["counted", "as they come"])
def many(request, db, coordinator, lead):
    """Inquiries whose number the planner knows, and, as on most SQLite files, does not."""
    call_command("fake_inquiries", MANY, seed=11, verbosity=0)
    with connection.cursor() as cursor:
        if request.param == "counted":
            cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            # So few rows are read fastest in a row; what is asked is whether the index can serve.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")


def plan(rows: QuerySet) -> str:
    """How the database means to read `rows`: each step with the index it uses."""
    if connection.vendor == "postgresql":
        return json.dumps(json.loads(rows.explain(format="json")), indent=1)
    return rows.explain()


def assert_by(rows: QuerySet, *indexes: str) -> None:
    """`rows` are read through each of `indexes`, and no table is read from end to end."""
    steps = plan(rows)
    for index in indexes:
        assert any(name in steps for name in index.split("|")), steps
    assert '"Seq Scan"' not in steps, steps
    scans = [line for line in steps.splitlines() if " SCAN " in f" {line}"]
    assert not [line for line in scans if "USING" not in line and "SUBQUERY" not in line], steps


@pytest.mark.parametrize(
    "text", ["619-555-0142", "0142", "demo.1@example.org", "Noor", "Noor Demo"]
)
def test_search_goes_by_the_digest(text, many):
    for wanted in asked.tokens_of_search(text):
        assert_by(LookupToken.objects.filter(digest=wanted.digest), BY_TOKEN)
    found = related.search(Inquiry.objects.all(), text)
    assert BY_TOKEN in plan(found)
    assert "SCAN admissions_inquiry" not in plan(found)
    assert '"Seq Scan"' not in plan(found)


def test_search_by_reference_goes_by_the_reference(many):
    reference = Inquiry.objects.order_by("pk").last().reference
    steps = plan(related.search(Inquiry.objects.all(), reference).order_by())
    assert "reference" in steps
    assert '"Seq Scan"' not in steps


def test_related_inquiries_go_by_the_digest(many, monkeypatch):
    inquiry = Inquiry.objects.filter(phone__isnull=False, email__isnull=False).first()
    asked = []
    original = QuerySet._fetch_all
    monkeypatch.setattr(
        QuerySet, "_fetch_all", lambda self: (asked.append(self.all()), original(self))[1]
    )
    related.alike(inquiry)
    monkeypatch.undo()
    tokens = [rows for rows in asked if rows.model is LookupToken]
    assert tokens
    for rows in tokens:
        assert BY_TOKEN in plan(rows)
        assert '"Seq Scan"' not in plan(rows)


def test_the_quarantine_has_an_index_of_its_own(many):
    assert_by(Inquiry.objects.quarantined().order_by("quarantined_at", "pk"), "inquiry_quarantine")


def test_what_is_due_to_be_erased_has_an_index_of_its_own(many):
    long_ago = timezone.now() - datetime.timedelta(days=700)
    due = Inquiry.objects.closed_before(long_ago).order_by("closed_at", "pk")
    assert_by(due, "inquiry_retention")


def test_the_first_page_of_the_open_queue_is_read_in_its_order(many):
    queue = Inquiry.objects.open().most_overdue_first()[:50]
    assert_by(queue, "inquiry_open_queue")
    steps = plan(queue)
    assert "TEMP B-TREE" not in steps
    assert '"Sort"' not in steps


@pytest.mark.parametrize(
    ("kind", "index"),
    [
        ("held", "event_by_kind"),
        ("noted", "event_by_kind"),
        # So many are of this kind that going back from the newest entry finds a page as soon.
        ("received", "event_by_kind|admissions_event_pkey"),
    ],
)
def test_the_trail_of_one_kind_goes_by_an_index(kind, index, many):
    assert_by(Event.objects.filter(kind=kind).order_by("-pk")[:100], index)


INDEX_OF = {
    "open": "inquiry_open_queue",
    "overdue": "inquiry_open_queue",
    "mine": "inquiry_queue_of_assignee",
    # SQLite takes IS NULL for an equality with the first column of the other as well.
    "unassigned": "inquiry_unassigned|inquiry_queue_of_assignee",
    "follow-up": "inquiry_follow_up",
    "waiting": "inquiry_open_queue",
    "quarantine": "inquiry_quarantine",
    "closed": "inquiry_closed",
    "all": "inquiry_newest_first",
}
SORTS = ("TEMP B-TREE", '"Sort"', '"Incremental Sort"')


@pytest.mark.parametrize("tab", tabs.TABS.values(), ids=lambda tab: tab.name)
def test_the_first_page_of_each_tab_is_read_in_the_order_of_its_index(tab, many, coordinator):
    page = View(user=coordinator, tab=tab).rows().select_related("assignee")[:100]
    assert_by(page, INDEX_OF[tab.name])
    steps = plan(page)
    assert not [sort for sort in SORTS if sort in steps], steps


DAYS = {"received": "2026-01-01..2026-12-31"}
RANGES = [
    ("all", DAYS, "inquiry_newest_first"),
    ("all", {"source": "phone"}, "inquiry_of_source"),
    ("all", {"source": "web", **DAYS}, "inquiry_of_source"),
    ("all", {"source": "web", "came_from": "planner"}, "inquiry_of_page"),
    # So many are of no page that PostgreSQL may as well leave the others out.
    ("all", {"source": "web", "came_from": "none", **DAYS}, "inquiry_of_page|inquiry_of_source"),
    ("closed", {"outcome": "admitted"}, "inquiry_of_outcome"),
    ("closed", {"outcome": "spam", **DAYS}, "inquiry_of_outcome"),
    ("closed", {"assignee": "me"}, "inquiry_closed_of_assignee"),
    ("open", DAYS, "inquiry_open_newest_first"),
    ("open", {"received": "..2026-06-01"}, "inquiry_open_newest_first"),
    ("open", {"assignee": "me"}, "inquiry_queue_of_assignee"),
    ("open", {"assignee": "none"}, "inquiry_unassigned|inquiry_queue_of_assignee"),
    ("open", {"priority": "2"}, "inquiry_open_queue"),
    # Where next to nobody is urgent, PostgreSQL may as well begin with those.
    ("open", {"assignee": "me", "priority": "2"}, "inquiry_queue_of_assignee|inquiry_open_queue"),
    ("overdue", {"assignee": "me"}, "inquiry_queue_of_assignee"),
    ("overdue", {"priority": "0"}, "inquiry_open_queue"),
    ("overdue", {"assignee": "me", "priority": "0"}, "inquiry_queue_of_assignee"),
    ("waiting", {"assignee": "me"}, "inquiry_queue_of_assignee"),
    ("waiting", {"priority": "0"}, "inquiry_open_queue"),
    ("waiting", {"assignee": "me", "priority": "0"}, "inquiry_queue_of_assignee"),
    ("mine", {"priority": "2"}, "inquiry_queue_of_assignee|inquiry_open_queue"),
    ("unassigned", {"priority": "2"}, "inquiry_unassigned|inquiry_queue_of_assignee"),
]


def test_what_an_index_narrows(many, coordinator):
    """Each is read as ranges of its index, in its order, and no row is looked at in vain."""
    for tab, chosen, index in RANGES:
        here = View(user=coordinator, tab=tabs.TABS[tab], chosen=chosen)
        assert here.narrowed().by_index, (tab, chosen)
        for part in here.parts():
            found = part.values_list("pk")[:5001]
            assert_by(found, index)
            steps = plan(found)
            assert not [sort for sort in SORTS if sort in steps], steps
            if connection.vendor == "sqlite":
                assert "SEARCH admissions_inquiry USING COVERING INDEX inquiry_" in steps, steps
            else:
                assert '"Index Cond"' in steps or "inquiry_unassigned" in steps, steps


def test_every_range_of_a_tab_is_among_those_whose_plans_are_asked():
    asked = {(tab, frozenset(chosen)) for tab, chosen, _index in RANGES}
    known = {(tab.name, found.facets) for tab in tabs.TABS.values() for found in tab.ranges}
    assert known == asked


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("tab", tabs.TABS.values(), ids=lambda tab: tab.name)
def test_previous_and_next_are_the_starts_of_ranges_of_the_index(tab, forward, many, coordinator):
    here = View(user=coordinator, tab=tab)
    inquiry = here.rows().first()
    for found in here.steps_from(inquiry, forward=forward):
        assert_by(found, "inquiry_")  # PostgreSQL takes whichever is the shortest
        steps = plan(found)
        assert not [sort for sort in SORTS if sort in steps], steps
        # A range, not all of the index up to the place.
        assert "SEARCH admissions_inquiry" in steps or '"Index Cond"' in steps, steps


@pytest.mark.parametrize("tab", tabs.TABS.values(), ids=lambda tab: tab.name)
def test_a_tab_counts_what_it_lists(tab, many, coordinator):
    counted, listed = (
        rows(Inquiry.objects.all(), coordinator).order_by("pk") for rows in (tab.counted, tab.rows)
    )
    assert list(counted) == list(listed)


def test_counting_the_tabs_is_one_query_that_reads_no_table_from_end_to_end(
    many, coordinator, django_assert_num_queries
):
    lists = [tab.counted(Inquiry.objects.all(), coordinator) for tab in tabs.TABS.values()]
    with django_assert_num_queries(1):
        numbers = capped_counts(lists, 51)
    assert max(numbers) == 51
    for rows in lists:
        steps = plan(rows.order_by().values("pk")[:501])
        assert '"Seq Scan"' not in steps, steps
        assert "SCAN admissions_inquiry\n" not in f"{steps}\n", steps
        if connection.vendor == "sqlite":  # PostgreSQL looks at rows that were written just now
            assert "COVERING INDEX" in steps, steps


@pytest.mark.parametrize("text", ["Noor", "Noor Demo", "0142"])
def test_the_newest_matches_of_a_search_come_in_the_order_of_the_digest_s_index(text, many):
    words = [wanted.digest for wanted in asked.tokens_of_search(text)]
    found = related.holders(words[0])[:100]
    assert_by(found, BY_TOKEN)
    assert not [sort for sort in SORTS if sort in plan(found)]


def test_those_that_hold_all_words_of_a_name_are_found_by_the_digest_s_index(many):
    words = [wanted.digest for wanted in asked.tokens_of_search("Noor Demo")]
    steps = plan(related.holders_of_all(words[0], words[1:])[:100])
    assert BY_TOKEN in steps
    assert '"Seq Scan"' not in steps


def test_whose_promise_ran_out_is_read_by_index(many):
    now = timezone.now()
    assert_by(figures.ran_out(now - datetime.timedelta(seconds=30), now), "inquiry_by_due")
