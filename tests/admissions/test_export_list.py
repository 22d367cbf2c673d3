"""A list as a file or on paper: who may, why, what is in it, and that no cell is a formula."""

from __future__ import annotations

import csv
import datetime
import io
import re

import openpyxl
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from admissions import exporting
from admissions.admin import lists
from admissions.admin.tabs import TABS
from admissions.exporting import Reason
from admissions.list_forms import TakeAwayForm
from admissions.models import AccessRecord
from admissions.models.audit import LONGEST_DETAIL
from tests.admissions.answers import soup_of
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

FILE = "/admin/admissions/inquiry/file/"
SHEET = "/admin/admissions/inquiry/sheet/"
ASKED = {"reason": "statistics", "format": "csv"}


@pytest.fixture
def desk(client, lead):
    client.force_login(lead)
    return client


def rows_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_file_has_a_row_for_each_inquiry_of_the_view(desk):
    inquiries = InquiryFactory.create_batch(3)
    InquiryFactory(quarantined_at=inquiries[0].received_at, suspicions=["links"])
    heading, *rows = rows_of(desk.post(f"{FILE}?show=unassigned", ASKED))
    assert heading[0] == "reference"
    assert {row[0] for row in rows} == {one.reference for one in inquiries}


def test_nobody_is_in_it_unless_asked_for(desk):
    InquiryFactory(name="Nora Known", message="my words")
    text = str(rows_of(desk.post(f"{FILE}?show=all", ASKED)))
    assert "Nora" not in text
    assert not re.search(r"555-?01", text)
    named = str(rows_of(desk.post(f"{FILE}?show=all", {**ASKED, "with_person": "on"})))
    assert "Nora Known" in named
    assert "(858) 555" in named
    assert "my words" not in named


def test_where_somebody_was_referred_and_when_an_assessment_is_are_in_the_file(desk, lead):
    at = datetime.datetime(2026, 3, 2, 22, 30, tzinfo=datetime.UTC)
    gone = {"status": "closed", "outcome": "referred-on", "referral": "out-of-area"}
    InquiryFactory(closed_at=timezone.now(), **gone)
    InquiryFactory(status="assessment", assessment_at=at, assignee=lead)
    heading, *rows = rows_of(desk.post(f"{FILE}?show=all", ASKED))
    found = [dict(zip(heading, row, strict=True)) for row in rows]
    assert {(row["outcome"], row["referral"]) for row in found} == {
        ("referred-on", "out-of-area"),
        ("", ""),
    }
    assert {row["assessment"] for row in found} == {"", "2026-03-02 14:30"}


def test_excel_gets_the_same_rows(desk):
    inquiry = InquiryFactory()
    response = desk.post(f"{FILE}?show=all", {**ASKED, "format": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert [row[0].value for row in book.active.rows] == ["reference", inquiry.reference]


def test_names_do_not_go_through_a_file_on_the_disk(desk):
    asked = {**ASKED, "format": "xlsx", "with_person": "on"}
    page = desk.post(f"{FILE}?show=all", asked)
    assert page.status_code == 422
    assert "as CSV only" in page.content.decode()


def test_more_rows_than_can_be_made_in_time_are_offered_as_csv():
    form = TakeAwayForm({**ASKED, "format": "xlsx"}, count=exporting.MOST_XLSX + 1)
    assert "more than 25,000 rows takes too long to make. Choose CSV" in str(form.errors)
    assert TakeAwayForm({**ASKED, "format": "xlsx"}, count=exporting.MOST_XLSX).is_valid()


def test_a_long_list_is_counted_up_to_a_limit_and_recorded_to_the_last(desk, monkeypatch):
    monkeypatch.setattr(lists, "MOST_XLSX", 2)
    InquiryFactory.create_batch(4)
    for query in ("show=all", "show=open&language=en", "show=open&priority=0"):
        page = desk.get(f"{FILE}?{query}").content.decode()
        assert "more than 2 inquiries" in " ".join(page.split())
        rows_of(desk.post(f"{FILE}?{query}", ASKED))
        assert AccessRecord.objects.filter(action="exported").latest("pk").count == 4


@pytest.mark.parametrize("reason", ["", "because", "statistics'"])
def test_without_a_reason_there_is_no_file(desk, reason):
    page = desk.post(f"{FILE}?show=all", {**ASKED, "reason": reason})
    assert page.status_code == 422
    assert not AccessRecord.objects.filter(action="exported").exists()


def test_who_took_which_view_and_why_is_recorded(desk, lead):
    InquiryFactory.create_batch(2)
    desk.post(f"{FILE}?show=all", ASKED)
    record = AccessRecord.objects.get(action="exported")
    assert (record.actor, record.detail, record.count) == (lead, "file-statistics-all", 2)


def test_that_names_went_with_a_file_and_that_it_was_a_search_is_recorded(desk):
    InquiryFactory(name="Nora Known")
    found = desk.post("/admin/admissions/inquiry/", {"words": "Nora"}).url.partition("?")[2]
    desk.post(f"{FILE}?{found}", {**ASKED, "with_person": "on"})
    desk.get(f"{SHEET}?{found}")
    records = AccessRecord.objects.filter(action__in=["exported", "printed"]).order_by("pk")
    assert [record.detail for record in records] == [
        "file-statistics-names-all-search",
        "sheet-all-search",
    ]


def test_the_record_of_every_view_and_reason_has_room():
    longest = ["file", max(Reason.values, key=len), "names", max(TABS, key=len), "search"]
    assert len("-".join(longest)) <= LONGEST_DETAIL


@pytest.mark.parametrize("who", ["coordinator", "auditor", "editor"])
def test_only_leads_take_a_list_away(request, client, who):
    client.force_login(request.getfixturevalue(who))
    assert client.post(f"{FILE}?show=all", ASKED).status_code == 403
    assert AccessRecord.objects.filter(action="denied").count() == 1


@given(st.text(max_size=20), st.sampled_from(["=", "+", "-", "@", "\t", "\r", " ="]))
def test_no_text_becomes_a_formula(text, start):
    assert exporting.plain(start + text).startswith("'")


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.isalnum()))
def test_an_ordinary_text_stays_as_it_is(text):
    assert exporting.plain(text) == text


def test_the_sheet_shows_no_number_and_is_recorded(client, coordinator):
    client.force_login(coordinator)
    inquiry = InquiryFactory(name="Nora Known")
    page = client.get(f"{SHEET}?show=open").content.decode()
    assert inquiry.reference in page
    assert "Nora Known" in page
    assert not re.search(r"555-?01", page)
    record = AccessRecord.objects.get(action="printed")
    assert (record.detail, record.count) == ("sheet-open", 1)


def test_the_sheet_says_whom_to_ask_for_and_where_no_voicemail_may_be_left(client, coordinator):
    client.force_login(coordinator)
    InquiryFactory(name="Nora Known", ask_for="Hana", voicemail_ok=False)
    InquiryFactory(name="Lea Known", ask_for="lea known", voicemail_ok=True)
    by_mail = {"phone": None, "email": "eva@example.org", "contact_by": "email"}
    InquiryFactory(name="Eva Known", **by_mail)
    soup = soup_of(client.get(f"{SHEET}?show=open"))
    rows = [row.select("th, td") for row in soup.select(".desk-sheet tbody tr")]
    names = {row[1].text for row in rows}
    assert names == {"Nora KnownAsk for: Hana", "Lea Known", "Eva Known"}
    silent = [row[1].bdi.text for row in rows if "Do not leave a voicemail." in str(row)]
    assert silent == ["Nora Known"]


def test_the_cost_of_the_sheet_does_not_grow(client, coordinator, django_assert_max_num_queries):
    client.force_login(coordinator)
    InquiryFactory.create_batch(30)
    with django_assert_max_num_queries(12):
        client.get(f"{SHEET}?show=open")
