"""The editors' screens in a real browser under the strict policy: clean, and they work.

The `page` fixture fails a test on any console message, so merely opening a screen is a test.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from programs import models
from programs.models import Condition, Program

MODELS = [
    models.LevelOfCare,
    models.Program,
    models.EntryPath,
    models.Component,
    models.SuitabilityCriterion,
    models.OtherLevelSign,
    models.DurationFactor,
    models.Condition,
    models.CrisisLine,
    models.AdmissionStep,
    models.Question,
    models.Page,
    models.PageSection,
]


@pytest.fixture
def desk(page, sign_in, editor, site):
    """An editor's tab on the filled site."""
    sign_in(editor)
    return page


def admin_url(model, view, *args):
    return reverse(f"admin:programs_{model._meta.model_name}_{view}", args=args)


def go(desk, url):
    response = desk.goto(url, wait_until="load")
    assert response.status == 200, url


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_screen_of_a_record_is_clean_under_the_policy(desk, model):
    record = model.objects.first()
    change = admin_url(model, "change", record.pk)
    go(desk, admin_url(model, "changelist"))
    expect(desk.locator("#result_list .drag.handle").first).to_be_visible()
    go(desk, admin_url(model, "add"))
    go(desk, change)
    desk.locator("[name=_continue]").first.click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    go(desk, admin_url(model, "history", record.pk))
    desk.locator("#change-history a").first.click()
    expect(desk.locator("[name=_save]").first).to_be_visible()
    go(desk, admin_url(model, "recoverlist"))
    go(desk, admin_url(model, "delete", record.pk))


def test_a_deleted_record_is_recovered_under_the_policy(desk):
    question = models.Question.objects.first()
    go(desk, admin_url(models.Question, "delete", question.pk))
    desk.locator("#content input[type=submit]").click()
    go(desk, admin_url(models.Question, "recoverlist"))
    desk.locator("#change-history a").first.click()
    desk.locator("[name=_save]").first.click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert models.Question.objects.filter(pk=question.pk).exists()


def test_the_clinics_screens_are_clean_under_the_policy(desk):
    go(desk, "/admin/programs/clinic/")
    desk.locator("#id_opening_hours-0-weekday").select_option("0")
    desk.locator("#id_opening_hours-0-opens").fill("09:00")
    desk.locator("#id_opening_hours-0-closes").fill("17:00")
    desk.locator("[name=_continue]").first.click()
    expect(desk.locator(".messagelist")).to_contain_text("changed successfully")
    assert models.OpeningHours.objects.count() == 1
    go(desk, "/admin/programs/clinic/history/")
    desk.locator("#change-history a").first.click()
    expect(desk.locator("[name=_save]").first).to_be_visible()


def test_a_row_dragged_in_a_list_stays_where_it_was_dropped(desk):
    go(desk, admin_url(Condition, "changelist"))
    names = list(Condition.objects.values_list("name", flat=True))
    handles = desk.locator("#result_list .drag.handle")
    with desk.expect_response("**/adminsortable2_update/") as answer:
        handles.nth(0).drag_to(handles.nth(1), target_position={"x": 5, "y": 12})
    assert answer.value.status == 200
    expected = [names[1], names[0], *names[2:]]
    assert list(Condition.objects.values_list("name", flat=True)) == expected
    go(desk, admin_url(Condition, "changelist"))
    expect(desk.locator("#result_list .field-__str__")).to_have_text(expected)


def test_moving_a_part_in_the_form_writes_the_positions_that_are_saved(desk):
    program = Program.objects.first()
    slugs = list(program.component_set.values_list("slug", flat=True))
    go(desk, admin_url(Program, "change", program.pk))
    group = desk.locator("#component_set-group")
    group.locator("summary", has=desk.locator("h2.inline-heading")).click()
    group.locator("#component_set-0 .move-end").click()
    desk.locator("[name=_save]").first.click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    moved = list(program.component_set.values_list("slug", flat=True))
    assert moved == [*slugs[1:], slugs[0]]


def test_a_part_is_added_in_the_form_with_its_short_name_made_from_its_title(desk):
    program = Program.objects.first()
    go(desk, admin_url(Program, "change", program.pk))
    group = desk.locator("#durationfactor_set-group")
    group.locator("summary", has=desk.locator("h2.inline-heading")).click()
    group.locator(".add-row a").click()
    index = program.durationfactor_set.count()
    group.locator(f"#id_durationfactor_set-{index}-title_en").fill("Work and school")
    group.locator(f"#id_durationfactor_set-{index}-text_en").fill("Hours change.")
    desk.locator("[name=_save]").first.click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert program.durationfactor_set.last().slug == "work-and-school"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_screens_fit_a_phone_and_a_desk(desk, screenshot, width, scheme):
    program = Program.objects.first()
    for name, url in {
        "program": admin_url(Program, "change", program.pk),
        "programs": admin_url(Program, "changelist"),
        "questions": admin_url(models.Question, "changelist"),
        "clinic": "/admin/programs/clinic/",
    }.items():
        go(desk, url)
        for summary in desk.locator(".inline-group summary:has(h2)").all():
            summary.click()
        screenshot(f"content-admin-{name}-{width}-{scheme}", width=width, scheme=scheme)
        body = desk.evaluate("document.documentElement.scrollWidth")
        assert body <= width, f"{name} scrolls sideways at {width}: {body}"
