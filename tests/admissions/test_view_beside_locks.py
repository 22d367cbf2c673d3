"""Opening an inquiry waits for nobody who is working on it: the record of it locks no row."""

import threading

import pytest
from django.db import connection, transaction

from admissions import audit, claiming, retention
from admissions.models import AccessRecord, Inquiry
from admissions.protection import rotation
from tests.admissions.test_workflow_race import at_once, shared_database  # noqa: F401
from tests.factories import InquiryFactory

# On SQLite whoever writes is alone, for the few milliseconds of it.
postgresql_only = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has no locks of rows"
)

LOCKED_BY = {
    "claiming the next": lambda actor: claiming.claim_next(actor=actor),
    "erasing": lambda _actor: list(retention._bare(Inquiry.objects.all())),
    "wrapping its key anew": lambda _actor: rotation._step(
        Inquiry.objects.get().key_id, 0, rotation.Result()
    ),
}


@postgresql_only
@pytest.mark.parametrize("what", LOCKED_BY)
def test_a_view_does_not_wait_for_whoever_is(
    what,
    shared_database,  # noqa: F811
    coordinator,
    colleague,
    monkeypatch,
):
    # Claiming goes through a step, whose own lock is another module's.
    monkeypatch.setattr("admissions.workflow.claim", lambda **given: given["inquiry"])
    inquiry = InquiryFactory()
    shared_database()
    locked, seen = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            LOCKED_BY[what](coordinator)
            locked.set()
            return seen.wait(20)

    def look():
        try:
            assert locked.wait(20)
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            audit.record(colleague, AccessRecord.Action.VIEWED, inquiry, detail="workspace")
        finally:
            seen.set()

    assert at_once(work, look) == [True, None]
