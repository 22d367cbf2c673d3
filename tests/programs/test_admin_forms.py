"""The forms of content: both languages, the parts, what is refused, what is only remarked on."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from programs.admin.notes import clinic_notes, program_notes
from programs.models import Clinic, Component, Condition, OpeningHours, Page, Program, Question

from . import rows
from .admin_forms import errors, messages, save, shown


def change_url(record):
    return reverse(f"admin:programs_{record._meta.model_name}_change", args=[record.pk])


def add_url(model):
    return reverse(f"admin:programs_{model._meta.model_name}_add")


CLINIC = "/admin/programs/clinic/"


# Languages


def test_english_and_spanish_stand_side_by_side_each_marked_with_its_language(desk, iop):
    soup = BeautifulSoup(desk.get(change_url(iop)).text, "html5lib")
    row = soup.select_one(".form-row.field-overview_en.field-overview_es")
    assert [label.text for label in row.select("label")] == [
        "Overview (English):",
        "Overview (Spanish):",
    ]
    assert [area["lang"] for area in row.select("textarea")] == ["en", "es"]
    assert not soup.select("[name=overview]")


def test_english_is_required_and_spanish_is_not(desk):
    response = save(desk, add_url(Condition), slug="calm", name_es="Calma")
    assert "This field is required." in errors(response)
    save(desk, add_url(Condition), slug="calm", name_en="Calm", summary_en="S", text_en="T")
    condition = Condition.objects.get()
    assert (condition.name_en, condition.name_es) == ("Calm", None)


def test_a_short_name_follows_the_title_only_while_the_record_is_new(desk):
    condition = rows.condition()
    condition.save()

    def sources(url):
        tag = BeautifulSoup(desk.get(url).text, "html5lib").select_one(
            "#django-admin-prepopulated-fields-constants"
        )
        return tag["data-prepopulated-fields"]

    assert "#id_name_en" in sources(add_url(Condition))
    assert "#id_name_en" not in sources(change_url(condition))


# Order, publishing, review


def test_a_new_record_goes_last_unless_the_editor_says_otherwise(desk):
    rows.condition(position=4).save()
    texts = {"name_en": "N", "summary_en": "S", "text_en": "T"}
    save(desk, add_url(Condition), slug="last", **texts)
    save(desk, add_url(Condition), slug="second", position="2", **texts)
    positions = dict(Condition.objects.values_list("slug", "position"))
    assert (positions["last"], positions["second"]) == (5, 2)


def test_a_position_left_empty_stays_as_it_was(desk):
    condition = rows.condition(position=4)
    condition.save()
    save(desk, change_url(condition), position="")
    assert Condition.objects.get().position == 4


def test_a_broken_rule_is_explained_and_nothing_is_saved(desk):
    condition = rows.condition(name="Before")
    condition.save()
    response = save(desk, change_url(condition), name_en="After", reviewed_by="A. Clinician")
    assert "A review needs both who did it and the day." in errors(response)
    assert Condition.objects.get().name == "Before"


def test_the_address_of_a_page_cannot_be_renamed_away(desk):
    page = rows.page(slug="privacy")
    page.save()
    save(desk, change_url(page), slug="other", heading_en="Your privacy")
    page.refresh_from_db()
    assert (page.slug, page.heading) == ("privacy", "Your privacy")


def test_the_note_for_staff_is_above_the_text_it_is_about(desk):
    section = rows.section(note_for_staff="Counsel supplies this.", text="")
    section.save()
    names = list(shown(desk.get(change_url(section.page))))
    assert names.index("sections-0-note_for_staff") < names.index("sections-0-text_en")


@pytest.mark.parametrize(
    ("build", "goes_to"),
    [
        (rows.condition, "/conditions/{slug}/"),
        (rows.question, "/questions/#{slug}"),
        (rows.component, "/programs/{program}/what-to-expect/{slug}/"),
        (rows.section, "/#{slug}"),
    ],
)
def test_view_on_site_leads_to_the_record(desk, build, goes_to):
    record = build()
    record.save()
    soup = BeautifulSoup(desk.get(change_url(record)).text, "html5lib")
    response = desk.get(soup.select_one("a.viewsitelink")["href"])
    program = getattr(record, "program", None)
    place = goes_to.format(slug=record.slug, program=program and program.slug)
    assert response.url == f"http://testserver{place}"


# The parts of a program


def test_a_program_is_saved_with_its_parts_in_their_new_order(desk, iop):
    first = rows.component(program=iop, slug="first", position=1)
    second = rows.component(program=iop, slug="second", position=2)
    first.save()
    second.save()
    save(desk, change_url(iop), component_set__0__position="2", component_set__1__position="1")
    assert list(iop.component_set.values_list("slug", flat=True)) == ["second", "first"]


def test_a_part_without_a_position_keeps_its_own_and_a_new_one_goes_last(desk, iop):
    rows.component(program=iop, slug="first", position=3).save()
    changes = {
        "component_set__TOTAL_FORMS": "2",
        "component_set__0__position": "",
        "component_set__1__program": iop.pk,
        "component_set__1__slug": "new",
        "component_set__1__title_en": "New",
        "component_set__1__text_en": "T",
        "component_set__1__what_happens_en": "W",
    }
    save(desk, change_url(iop), **changes)
    assert list(iop.component_set.values_list("slug", "position")) == [("first", 3), ("new", 4)]


def test_two_parts_of_one_name_are_refused_in_words(desk, iop):
    rows.component(program=iop, slug="first", position=1).save()
    rows.component(program=iop, slug="second", position=2).save()
    response = save(desk, change_url(iop), component_set__1__slug="first")
    assert any("duplicate" in error for error in errors(response))
    assert Component.objects.filter(slug="second").exists()


def test_a_part_can_be_added_on_a_page_of_its_own_without_javascript(desk, iop):
    save(
        desk,
        add_url(Component),
        program=iop.pk,
        slug="new",
        title_en="New",
        text_en="T",
        what_happens_en="W",
    )
    assert iop.component_set.get().slug == "new"


# Remarks on a program


def test_saving_a_program_outside_its_levels_band_says_so_and_saves(desk, iop):
    response = save(desk, change_url(iop), goal_en="Another goal")
    said = (
        "These sessions come to 6–20 hours a week. ASAM level 2.1 (3rd edition) is 9–19 hours a "
        "week. Check the numbers, or the level of care."
    )
    assert said in messages(response)
    iop.refresh_from_db()
    assert (iop.goal, iop.sessions_min) == ("Another goal", 3)
    page = BeautifulSoup(desk.get(change_url(iop)).text, "html5lib")
    assert said in page.select_one(".field-hours_a_week").text


def test_a_program_inside_its_band_draws_no_remark(desk, iop):
    response = save(desk, change_url(iop), session_hours_min="3.0", session_hours_max="3.8")
    assert len(messages(response)) == 1
    iop.refresh_from_db()
    assert iop.weekly_hours == (Decimal(9), Decimal(19))
    assert not program_notes(iop)


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ({"asam_code": "", "hours_min": 20, "hours_max": None}, "Day care is 20 or more hours"),
        (
            {"asam_edition": "", "hours_min": None, "hours_max": 8},
            "ASAM level 2.1 is up to 8 hours",
        ),
    ],
)
def test_a_level_is_named_by_what_is_known_of_it(iop, level, words):
    iop.level = rows.level(name="Day care", **level)
    assert words in program_notes(iop)[0]


def test_half_hours_are_counted(iop):
    iop.session_hours_min = Decimal("2.5")
    assert "7.5–20 hours" in program_notes(iop)[0]


# The clinic


def test_there_is_one_form_for_the_clinic_and_no_way_to_a_second(desk):
    assert desk.get(CLINIC).status_code == 200
    assert desk.get(f"{CLINIC}add/").status_code == 403
    assert desk.post(f"{CLINIC}add/", {"name": "Second"}).status_code == 403
    assert desk.post(f"{CLINIC}1/delete/", {"post": "yes"}).status_code == 403
    save(desk, CLINIC, name="Amity", phone="(619) 555-0123")
    clinic = Clinic.objects.get()
    assert (clinic.name, str(clinic.phone.as_e164)) == ("Amity", "+16195550123")


def test_opening_hours_are_entered_in_the_clinics_form(desk):
    changes = {
        "opening_hours__0__weekday": "0",
        "opening_hours__0__opens": "09:00",
        "opening_hours__0__closes": "17:00",
    }
    save(desk, CLINIC, **changes)
    assert OpeningHours.objects.get().closes == time(17)


def test_hours_alone_change_the_clinic_too(desk):
    rows.clinic().save()
    before = Clinic.objects.get().updated_at
    rows.hours().save()
    save(desk, CLINIC, opening_hours__0__DELETE="on")
    assert not OpeningHours.objects.exists()
    assert Clinic.objects.get().updated_at > before


def test_two_new_hours_that_overlap_are_refused(desk):
    changes = {"opening_hours__TOTAL_FORMS": "2"}
    for index, (opens, closes) in enumerate([("09:00", "12:00"), ("11:00", "17:00")]):
        changes |= {
            f"opening_hours__{index}__id": "",
            f"opening_hours__{index}__clinic": "1",
            f"opening_hours__{index}__weekday": "0",
            f"opening_hours__{index}__opens": opens,
            f"opening_hours__{index}__closes": closes,
        }
    response = save(desk, CLINIC, **changes)
    assert "Two of these hours overlap on the same day." in errors(response)
    assert not OpeningHours.objects.exists()


TODAY = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (61, None),
        (60, "expires on July 3, 2026"),
        (0, "expires on May 4"),
        (-1, "expired on May 3"),
    ],
)
def test_the_certification_is_spoken_of_from_sixty_days_before_it_expires(days, words):
    notes = clinic_notes(
        Clinic(certification_number="X", certification_expires_on=TODAY + timedelta(days)),
        on=TODAY,
    )
    assert (words in notes[0]) if words else not notes


@pytest.mark.parametrize(("days", "stale"), [(30, False), (31, True)])
@pytest.mark.parametrize("accepting", [True, False])
def test_whether_new_clients_are_taken_is_checked_again_after_thirty_days(days, stale, accepting):
    checked = TODAY - timedelta(days)
    clinic = Clinic(accepting_new_clients=accepting, accepting_checked_on=checked)
    assert bool(clinic_notes(clinic, on=TODAY)) is stale


def test_a_blank_clinic_has_nothing_to_check(desk):
    assert not clinic_notes(Clinic())
    assert "Out of date" not in desk.get(CLINIC).text


def test_what_is_out_of_date_is_said_in_the_form_and_after_saving(desk):
    expires = timezone.localdate() + timedelta(days=10)
    rows.clinic(certification_number="X", certification_expires_on=expires).save()
    soup = BeautifulSoup(desk.get(CLINIC).text, "html5lib")
    assert "certification expires on" in soup.select_one(".field-notes").text
    said = messages(save(desk, CLINIC, email="desk@clinic.example"))
    assert any("certification expires on" in message for message in said)


# Nothing is made up on the way


@pytest.mark.parametrize("model", [Program, Page, Question])
def test_hostile_text_in_a_title_is_shown_as_text(desk, model):
    record = rows.CONTENT[model]()
    field = {"program": "name", "page": "title", "question": "question"}[model._meta.model_name]
    setattr(record, field, "<script>alert(1)</script>")
    record.save()
    listed = reverse(f"admin:programs_{model._meta.model_name}_changelist")
    for url in (listed, change_url(record)):
        assert "<script>alert(1)" not in desk.get(url).text
