"""The counts of each day: what is in them, and that they follow what happens."""

from __future__ import annotations

import datetime
import math
import statistics

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from admissions import faking, figures, summary, workflow
from admissions.clock import ZONE
from admissions.models import DayFigures, Inquiry
from programs.models import Clinic
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)
# A Tuesday, 9:15 in the evening in San Diego; the next day already in UTC.
EVENING = datetime.datetime(2026, 9, 15, 21, 15, tzinfo=ZONE)
DAY = EVENING.date()


def waited(minutes: float, **more):
    """An inquiry of that evening, tried after so many minutes."""
    return InquiryFactory(received_at=EVENING, first_attempt_at=EVENING + minutes * MINUTE, **more)


def summed(first=DAY, last=DAY) -> summary.Summary:
    figures.refresh()
    return summary.of(first, last, last)


def test_an_inquiry_counts_on_the_day_and_hour_it_came_in_san_diego():
    InquiryFactory(received_at=EVENING)
    assert summed().totals["hour"] == {"21": 1}
    assert summed().hours_of_week[1][21] == 1


def test_the_day_the_clocks_go_back_has_all_its_hours():
    day = datetime.date(2026, 11, 1)
    for hour in (0, 23):
        InquiryFactory(received_at=datetime.datetime.combine(day, datetime.time(hour), ZONE))
    assert summed(day, day).totals["hour"] == {"0": 1, "23": 1}


def test_what_is_done_later_changes_the_day_it_came_on(coordinator):
    inquiry = InquiryFactory(received_at=EVENING)
    assert summed().load == {None: 1}
    workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    assert summed().load == {coordinator.pk: 1}
    workflow.close(inquiry=inquiry, actor=coordinator, version=2, outcome="spam")
    assert summed().load == {}
    assert summed().totals["outcome"] == {"spam": 1}


def test_a_day_on_which_nothing_changed_is_not_counted_again():
    old, other = EVENING - datetime.timedelta(days=30), EVENING - datetime.timedelta(days=60)
    InquiryFactory(received_at=old)
    InquiryFactory(received_at=other)
    figures.refresh()
    before = DayFigures.objects.get(day=other.date()).made_at
    InquiryFactory(received_at=old)
    figures.refresh()
    assert DayFigures.objects.get(day=other.date()).made_at == before
    assert DayFigures.objects.get(day=old.date()).counts["source"] == {"web": 2}


def test_times_are_of_those_who_wrote_and_were_owed_an_answer():
    waited(10)
    waited(10, source="phone")
    waited(10, status="closed", outcome="spam", closed_at=EVENING + 20 * MINUTE)
    InquiryFactory(received_at=EVENING, quarantined_at=EVENING)
    assert summed().totals["first_attempt"].total() == 1


@pytest.mark.parametrize(("minutes", "kept"), [(29, 1.0), (30, 1.0), (31, 0.0)])
def test_the_promise_is_kept_up_to_its_last_minute(minutes, kept):
    waited(minutes)
    assert summed().promise_kept == kept


def test_who_was_never_tried_was_not_kept_the_promise_to():
    InquiryFactory(received_at=EVENING)
    assert summed().promise_kept == 0


def test_whose_promise_runs_out_untouched_counts_as_broken_at_once():
    Clinic.objects.create(pk=1, call_back_minutes=4 * 24 * 60)
    promised = EVENING + 4 * 24 * 60 * MINUTE
    with time_machine.travel(promised - MINUTE, tick=False):
        InquiryFactory(received_at=EVENING, due_at=promised)
        assert summed().promise_kept is None
    with time_machine.travel(promised + MINUTE, tick=False):
        assert summed().promise_kept == 0


def test_older_days_are_counted_again_a_few_at_a_time_and_once_a_day(monkeypatch):
    monkeypatch.setattr(figures, "FEW", 2)
    for days in range(3):
        InquiryFactory(received_at=EVENING - datetime.timedelta(days=days))
    figures.count(figures.all_days())
    now = timezone.now()
    DayFigures.objects.update(counts={}, made_at=now - datetime.timedelta(days=2))
    assert [figures.recount(now) for _run in range(3)] == [2, 1, 0]
    assert not DayFigures.objects.filter(counts={}).exists()


def opened_daily() -> None:
    clinic, _made = Clinic.objects.get_or_create(pk=1, defaults={"call_back_minutes": 30})
    for weekday in range(7):
        clinic.opening_hours.create(
            weekday=weekday, opens=datetime.time(9), closes=datetime.time(17)
        )


@pytest.mark.parametrize(
    "change",
    [
        lambda: Clinic.objects.update_or_create(pk=1, defaults={"call_back_minutes": 120}),
        opened_daily,
    ],
    ids=["promise", "hours"],
)
def test_each_day_is_judged_by_the_promise_and_the_hours_that_are_entered_now(change):
    waited(50)
    waited(50, status="closed", outcome="withdrew", closed_at=EVENING + 60 * MINUTE)
    figures.refresh()
    assert summary.of(DAY, DAY, DAY).promise_kept == 0
    change()
    figures.recount(timezone.now())
    assert summary.of(DAY, DAY, DAY).promise_kept == 1


def test_a_closed_day_that_is_entered_later_is_counted_too():
    opened_daily()
    waited(20 * 60)  # in the morning of the day after
    figures.refresh()
    assert summary.of(DAY, DAY, DAY).promise_kept == 0
    Clinic.objects.get().closed_days.create(date=DAY + datetime.timedelta(days=1))
    figures.recount(timezone.now())
    assert summary.of(DAY, DAY, DAY).promise_kept == 1


def test_after_a_change_of_terms_the_newest_days_are_counted_first(monkeypatch):
    monkeypatch.setattr(figures, "MISJUDGED", 2)
    for days in range(3):
        InquiryFactory(received_at=EVENING - datetime.timedelta(days=days))
    figures.count(figures.all_days())
    Clinic.objects.create(pk=1, call_back_minutes=60)
    new = figures.Promise().terms
    assert figures.recount(timezone.now()) == 2
    [left] = DayFigures.objects.exclude(terms=new)
    assert left.day == DAY - datetime.timedelta(days=2)
    assert [figures.recount(timezone.now()) for _run in range(2)] == [1, 0]


def test_nobody_owed_an_answer_yet_is_no_share():
    assert summed().promise_kept is None


def test_weeks_without_an_arrival_are_shown_too():
    InquiryFactory(received_at=EVENING)
    weeks = summed(DAY - datetime.timedelta(days=14), DAY).weeks
    assert [week.arrivals for week in weeks] == [0, 0, 1]
    assert [week.first.weekday() for week in weeks] == [1, 0, 0]  # the first is cut short


def test_open_ones_are_grouped_by_age():
    for days in (0, 1, 2, 3, 29, 30, 400):
        InquiryFactory(received_at=EVENING - datetime.timedelta(days=days))
    found = {age.youngest: age.number for age in summed().ages}
    assert found == {0: 1, 1: 2, 3: 1, 7: 0, 14: 1, 30: 2}


@given(st.lists(st.floats(min_value=1, max_value=60 * 24 * 300), min_size=1, max_size=60))
def test_a_percentile_is_within_five_percent_of_the_exact_one(minutes):
    counted: dict[str, int] = {}
    for length in minutes:
        name = str(figures.bucket(datetime.timedelta(minutes=length)))
        counted[name] = counted.get(name, 0) + 1
    exact = sorted(minutes)
    for share in (summary.MEDIAN, summary.NINETIETH):
        found = summary.percentile(counted, share)
        wanted = exact[max(math.ceil(len(exact) * share), 1) - 1]
        assert found is not None
        assert wanted / 1.06 - 1 <= found <= wanted * 1.06 + 1


@given(st.integers(min_value=0, max_value=400))
def test_a_length_lies_within_the_bounds_of_its_bucket(number):
    start, end = figures.bounds(number)
    middle = datetime.timedelta(minutes=(start + end) / 2)
    assert figures.bucket(middle) == number


def test_roll_up_counts_what_the_inquiries_say(coordinator):
    faking.fake(300, seed=5)
    call_command("roll_up", verbosity=0)
    rows = Inquiry.objects
    first = min(rows.values_list("received_at", flat=True)).astimezone(ZONE).date()
    found = summary.of(first, datetime.date.today(), datetime.date.today())
    assert found.arrivals == 300
    assert sum(found.load.values()) == rows.open().count()
    assert sum(age.number for age in found.ages) == rows.open().count()
    for outcome in Inquiry.Outcome.values:
        assert found.totals["outcome"][outcome] == rows.filter(outcome=outcome).count()
    waits = [
        (row.first_attempt_at - row.received_at) / MINUTE
        for row in rows.filter(source="web", first_attempt_at__isnull=False)
        if row.outcome not in {"spam", "duplicate"}
    ]
    assert found.percentile("first_attempt", 0.5) == pytest.approx(
        statistics.median(waits), rel=0.06
    )


def test_roll_up_counts_each_day_once_however_much_is_new(coordinator, monkeypatch):
    monkeypatch.setattr(figures, "MANY", 10)
    for days in (0, 1, 4):
        InquiryFactory(received_at=EVENING - datetime.timedelta(days=days))
    faking.fake(20, seed=5)
    counted = []
    received = figures._received_on
    monkeypatch.setattr(figures, "_received_on", lambda day: counted.append(day) or received(day))
    call_command("roll_up", verbosity=0)
    assert counted == figures.all_days()


def test_figures_hold_nothing_but_numbers():
    inquiry = InquiryFactory(received_at=EVENING, name="Somebody Known", message="words")
    figures.refresh()
    stored = str(DayFigures.objects.values_list())
    assert "Somebody" not in stored
    assert inquiry.reference not in stored
