"""No page costs more than six queries, and none costs more as the records grow."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.models import (
    AcceptedPayer,
    AdmissionStep,
    Clinic,
    Component,
    Condition,
    CrisisLine,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    OpeningHours,
    OtherLevelSign,
    PageSection,
    Program,
    Question,
    SuitabilityCriterion,
)
from tests.pages import PUBLIC_PAGES

pytestmark = pytest.mark.usefixtures("site")
BUDGET = 6
REPEATED = [
    AdmissionStep,
    Component,
    Condition,
    CrisisLine,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    OtherLevelSign,
    PageSection,
    Question,
    SuitabilityCriterion,
]


def queries_of(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(path)
    assert response.status_code == 200
    return len(captured)


def multiply_content(times: int) -> None:
    """Copies of every record, so that each list is `times` as long."""
    program = Program.objects.get()
    for model in REPEATED:
        originals = list(model.objects.all())
        copies = []
        for round_number in range(1, times):
            for record in originals:
                values = {
                    field.attname: getattr(record, field.attname)
                    for field in model._meta.concrete_fields
                    if not field.primary_key
                }
                values["slug"] = f"{record.slug}-{round_number}"
                copies.append(model(**values))
        model.objects.bulk_create(copies)
    program.conditions.set(Condition.objects.all())
    for component in Component.objects.all()[:times]:
        component.conditions.set(Condition.objects.all())
    clinic = Clinic.objects.get()
    for weekday in OpeningHours.Weekday:
        OpeningHours.objects.create(clinic=clinic, weekday=weekday, opens="09:00", closes="17:00")
    for payer in ("private", "medi-cal", "medicare"):
        AcceptedPayer.objects.create(clinic=clinic, payer=payer, verified_on="2026-10-01")


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, "/sitemap.xml"])
def test_costs_at_most_six_queries(client, path):
    assert queries_of(client, path) <= BUDGET


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, "/sitemap.xml"])
def test_costs_no_more_with_ten_times_the_records(client, path):
    before = queries_of(client, path)
    multiply_content(10)
    assert queries_of(client, path) == before
