"""Sealing: every row of both logs once, in batches, by one worker, and none that is merely late."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from admissions import audit, jobs, sealing, verification
from admissions.models import AccessRecord, AuditSeal, Event
from admissions.verification import Findings
from tests.admissions.people import received
from tests.admissions.test_workflow_race import at_once, shared_database  # noqa: F401

VIEWED = AccessRecord.Action.VIEWED


@pytest.fixture
def inquiry(db):
    return received()


def problems():
    findings = Findings()
    verification.check_seals(findings)
    return findings.problems


def look(user, times=1):
    for _n in range(times):
        audit.record(user, VIEWED, detail="workspace")


def test_one_seal_covers_what_has_come_since_the_last(inquiry, coordinator):
    look(coordinator, 3)
    assert sealing.seal() == 4
    look(coordinator)
    assert sealing.seal() == 1
    seals = list(AuditSeal.objects.values_list("number", "records", "entries"))
    assert seals == [(1, 3, 1), (2, 1, 0)]
    assert problems() == []


def test_nothing_new_makes_no_seal(inquiry):
    assert sealing.seal() == 1
    assert sealing.seal() == 0
    assert AuditSeal.objects.count() == 1


def test_many_rows_are_sealed_in_batches(inquiry, coordinator, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    look(coordinator, 10)
    received(key=None)
    assert sealing.seal() == 12
    covered = list(AuditSeal.objects.values_list("records", "entries"))
    assert covered == [(4, 2), (4, 0), (2, 0)]
    assert problems() == []


def test_a_run_that_takes_too_long_leaves_the_rest_for_the_next(inquiry, coordinator, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 1)
    look(coordinator, 3)
    monkeypatch.setattr(sealing, "PATIENCE", -1)
    assert sealing.seal() == 0
    monkeypatch.undo()
    assert sealing.seal() == 4


def test_the_worker_seals_every_minute():
    [job] = [job for job in jobs.JOBS if job.name == "seals"]
    assert (job.every, job.run) == (jobs.MINUTE, sealing.seal)


def test_two_workers_at_once_seal_each_row_once(shared_database, coordinator):  # noqa: F811
    look(coordinator, 30)
    shared_database()
    results = at_once(*[sealing.seal] * 4)
    assert sum(results) == 30, results
    numbers = AuditSeal.objects.values_list("number", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert problems() == []


def test_a_row_that_is_committed_late_is_in_a_later_seal(shared_database, coordinator):  # noqa: F811
    """It has the lower key, and is not seen by who seals meanwhile."""
    look(coordinator)
    shared_database()
    has_its_key, may_go_on = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            look(coordinator)
            has_its_key.set()
            may_go_on.wait(20)

    def meanwhile():
        has_its_key.wait(20)
        if connection.vendor == "postgresql":  # on SQLite nobody else could write now
            look(coordinator)
        sealed_meanwhile = sealing.seal() if connection.vendor == "postgresql" else 0
        may_go_on.set()
        return sealed_meanwhile

    _nothing, sealed_meanwhile = at_once(late, meanwhile)
    assert sealed_meanwhile == 0  # it would not wait, and could not know
    sealing.seal()
    assert AuditSeal.objects.get().records == AccessRecord.objects.count()
    assert problems() == []


def test_adding_never_waits_for_the_sealer_to_find_a_moment(shared_database, coordinator):  # noqa: F811
    """Somebody adds for long; a second one is not held up by a sealer who wants them to end."""
    shared_database()
    adding, done = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            if connection.vendor == "postgresql":
                look(coordinator)
            adding.set()
            assert done.wait(20)

    def another():
        adding.wait(20)
        if connection.vendor == "postgresql":
            sealer = threading.Thread(target=_seal_and_close)
            sealer.start()
            look(coordinator, 20)
            sealer.join(20)
        done.set()
        return Event.objects.count()

    assert at_once(slow, another) == [None, 0]


def _seal_and_close():
    sealing.seal()
    connection.close()
