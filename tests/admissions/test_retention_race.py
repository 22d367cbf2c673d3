"""The purge beside people at work: each inquiry is erased whole, once, or not at all."""

import datetime

from django.utils import timezone

from admissions import intake, ledger, retention, workflow
from admissions.models import Event, Inquiry
from tests.admissions.people import KEY, ROSA, received
from tests.admissions.test_workflow_race import at_once, shared_database  # noqa: F401
from tests.factories import InquiryFactory


def test_two_purges_and_a_colleague_who_reopens_never_halve_an_inquiry(
    shared_database,  # noqa: F811
    coordinator,
    monkeypatch,
):
    monkeypatch.setattr(retention, "BATCH", 3)
    long_ago = timezone.now() - datetime.timedelta(days=500)
    rows = [
        InquiryFactory(
            received_at=long_ago, status="closed", outcome="withdrew", closed_at=long_ago
        )
        for _n in range(20)
    ]
    shared_database()

    def reopen():
        reopened = set()
        for row in reversed(rows):
            try:
                workflow.reopen(inquiry=row, actor=coordinator, version=1, reason="They called")
                reopened.add(row.reference)
            except workflow.WorkflowError:
                pass
        return reopened

    first, second, reopened = at_once(retention.purge, retention.purge, reopen)
    erased = set(Inquiry.objects.exclude(erased_at=None).values_list("reference", flat=True))
    assert first + second == len(erased)
    assert reopened == {row.reference for row in rows} - erased
    assert sorted(ledger.read()) == sorted(erased)
    assert Event.objects.filter(kind="erased").count() == len(erased)
    for row in Inquiry.objects.filter(reference__in=reopened):
        assert (row.status, bool(row.name)) == ("new", True)


def test_a_form_sent_again_while_its_inquiry_is_erased_is_taken_whole(
    shared_database,  # noqa: F811
    lead,
):
    inquiry = received()
    shared_database()
    again = {"message": "Mornings now"}
    results = at_once(
        lambda: retention.erase(inquiry, actor=lead),
        lambda: intake.receive(key=KEY, **(ROSA | again)),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    erased = Inquiry.objects.get(pk=inquiry.pk)
    assert erased.erased_at is not None
    # Either it came before (and went with the rest) or it is an inquiry of its own.
    for row in Inquiry.objects.exclude(pk=inquiry.pk):
        assert (row.name, row.message) == ("Rosa Cruz", "Mornings now")
