"""Every change of content can be looked up and taken back, and every deletion too."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.urls import reverse
from reversion import is_registered
from reversion.models import Version

from programs import models
from programs.models import Clinic, Component, Condition, OpeningHours, Program

from . import rows
from .admin_forms import save, shown


def url_of(record, view, *args):
    return reverse(f"admin:programs_{record._meta.model_name}_{view}", args=args)


def change(desk, record, **changes):
    return save(desk, url_of(record, "change", record.pk), **changes)


def history(desk, record):
    """(comment, address) of each version, newest first."""
    soup = BeautifulSoup(desk.get(url_of(record, "history", record.pk)).text, "html5lib")
    return [
        (row.select("td")[1].text, row.select_one("a")["href"])
        for row in soup.select("#change-history tbody tr")
    ]


def confirm(desk, url):
    """Open a version and press Save, as its page says."""
    response = desk.post(url, {**shown(desk.get(url)), "_save": "Save"})
    assert response.status_code == 302


@pytest.mark.parametrize("model", rows.ALL, ids=lambda model: model._meta.model_name)
def test_every_content_record_is_versioned(model):
    assert is_registered(model)


def test_what_the_loader_remembers_is_not_versioned_and_has_no_screen():
    assert not is_registered(models.LoadedRecord)
    assert not admin.site.is_registered(models.LoadedRecord)


def test_the_first_change_keeps_how_the_record_was_before(desk):
    condition = rows.condition(name="As loaded", name_es="Como se cargó")
    condition.save()
    change(desk, condition, name_en="Changed", name_es="Cambiado")
    (_changed, _address), (comment, first) = history(desk, condition)
    assert comment == "As it was before the first change in the admin."
    confirm(desk, first)
    condition.refresh_from_db()
    assert (condition.name_en, condition.name_es) == ("As loaded", "Como se cargó")


def test_the_second_change_adds_one_version(desk):
    condition = rows.condition()
    condition.save()
    change(desk, condition, name_en="One")
    change(desk, condition, name_en="Two")
    assert len(history(desk, condition)) == 3


def test_looking_at_an_old_version_changes_nothing(desk):
    condition = rows.condition(name="Old")
    condition.save()
    change(desk, condition, name_en="New")
    _comment, first = history(desk, condition)[-1]
    assert shown(desk.get(first))["name_en"] == "Old"
    condition.refresh_from_db()
    assert condition.name == "New"


def test_reverting_a_program_brings_its_parts_and_conditions_back(desk, iop):
    kept = rows.component(program=iop, slug="kept", title="Before", position=1)
    gone = rows.component(program=iop, slug="gone", title="Gone", title_es="Ida", position=2)
    treated = rows.condition()
    for record in (kept, gone, treated):
        record.save()
    iop.conditions.add(treated)
    change(
        desk,
        iop,
        goal_en="Another goal",
        conditions=[],
        component_set__0__title_en="After",
        component_set__1__DELETE="on",
    )
    assert [c.title for c in iop.component_set.all()] == ["After"]
    assert not iop.conditions.exists()

    _comment, before = history(desk, iop)[-1]
    confirm(desk, before)
    iop.refresh_from_db()
    assert iop.goal == "A goal."
    assert iop.conditions.get() == treated
    assert list(iop.component_set.values_list("title_en", "title_es")) == [
        ("Before", None),
        ("Gone", "Ida"),
    ]


def test_a_part_added_since_goes_when_the_program_is_reverted(desk, iop):
    change(desk, iop, goal_en="Another goal")
    rows.component(program=iop).save()
    change(desk, iop, goal_en="A third goal")
    _comment, before = history(desk, iop)[-1]
    confirm(desk, before)
    assert not iop.component_set.exists()


def delete(desk, record):
    url = url_of(record, "delete", record.pk)
    assert desk.get(url).status_code == 200
    return desk.post(url, {"post": "yes"}, follow=True)


def recover(desk, record):
    soup = BeautifulSoup(desk.get(url_of(record, "recoverlist")).text, "html5lib")
    confirm(desk, soup.select("#change-history a")[-1]["href"])


def test_a_deleted_record_is_recovered_as_it_was_when_it_was_deleted(desk):
    condition = rows.condition(name="Loaded, never changed", position=7)
    condition.save()
    delete(desk, condition)
    assert not Condition.objects.exists()
    recover(desk, condition)
    found = Condition.objects.get()
    assert (found.pk, found.name, found.position) == (
        condition.pk,
        "Loaded, never changed",
        7,
    )


def test_a_deleted_program_is_recovered_with_its_parts(desk, iop):
    part = rows.component(program=iop, title="A part")
    part.save()
    change(desk, iop, goal_en="Another goal")
    change(desk, part, title_en="Changed on its own page")
    delete(desk, iop)
    assert not Component.objects.exists()
    recover(desk, iop)
    program = Program.objects.get()
    assert program.goal == "Another goal"
    assert program.component_set.get().title == "Changed on its own page"


def test_a_level_of_care_that_a_program_names_cannot_be_deleted(desk, iop):
    response = desk.get(url_of(iop.level, "delete", iop.level.pk))
    assert "would require deleting the following protected related objects" in response.text
    delete(desk, iop.level)
    assert Program.objects.get().level == iop.level


def test_the_clinics_hours_are_in_its_versions(desk):
    hours = rows.hours()
    hours.save()
    clinic = Clinic.objects.get()
    change(desk, clinic, name="Other", opening_hours__0__DELETE="on")
    assert not OpeningHours.objects.exists()
    _comment, before = history(desk, clinic)[-1]
    confirm(desk, before)
    assert OpeningHours.objects.get().weekday == hours.weekday
    assert Clinic.objects.get().name == "Amity San Diego"


def test_a_version_is_signed_by_whoever_made_the_change(desk, editor):
    condition = rows.condition()
    condition.save()
    change(desk, condition, name_en="Changed")
    version = Version.objects.get_for_object(condition).first()
    assert version.revision.user == editor


def test_a_version_of_another_record_or_none_is_not_found(desk):
    condition = rows.condition()
    condition.save()
    assert desk.get(url_of(condition, "revision", condition.pk, 999999)).status_code == 404
    assert desk.get(url_of(condition, "recover", 999999)).status_code == 404
