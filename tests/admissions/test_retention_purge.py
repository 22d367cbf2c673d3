"""The purge: whose time is up, what it says first, and that it can stop and go on."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from admissions import ledger, retention
from admissions.models import DeskSettings, Event, Inquiry
from tests.factories import InquiryFactory

TODAY = datetime.date(2031, 3, 15)


def closed(*, at: datetime.datetime, **more) -> Inquiry:
    return InquiryFactory(
        received_at=at - datetime.timedelta(days=3),
        status="closed",
        outcome="could-not-reach",
        closed_at=at,
        **more,
    )


def local(year, month, day, hour=12, minute=0) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(year, month, day, hour, minute))


def run(**options) -> str:
    out = StringIO()
    call_command("purge_inquiries", stdout=out, **options)
    return out.getvalue()


def erased() -> set[int]:
    return set(Inquiry.objects.filter(erased_at__isnull=False).values_list("pk", flat=True))


@pytest.fixture
def long_ago(db):
    return closed(at=timezone.now() - datetime.timedelta(days=400))


# When the time is up


@pytest.mark.parametrize(
    ("months", "today", "last_day"),
    [
        (12, (2031, 3, 15), (2030, 3, 15)),
        (1, (2031, 3, 1), (2031, 2, 1)),
        (1, (2031, 3, 30), (2031, 2, 28)),  # there is no February 30
        (1, (2031, 2, 28), (2031, 1, 31)),  # January 29 to 31 end on the last of February
        (1, (2031, 4, 30), (2031, 3, 31)),
        (12, (2032, 2, 29), (2031, 2, 28)),
        (12, (2033, 2, 28), (2032, 2, 29)),
        (120, (2031, 1, 10), (2021, 1, 10)),
    ],
)
def test_months_are_calendar_months_of_whole_local_days(months, today, last_day):
    end = retention.end_of_keeping(months, datetime.date(*today))
    midnight = datetime.date(*last_day) + datetime.timedelta(days=1)
    assert timezone.localtime(end).replace(tzinfo=None) == datetime.datetime.combine(
        midnight, datetime.time.min
    )


def test_what_was_closed_in_the_last_minute_of_that_day_goes_and_a_minute_later_stays(db):
    goes = closed(at=local(2030, 3, 15, 23, 59))
    stays = closed(at=local(2030, 3, 16, 0, 1))
    assert retention.purge(on=TODAY) == 1
    assert erased() == {goes.pk}
    assert Inquiry.objects.get(pk=stays.pk).name == stays.name


def test_the_desk_settings_say_how_long(db):
    settings = DeskSettings.get_solo()
    settings.retention_months = 24
    settings.save()
    closed(at=local(2030, 3, 1))
    goes = closed(at=local(2029, 3, 1))
    retention.purge(on=TODAY)
    assert erased() == {goes.pk}


def test_open_ones_held_ones_and_those_erased_already_are_left(db):
    old = local(2020, 1, 1)
    InquiryFactory(received_at=old)
    closed(at=old, legal_hold=True)
    gone = closed(at=old)
    assert retention.purge(on=TODAY) == 1
    before = Inquiry.objects.get(pk=gone.pk)
    assert retention.purge(on=TODAY) == 0
    assert erased() == {gone.pk}
    assert Inquiry.objects.get(pk=gone.pk).version == before.version


def test_one_put_on_hold_after_it_was_counted_stays(long_ago):
    assert retention.due().number == 1
    Inquiry.objects.filter(pk=long_ago.pk).update(legal_hold=True)
    assert retention.purge() == 0
    assert erased() == set()


# The command


def test_a_dry_run_says_how_many_and_the_oldest_day_and_changes_nothing(long_ago, settings):
    closed(at=timezone.now() - datetime.timedelta(days=380))
    before = list(Inquiry.objects.order_by("pk").values())
    said = run(dry_run=True)
    assert "erased: 2," in said
    assert str(timezone.localtime(long_ago.closed_at).year) in said
    assert list(Inquiry.objects.order_by("pk").values()) == before
    assert not settings.ERASURE_LEDGER.exists()


def test_it_erases_and_says_how_many(long_ago):
    said = run()
    assert "Inquiries erased: 1" in said
    assert erased() == {long_ago.pk}


def test_nothing_to_do_is_said_too(db):
    assert "Nothing is due" in run()
    assert "Nothing is due" in run(dry_run=True)


def test_its_own_record_keeps_no_identity(long_ago, caplog):
    with caplog.at_level("INFO"):
        said = run()
    entry = Event.objects.get(kind="erased")
    assert (entry.actor, entry.text) == (None, "")
    for words in (long_ago.name, str(long_ago.phone), long_ago.reference):
        assert words not in said + caplog.text
    assert list(ledger.read()) == [long_ago.reference]


def test_a_ledger_that_cannot_be_written_stops_it_with_one_line(long_ago, settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path / "no-such-folder" / "ledger"
    with pytest.raises(CommandError, match=r"Nothing more was erased: the erasure ledger .*\."):
        run()
    assert erased() == set()


# In batches


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "PAUSE", 0)


def test_it_goes_in_batches_the_oldest_first(db, small_batches):
    rows = [closed(at=local(2025, 1, day)) for day in range(8, 0, -1)]
    heard = []
    assert retention.purge(on=TODAY, progress=heard.append) == 8
    assert heard == [3, 3, 2]
    assert list(ledger.read()) == [row.reference for row in reversed(rows)]


def test_stopped_in_the_middle_it_goes_on_where_it_was(db, small_batches):
    rows = {closed(at=local(2025, 1, day)).pk for day in range(1, 8)}

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retention.purge(on=TODAY, progress=stop)
    assert len(erased()) == 3
    assert retention.purge(on=TODAY) == 4
    assert erased() == rows
    assert Event.objects.filter(kind="erased").count() == 7


def test_each_row_gets_a_form_key_of_its_own(db):
    rows = [closed(at=local(2025, 1, 1)) for _n in range(5)]
    retention.purge(on=TODAY)
    keys = {row.idempotency_key for row in Inquiry.objects.all()}
    assert len(keys) == 5
    assert not keys & {row.idempotency_key for row in rows}


def test_a_batch_costs_the_same_however_many_it_holds(db):
    def cost(number):
        for _n in range(number):
            closed(at=local(2025, 1, 1))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            retention.purge(on=TODAY)
        return len(queries)

    cost(1)
    assert cost(2) == cost(20)


def test_its_rows_are_found_by_the_index_made_for_it(db):
    rows = Inquiry.objects.closed_before(timezone.now()).order_by("closed_at", "pk")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "inquiry_retention" in rows[:200].explain()
