"""Every rule of the content records, held by the database and said in words by the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from programs import models

from . import rows

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
DAY = date(2026, 5, 4)


@dataclass
class Rule:
    """A named constraint, values that break it, and the beginning of its sentence."""

    model: Any
    name: str
    broken: dict[str, Any]
    says: str
    # For unique constraints: what both rows share besides `broken`.
    shared: dict[str, Any] = field(default_factory=dict)


def _rules_of_every_record():
    for model in rows.CONTENT:
        name = f"programs_{model._meta.model_name}"
        yield Rule(
            model,
            f"{name}_window_ends_after_start",
            {"live_from": NOON, "live_until": NOON},
            "“Live until” must be later",
        )
        yield Rule(
            model,
            f"{name}_window_within_reach",
            {"live_from": NOON, "live_until": NOON.replace(year=2300)},
            "Choose a day before 2200",
        )
        yield Rule(
            model,
            f"{name}_review_has_name_and_date",
            {"reviewed_by": "A. Clinician", "reviewed_on": None},
            "A review needs both",
        )
        yield Rule(
            model,
            f"{name}_review_due_after_review",
            {"reviewed_by": "A. Clinician", "reviewed_on": DAY, "review_due": DAY},
            "The next review must be later",
        )


CHECKS = [
    *_rules_of_every_record(),
    Rule(
        models.LevelOfCare,
        "programs_levelofcare_hours_ordered",
        {"hours_min": 20, "hours_max": 19},
        "The fewest hours cannot exceed",
    ),
    Rule(
        models.Program,
        "programs_program_sessions_ordered",
        {"sessions_min": 6, "sessions_max": 5},
        "The fewest sessions cannot exceed",
    ),
    Rule(
        models.Program,
        "programs_program_sessions_in_range",
        {"sessions_min": 0, "sessions_max": 5},
        "A week has between 1 and 14 sessions",
    ),
    Rule(
        models.Program,
        "programs_program_sessions_in_range",
        {"sessions_min": 3, "sessions_max": 15},
        "A week has between 1 and 14 sessions",
    ),
    Rule(
        models.Program,
        "programs_program_hours_ordered",
        {"session_hours_min": Decimal("4.5"), "session_hours_max": Decimal(4)},
        "The shortest session cannot exceed",
    ),
    Rule(
        models.Program,
        "programs_program_hours_in_range",
        {"session_hours_min": Decimal("0.4"), "session_hours_max": Decimal(4)},
        "A session lasts between half an hour",
    ),
    Rule(
        models.Program,
        "programs_program_hours_in_range",
        {"session_hours_min": Decimal(2), "session_hours_max": Decimal("12.1")},
        "A session lasts between half an hour",
    ),
    Rule(
        models.Question,
        "programs_question_known_audience",
        {"audience": "press"},
        "Choose one of the audiences",
    ),
    Rule(
        models.Clinic,
        "programs_clinic_call_back_in_range",
        {"call_back_minutes": 4},
        "The promise must lie between",
    ),
    Rule(
        models.Clinic,
        "programs_clinic_call_back_in_range",
        {"call_back_minutes": 7 * 24 * 60 + 1},
        "The promise must lie between",
    ),
    Rule(
        models.Clinic,
        "programs_clinic_accepting_has_checked_date",
        {"accepting_new_clients": False, "accepting_checked_on": None},
        "Say on which day it was checked",
    ),
    Rule(
        models.Clinic,
        "programs_clinic_certification_has_expiry",
        {"certification_number": "TEST-1", "certification_expires_on": None},
        "A certification needs both",
    ),
    Rule(
        models.Clinic,
        "programs_clinic_certification_has_expiry",
        {"certification_number": "", "certification_expires_on": DAY},
        "A certification needs both",
    ),
    Rule(models.Clinic, "programs_clinic_only_one", {"id": 2}, "There is one clinic record"),
    Rule(
        models.OpeningHours,
        "programs_openinghours_closes_after_opening",
        {"opens": time(9), "closes": time(9)},
        "Closing time must be later",
    ),
    Rule(
        models.OpeningHours,
        "programs_openinghours_weekday_exists",
        {"weekday": 7},
        "Choose a day of the week",
    ),
    Rule(
        models.AcceptedPayer,
        "programs_acceptedpayer_known_payer",
        {"payer": "unsure"},
        "Choose one of the payers",
    ),
]

SLUG_SENTENCE = "Another record already has this short name"
UNIQUE = [
    *(
        Rule(
            model,
            f"programs_{model._meta.model_name}_unique_slug{suffix}",
            {"slug": "twice"},
            SLUG_SENTENCE,
            {parent: True} if parent else {},
        )
        for model, suffix, parent in [
            (models.LevelOfCare, "", None),
            (models.Program, "", None),
            (models.Condition, "", None),
            (models.CrisisLine, "", None),
            (models.AdmissionStep, "", None),
            (models.Question, "", None),
            (models.Page, "", None),
            (models.EntryPath, "_in_program", "program"),
            (models.Component, "_in_program", "program"),
            (models.SuitabilityCriterion, "_in_program", "program"),
            (models.OtherLevelSign, "_in_program", "program"),
            (models.DurationFactor, "_in_program", "program"),
            (models.PageSection, "_in_page", "page"),
        ]
    ),
    Rule(
        models.OpeningHours,
        "programs_openinghours_unique_start",
        {"weekday": 2, "opens": time(9), "closes": time(12)},
        "This day already has hours",
        {"clinic": True},
    ),
    Rule(
        models.ClosedDay,
        "programs_closedday_unique_date",
        {"date": DAY},
        "This day is already marked",
        {"clinic": True},
    ),
    Rule(
        models.AcceptedPayer,
        "programs_acceptedpayer_unique_payer",
        {"payer": "medicare"},
        "This payer is already listed",
        {"clinic": True},
    ),
]


def _id(rule):
    return f"{rule.name}-{'-'.join(rule.broken)}"


def test_every_constraint_of_the_content_records_is_tried_here():
    named = {rule.name for rule in [*CHECKS, *UNIQUE]}
    assert {c.name for model in rows.ALL for c in model._meta.constraints} == named


@pytest.mark.parametrize("rule", CHECKS, ids=_id)
def test_the_database_refuses_what_breaks_a_rule_even_past_the_forms(rule):
    row = rows.ALL[rule.model]()
    row.save()
    with pytest.raises(IntegrityError, match=rule.name), transaction.atomic():
        rule.model.objects.filter(pk=row.pk).update(**rule.broken)


@pytest.mark.parametrize("rule", CHECKS, ids=_id)
def test_whoever_breaks_a_rule_reads_a_sentence_about_it(rule):
    row = rows.ALL[rule.model](**rule.broken)
    with pytest.raises(ValidationError):
        row.full_clean()
    # Where a field's own validator speaks first, the constraint would say it after.
    with pytest.raises(ValidationError) as caught:
        row.validate_constraints()
    assert any(message.startswith(rule.says) for message in caught.value.messages)


def _twins(rule):
    first = rows.ALL[rule.model](**rule.broken)
    first.save()
    shared = {name: getattr(first, name) for name in rule.shared}
    return rows.ALL[rule.model](**rule.broken, **shared)


@pytest.mark.parametrize("rule", UNIQUE, ids=_id)
def test_the_database_refuses_a_second_row_of_the_same_name(rule):
    twin = _twins(rule)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.model.objects.bulk_create([twin])


@pytest.mark.parametrize("rule", UNIQUE, ids=_id)
def test_a_second_row_of_the_same_name_is_refused_in_words(rule):
    with pytest.raises(ValidationError) as caught:
        _twins(rule).full_clean()
    assert any(message.startswith(rule.says) for message in caught.value.messages)


@pytest.mark.parametrize("model", rows.ALL, ids=lambda model: model._meta.model_name)
def test_the_rows_these_tests_start_from_are_valid(model):
    row = rows.ALL[model]()
    row.full_clean()
    row.save()


def test_parts_of_two_programs_may_share_a_slug():
    for part in (rows.component(slug="group-therapy"), rows.component(slug="group-therapy")):
        part.full_clean()
        part.save()


def test_a_review_cannot_lie_in_the_future():
    tomorrow = date.today() + timedelta(days=2)
    with pytest.raises(ValidationError, match="cannot lie in the future"):
        rows.condition(reviewed_by="A. Clinician", reviewed_on=tomorrow).full_clean()


def test_hours_that_overlap_on_one_day_are_refused():
    rows.hours(weekday=0, opens=time(9), closes=time(12)).save()
    with pytest.raises(ValidationError, match="overlap"):
        rows.hours(weekday=0, opens=time(11), closes=time(15)).full_clean()


def test_hours_that_only_touch_are_fine():
    rows.hours(weekday=0, opens=time(9), closes=time(12)).save()
    rows.hours(weekday=0, opens=time(12), closes=time(15)).full_clean()
