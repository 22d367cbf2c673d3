"""The auditors' list: what it shows, how it is narrowed down, and what that costs at any size."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admissions import audit
from admissions.admin import paging
from admissions.admin.access_records import SHOWN, Narrowing, place
from admissions.models import AccessRecord
from tests.admissions.people import received
from tests.admissions.test_query_plans import assert_by

URL = reverse("admin:admissions_accessrecord_changelist")
Action = AccessRecord.Action


@pytest.fixture
def desk(client, auditor):
    client.force_login(auditor)
    return client


@pytest.fixture
def inquiry(db):
    return received()


def at(moment, *args, **kwargs):
    """A record of another time."""
    row = AccessRecord(at=moment, actor=args[0], action=args[1], **kwargs)
    row.digest = audit.digest_of(row)
    row.save()


@pytest.fixture
def written(coordinator, lead, inquiry):
    """A few records of two colleagues on two days."""
    now = timezone.now()
    day_before = now - datetime.timedelta(days=1)
    at(day_before, coordinator, Action.LISTED, detail="overdue", count=17)
    at(day_before, lead, Action.EXPORTED, inquiry=inquiry, detail="person")
    at(now, coordinator, Action.VIEWED, inquiry=inquiry, detail="workspace")
    at(now, lead, Action.REFUSED, inquiry=inquiry, detail="hand-over")


def soup(desk, **asked):
    response = desk.get(URL, asked)
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html5lib")


def shown(desk, **asked):
    """The rows as (who, what), but for those of the auditor's own looking."""
    rows = soup(desk, **asked).select("#result_list tbody tr")
    cells = [[cell.text.strip() for cell in row.select("td")] for row in rows]
    return [(row[0], row[1]) for row in cells if row[0] != "audrey"]


def test_a_row_says_who_did_what_where_with_which_inquiry(desk, written, inquiry):
    rows = soup(desk).select("#result_list tbody tr")
    cells = [[cell.text.strip() for cell in row.select("td")] for row in rows]
    assert cells == [
        ["leda", "Refused: not possible then", "Hand over", inquiry.reference, "–"],
        ["cora", "Opened", "An inquiry’s page", inquiry.reference, "–"],
        ["leda", "Exported", "Requests about a person", inquiry.reference, "–"],
        ["cora", "Saw a list", "Overdue", "–", "17"],
    ]


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("hand-over", "Hand over"),
        ("overdue", "Overdue"),
        ("workspace", "An inquiry’s page"),
        ("file-legal-overdue", "File: A court’s or lawyer’s request; Overdue"),
        (
            "file-legal-names-follow-up-search",
            "File: A court’s or lawyer’s request; with names; Follow up today; what a search found",
        ),
        ("sheet-mine", "Sheet; Mine"),
        ("", ""),
        ("a-page-to-come", "A page to come"),
    ],
)
def test_a_detail_is_said_in_words(detail, words):
    assert place(detail) == words


def test_the_list_is_narrowed_by_person_kind_day_and_reference(desk, written, inquiry, lead):
    today = timezone.localdate().isoformat()
    other = received(key=None)
    assert shown(desk, who=lead.pk) == [
        ("leda", "Refused: not possible then"),
        ("leda", "Exported"),
    ]
    assert shown(desk, what="listed") == [("cora", "Saw a list")]
    assert len(shown(desk, day=today)) == 2
    assert len(shown(desk, reference=inquiry.reference.lower().replace("-", " "))) == 3
    assert shown(desk, reference=other.reference) == []
    both = shown(desk, who=lead.pk, day=today, reference=inquiry.reference)
    assert both == [("leda", "Refused: not possible then")]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"reference": "0000-0000-00"}, "There is no inquiry of this reference."),
        ({"reference": "Rosa"}, "There is no inquiry of this reference."),
        ({"what": "guessed"}, "Select a valid choice"),
        ({"who": "0"}, "Select a valid choice"),
        ({"day": "yesterday"}, "Enter a valid date"),
        ({"day": "9999-12-31"}, "Choose a day from 2000 to 2199."),
    ],
)
def test_what_is_not_understood_is_said_and_shows_nothing(asked, said, desk, written):
    page = soup(desk, **asked)
    assert said in page.select_one(".errorlist").text
    assert not page.select("#result_list")


def test_columns_cannot_be_asked_about_in_the_address(desk, written):
    for asked in ({"detail": "overdue"}, {"actor__password__startswith": "m"}, {"o": "1"}):
        assert len(shown(desk, **asked)) == 4


def test_nothing_can_be_opened_added_changed_or_deleted(client, admin_user, written):
    client.force_login(admin_user)
    row = AccessRecord.objects.first()
    for name in ("change", "delete"):
        address = reverse(f"admin:admissions_accessrecord_{name}", args=[row.pk])
        assert client.get(address).status_code == 403
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:admissions_accessrecord_add")).status_code == 403
    page = client.get(URL).content.decode()
    assert 'name="action"' not in page
    assert AccessRecord.objects.filter(pk=row.pk).exists()


def test_the_page_has_no_inline_script_or_style(desk, written):
    assert soup(desk).select("style, [style], script:not([src]), [onclick], [onchange]") == []


def test_ten_times_the_records_cost_no_more_queries(desk, coordinator, inquiry):
    def add(count):
        for _n in range(count):
            audit.record(coordinator, Action.VIEWED, inquiry, detail="workspace")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            asked = {"who": coordinator.pk, "what": "viewed", "reference": inquiry.reference}
            soup(desk, **asked)
        return len(queries)

    add(12)
    few = cost()
    add(108)
    assert cost() == few <= 12


def test_no_more_than_the_cap_are_counted_and_that_is_said(desk, written, monkeypatch):
    assert "can be paged through" not in soup(desk).text
    monkeypatch.setattr(paging, "MOST_COUNTED", 3)
    monkeypatch.setattr("admissions.admin.access_records.MOST_COUNTED", 3)
    page = soup(desk)
    assert "The newest 3 can be paged through." in page.text


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "accessrecord_by_time"),
        ({"day": "2026-11-20"}, "accessrecord_by_time"),
        ({"who": True}, "accessrecord_of_actor"),
        ({"what": "denied"}, "accessrecord_of_action"),
        ({"who": True, "day": "2026-11-20"}, "accessrecord_of_actor"),
        ({"who": True, "what": "viewed"}, "accessrecord_of_actor_action"),
        ({"what": "viewed", "day": "2026-11-20"}, "accessrecord_of_action"),
        ({"reference": True}, "accessrecord_of_inquiry"),
    ],
)
def test_each_way_to_narrow_goes_by_an_index_in_its_order(asked, index, coordinator, lead, inquiry):
    start = timezone.make_aware(datetime.datetime(2026, 11, 1))
    others = [received(key=None) for _n in range(20)]
    AccessRecord.objects.bulk_create(
        AccessRecord(
            at=start + datetime.timedelta(minutes=70 * n),
            actor=lead if n % 10 else coordinator,
            action=Action.values[n % len(Action.values)],
            inquiry=[None, *others][n % 21],
            digest=bytes(32),
        )
        for n in range(600)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    known = {"who": coordinator.pk, "reference": inquiry.reference}
    form = Narrowing(
        {name: known[name] if value is True else value for name, value in asked.items()}
    )
    rows = form.narrowed(AccessRecord.objects.all()).newest_first()
    assert_by(rows.only(*(name for name in SHOWN if "__" not in name))[:100], index)
