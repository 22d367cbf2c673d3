"""Synthetic inquiries for tests. Names and numbers are made up (555-01xx is set aside for that)."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.contrib.auth.models import User
from django.utils import timezone

from admissions import related, trail
from admissions.models import Event, Inquiry, LookupToken


def _heard(row) -> bool:
    """Whether somebody must have been reached for an inquiry to stand like that."""
    decided = {"admitted", "referred-on", "not-a-fit"}
    return row.status in {"contacted", "assessment"} or row.outcome in decided


def _who_decided(row) -> User | None:
    """A colleague who has left since, when one must have had an inquiry that ended like that."""
    decided = {"admitted", "referred-on", "not-a-fit", "could-not-reach"}
    if row.outcome not in decided:
        return None
    return User.objects.get_or_create(username="former-colleague", is_active=False)[0]


class InquiryFactory(factory.django.DjangoModelFactory):
    """A new, unclaimed inquiry with its first event, as `receive()` would leave it."""

    class Meta:
        model = Inquiry
        skip_postgeneration_save = True

    asking_for = "self"
    name = factory.Sequence(lambda n: f"Test Person {n}")
    phone = factory.Sequence(lambda n: f"+1858555{100 + n % 100:04d}")
    contact_by = "call"
    voicemail_ok = False
    received_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda o: o.received_at + timedelta(minutes=30))

    status = "new"
    outcome = ""
    assignee = factory.LazyAttribute(_who_decided)
    # As the workflow leaves it: somebody was reached, and an assessment has a time.
    first_attempt_at = factory.LazyAttribute(lambda o: o.received_at if _heard(o) else None)
    # Back in the queue the clock runs again.
    tried_at = factory.LazyAttribute(lambda o: o.first_attempt_at if o.status != "new" else None)
    first_contact_at = factory.LazyAttribute(lambda o: o.first_attempt_at if _heard(o) else None)
    assessment_at = factory.LazyAttribute(
        lambda o: o.received_at + timedelta(days=7) if o.status == "assessment" else None
    )

    @factory.post_generation
    def first_event(self, create, extracted, **kwargs):
        if create:
            received = Event(
                inquiry=self,
                kind=Event.Kind.RECEIVED,
                at=self.received_at,
                to_status=Inquiry.Status.NEW,
            )
            trail.append(received, first=True)

    @factory.post_generation
    def tokens(self, create, extracted, **kwargs):
        if create:
            LookupToken.objects.bulk_create(related.token_rows(self))
