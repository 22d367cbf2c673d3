"""What content records know about themselves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from modeltranslation.translator import translator

from programs.models import (
    Clinic,
    Component,
    DurationFactor,
    EntryPath,
    SuitabilityCriterion,
)

from . import rows

pytestmark = pytest.mark.django_db

PARTS = (EntryPath, Component, SuitabilityCriterion, DurationFactor)
BUILDERS = (rows.entry_path, rows.component, rows.criterion, rows.factor)


def test_a_week_is_sessions_times_hours(iop):
    assert iop.weekly_hours == (Decimal(6), Decimal(20))


@pytest.mark.parametrize(
    ("low", "high", "leaves"),
    [
        (9, 19, True),
        (6, 20, False),
        (7, 20, True),
        (6, 19, True),
        (None, 20, False),
        (6, None, False),
        (7, None, True),
        (None, None, False),
    ],
)
def test_a_program_leaves_its_band_when_either_end_of_its_week_does(iop, low, high, leaves):
    iop.level.hours_min, iop.level.hours_max = low, high
    assert iop.leaves_level_band() is leaves


@pytest.mark.parametrize("each", [1, 10])
def test_the_parts_of_a_program_are_read_in_one_query(iop, each, django_assert_num_queries):
    for build in BUILDERS:
        for _ in range(each):
            build(program=iop).save()
    with django_assert_num_queries(1):
        parts = iop.parts(*PARTS)
    assert [len(rows_) for rows_ in parts.values()] == [each] * 4


def test_parts_are_grouped_by_kind_and_in_order(iop):
    rows.component(program=iop, position=2, title="Second", slug="b").save()
    rows.component(program=iop, position=1, title="First", slug="a", text="Words").save()
    rows.factor(program=iop, position=1, title="Progress").save()
    parts = iop.parts(*PARTS)
    assert list(parts) == ["entrypath", "component", "suitabilitycriterion", "durationfactor"]
    assert [part.title for part in parts["component"]] == ["First", "Second"]
    assert parts["component"][0] == ("component", "a", "First", "Words")
    assert [part.title for part in parts["durationfactor"]] == ["Progress"]


def test_parts_are_the_live_ones_of_this_program_only(iop):
    now = timezone.now()
    rows.component(program=iop, title="Live").save()
    rows.component(program=iop, title="Draft", live_from=None).save()
    rows.component(program=iop, title="Later", live_from=now + timedelta(days=1)).save()
    rows.component(
        program=iop, title="Over", live_from=now - timedelta(days=2), live_until=now
    ).save()
    rows.component(title="Elsewhere").save()
    assert [part.title for part in iop.parts(*PARTS)["component"]] == ["Live"]
    tomorrow = iop.parts(*PARTS, at=now + timedelta(days=1))
    assert [part.title for part in tomorrow["component"]] == ["Live", "Later"]


def test_parts_of_a_single_kind_can_be_read_alone(iop):
    rows.component(program=iop, title="Live").save()
    assert [part.title for part in iop.parts(Component)["component"]] == ["Live"]


def test_parts_are_in_the_language_of_the_page_and_in_english_where_that_is_blank(iop):
    rows.component(program=iop, title="Group therapy", title_es="Terapia de grupo").save()
    rows.component(program=iop, title="Life skills", title_es="").save()
    with translation.override("es"):
        titles = [part.title for part in iop.parts(*PARTS)["component"]]
    assert titles == ["Terapia de grupo", "Life skills"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_columns_of_every_kind_of_part_are_in_one_order(language):
    with translation.override(language):
        orders = {tuple(model.objects.all().as_rows().query.selected) for model in PARTS}
    assert orders == {("kind", "slug", "local_title", "local_text", "position", "pk")}


@pytest.mark.parametrize(
    ("number", "uri"),
    [
        ("988", "988"),
        ("911", "911"),
        ("1-800-662-4357", "+18006624357"),
        ("888-724-7240", "+18887247240"),
        ("838255", "838255"),
    ],
)
def test_a_crisis_line_is_dialled_as_a_short_code_or_with_its_country(number, uri):
    line = rows.crisis_line(phone=number, text_number=number)
    assert (line.phone_uri, line.text_uri) == (uri, uri)


def test_reading_the_clinic_never_writes_it(django_assert_num_queries):
    with django_assert_num_queries(1):
        clinic = Clinic.current()
    assert clinic.pk == 1
    assert clinic._state.adding
    assert not Clinic.objects.exists()


def test_a_clinic_that_was_filled_in_is_the_current_one():
    rows.clinic(languages="English\n\n Spanish \n").save()
    assert Clinic.current().language_list == ["English", "Spanish"]


def test_a_new_clinic_states_nothing_but_its_name():
    clinic = Clinic.current()
    blank = {"name": "Amity San Diego", "id": 1}
    stated = {
        field.attname: getattr(clinic, field.attname)
        for field in Clinic._meta.concrete_fields
        if getattr(clinic, field.attname) not in ("", None)
    }
    assert stated == blank


@pytest.mark.parametrize("model", rows.CONTENT, ids=lambda model: model._meta.model_name)
def test_every_text_has_a_column_for_english_and_one_for_spanish(model):
    fields = {field.name for field in model._meta.concrete_fields}
    translated = set(translator.get_options_for_model(model).all_fields)
    assert translated
    for name in translated:
        assert {f"{name}_en", f"{name}_es"} <= fields
    # Whatever visitors read is translated; what is left is for machines and for staff.
    texts = {
        field.name
        for field in model._meta.concrete_fields
        if field.get_internal_type() in {"CharField", "TextField"}
        and not hasattr(field, "translated_field")
    }
    untranslated = {
        "reviewed_by",
        "asam_code",
        "asam_edition",
        "phone",
        "text_number",
        "tty",
        "chat_url",
        "audience",
        "note_for_staff",
        "language",
    }
    assert texts - translated <= untranslated


def test_a_record_is_found_where_its_address_says(iop):
    component = rows.component(program=iop, slug="group-therapy")
    question = rows.question(slug="cost")
    assert iop.get_absolute_url() == "/programs/intensive-outpatient/"
    assert (
        component.get_absolute_url()
        == "/programs/intensive-outpatient/what-to-expect/group-therapy/"
    )
    assert question.get_absolute_url() == "/questions/#cost"
    assert rows.page(slug="privacy").get_absolute_url() == "/privacy/"
    assert rows.page(slug="no-such-page").get_absolute_url() == reverse("programs:home")
