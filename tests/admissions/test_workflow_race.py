"""Two at once, on real connections: one wins, the other is told."""

import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from admissions import outbox, workflow
from admissions.models import Inquiry, Notification
from admissions.workflow import IllegalTransition
from tests.admissions.people import received
from tests.factories import InquiryFactory


@pytest.fixture
def shared_database(transactional_db, tmp_path):
    """Call what it yields once the rows are there: from then on threads share one database.

    SQLite's in-memory test database refuses a second writer where a file would let it wait, so
    there everything is copied into a file.
    """
    held, name = connection.connection, connection.settings_dict["NAME"]

    def share():
        if connection.vendor == "sqlite":
            path = tmp_path / "shared.sqlite3"
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(path)])
            connection.connection = None
            connection.settings_dict["NAME"] = str(path)

    yield share
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.connection = held


def at_once(*calls, patience=60):
    """Run the calls in threads that start together; their results or exceptions, in order."""
    results: list = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(position, call):
        barrier.wait(10)
        try:
            results[position] = call()
        except Exception as error:
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    return results


def test_of_two_who_claim_at_once_one_gets_the_inquiry(shared_database, coordinator, colleague):
    inquiries = [InquiryFactory() for _n in range(10)]
    shared_database()
    for inquiry in inquiries:
        results = at_once(
            *(
                lambda actor=actor, inquiry=inquiry: workflow.claim(
                    inquiry=inquiry, actor=actor, version=1
                )
                for actor in (coordinator, colleague)
            )
        )
        [winner] = [result for result in results if isinstance(result, Inquiry)]
        [refused] = [result for result in results if isinstance(result, IllegalTransition)]
        assert winner.assignee.username in str(refused)
        row = Inquiry.objects.get(pk=inquiry.pk)
        assert (row.assignee, row.version) == (winner.assignee, 2)
        assert row.events.filter(kind="claimed").count() == 1


def test_of_two_workers_one_takes_a_notification(shared_database):
    for _n in range(5):
        Notification.objects.create(kind="new-inquiry", inquiry=InquiryFactory())
    shared_database()
    now = timezone.now()
    results = at_once(*[lambda: [outbox.take(now) for _n in range(5)]] * 2)
    taken = sorted(row.pk for result in results for row in result if row is not None)
    assert taken == sorted(Notification.objects.values_list("pk", flat=True))
    assert set(Notification.objects.values_list("attempts", flat=True)) == {1}


def test_clearing_and_linking_at_once_never_wait_for_each_other_in_turn(
    shared_database, coordinator, colleague
):
    """Both lock an earlier inquiry of the same number and the one that was set aside."""
    earlier = workflow.claim(inquiry=received(key=None), actor=coordinator, version=1)
    earlier = workflow.record_attempt(
        inquiry=earlier, actor=coordinator, channel="call", outcome="no-answer"
    )
    aside = received(key=None, suspicions=["links"])
    shared_database()
    has_the_first = threading.Event()

    def link():
        work = "admissions.change_inquiry"
        with workflow.locked(earlier, coordinator, work, detail="link"):
            has_the_first.set()
            time.sleep(1)  # the other has come as far as it can
            with workflow.locked(aside, coordinator, work, detail="link"):
                return "linked"

    def clear():
        has_the_first.wait(10)
        return workflow.clear(inquiry=aside, actor=colleague, version=1)

    linked, cleared = at_once(link, clear)
    assert linked == "linked"
    assert (cleared.pk, cleared.is_quarantined) == (aside.pk, False)
    assert Inquiry.objects.get(pk=earlier.pk).tried_at is None
