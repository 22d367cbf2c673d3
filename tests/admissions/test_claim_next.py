"""“Claim next”: the most urgent that nobody has, and never the same one twice."""

import gc
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from admissions import access
from admissions.claiming import claim_next
from admissions.models import AccessRecord, Event, Inquiry
from tests.admissions.answers import soup_of
from tests.admissions.test_workflow_race import at_once, shared_database  # noqa: F401 - a fixture
from tests.factories import InquiryFactory

URL = reverse("admin:admissions_inquiry_claim-next")
QUEUE = reverse("admin:admissions_inquiry_changelist")
CLAIMERS = 32
WAITING = 2000


def due(minutes, **more):
    now = timezone.now()
    return InquiryFactory(received_at=now - timedelta(minutes=minutes), **more)


def test_the_most_overdue_comes_first(coordinator):
    later, first = due(60), due(90)
    assert [claim_next(actor=coordinator) for _n in range(3)] == [first, later, None]
    first.refresh_from_db()
    assert (first.status, first.assignee) == ("claimed", coordinator)


def test_an_urgent_one_comes_before_the_most_overdue(coordinator):
    due(90)
    urgent = due(10, priority=Inquiry.Priority.URGENT)
    assert claim_next(actor=coordinator) == urgent


def test_what_somebody_has_or_is_set_aside_is_passed_over(coordinator, colleague):
    due(90, status="claimed", assignee=colleague)
    due(80, quarantined_at=timezone.now())
    due(70, status="closed", outcome="spam", closed_at=timezone.now())
    assert claim_next(actor=coordinator) is None


def test_who_may_not_work_inquiries_gets_none(auditor):
    inquiry = due(90)
    with pytest.raises(PermissionDenied):
        claim_next(actor=auditor)
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_the_button_opens_what_was_claimed(client, coordinator):
    inquiry = due(90)
    client.force_login(coordinator)
    form = soup_of(client.get(QUEUE)).select_one(f"form[action='{URL}']")
    assert form["method"] == "post"
    response = client.post(URL, follow=True)
    assert response.redirect_chain[-1][0].startswith(inquiry.get_absolute_url())
    assert f"{inquiry.reference} is yours now" in soup_of(response).text


def test_with_nothing_to_claim_the_queue_says_so(client, coordinator):
    client.force_login(coordinator)
    response = client.post(URL, follow=True)
    assert response.redirect_chain[-1][0] == QUEUE
    assert "Nobody waits" in soup_of(response).text


def test_looking_at_the_address_claims_nothing(client, coordinator):
    inquiry = due(90)
    client.force_login(coordinator)
    assert client.get(URL).url == QUEUE
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_a_refusal_is_recorded(client, auditor):
    due(90)
    client.force_login(auditor)
    assert client.post(URL).status_code == 403
    assert AccessRecord.objects.filter(action="denied", actor=auditor).count() == 1


@pytest.fixture
def quick_turns():
    """Threads take turns often: else whoever holds the lock waits for those that wait for it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    # What is left of a SQLite cursor that failed would be freed in whichever thread collects, which
    # then waits for the thread that owns it, and all others for both.
    gc.disable()
    yield
    gc.enable()
    sys.setswitchinterval(before)


def test_of_many_who_ask_at_once_no_two_get_the_same(shared_database, quick_turns):  # noqa: F811
    group = Group.objects.get_or_create(name=access.COORDINATORS)[0]
    access.ensure_groups()
    people = [User.objects.create_user(f"c{n}", is_staff=True) for n in range(CLAIMERS)]
    group.user_set.add(*people)
    now = timezone.now()
    Inquiry.objects.bulk_create(
        InquiryFactory.build(received_at=now - timedelta(minutes=n), due_at=now, priority=n % 3)
        for n in range(WAITING)
    )
    shared_database()

    def claim_all(actor):
        got = []
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")  # waiting for the disk proves nothing
        while True:
            try:
                inquiry = claim_next(actor=actor)
            except OperationalError:  # SQLite's queue has no order: somebody waited for too long
                continue
            if inquiry is None:
                return got
            got.append(inquiry.pk)
            time.sleep(0.005)  # or the one that has just written would be first again

    results = at_once(*(lambda actor=actor: claim_all(actor) for actor in people), patience=600)
    assert [result for result in results if not isinstance(result, list)] == []
    taken = Counter(key for result in results for key in result)
    assert len(taken) == WAITING
    assert set(taken.values()) == {1}
    for actor, result in zip(people, results, strict=True):
        assert set(Inquiry.objects.filter(assignee=actor).values_list("pk", flat=True)) == set(
            result
        )
    assert Event.objects.filter(kind="claimed").count() == WAITING
