"""The lists of content: what they show, find and filter, how they are put in order."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from reversion.models import Version

from programs import models
from programs.admin.ordering import rearrange, stepped
from programs.models import Condition, PageSection, Question

from . import rows
from .admin_forms import messages

LISTED = list(rows.CONTENT)


def list_url(model):
    return reverse(f"admin:programs_{model._meta.model_name}_changelist")


def titles(response):
    soup = BeautifulSoup(response.text, "html5lib")
    return [cell.text for cell in soup.select("#result_list .field-__str__")]


def column(response, name):
    soup = BeautifulSoup(response.text, "html5lib")
    return [cell.text for cell in soup.select(f"#result_list .field-{name}")]


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model._meta.model_name)
def test_a_list_costs_the_same_queries_with_ten_times_the_rows(desk, model):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(list_url(model)).status_code == 200
        return len(queries)

    for _ in range(2):
        rows.CONTENT[model]().save()
    desk.get(list_url(model))  # what is cached for the process is cached now
    few = cost()
    for _ in range(18):
        rows.CONTENT[model]().save()
    assert cost() == few


def test_every_content_record_has_its_screens_and_what_the_loader_remembers_has_none(db):
    registered = {model for model in admin.site._registry if model._meta.app_label == "programs"}
    assert registered == {*rows.CONTENT, models.Clinic}


def test_a_list_says_where_each_record_stands(desk):
    now = timezone.now()
    for position, (name, window) in enumerate(
        {
            "seen": {},
            "unfinished": {"live_from": None},
            "soon": {"live_from": now + timedelta(days=400)},
            "over": {"live_from": now - timedelta(days=2), "live_until": now},
        }.items()
    ):
        rows.condition(name=name, position=position, **window).save()
    response = desk.get(list_url(Condition))
    assert titles(response) == ["seen", "unfinished", "soon", "over"]
    live, draft, later, ended = column(response, "state")
    assert (live, draft, ended) == ("Live", "Draft", "Ended")
    assert later.startswith("From ")
    assert str((timezone.localtime() + timedelta(days=400)).year) in later


def test_a_list_marks_what_is_overdue_for_review_in_words(desk):
    today = timezone.localdate()
    rows.condition(position=1, review_due=today - timedelta(days=1)).save()
    rows.condition(position=2, review_due=today).save()
    rows.condition(position=3).save()
    reviewed = {"reviewed_by": "A. Clinician", "reviewed_on": date(2026, 5, 4)}
    rows.condition(position=4, review_due=date(2199, 5, 4), **reviewed).save()
    late, due, never, done = column(desk.get(list_url(Condition)), "review")
    assert late.startswith("Overdue since ")
    assert due.startswith("Next ")
    assert never == "–"
    assert done == "Reviewed May 4, 2026Next May 4, 2199"


@pytest.mark.parametrize(
    ("filtered", "found"),
    [
        ("state=live", ["seen", "late"]),
        ("state=draft", ["unfinished"]),
        ("review=review_overdue", ["late"]),
        ("state=delete", ["seen", "unfinished", "late"]),
    ],
)
def test_a_list_can_be_narrowed_and_an_unknown_choice_narrows_nothing(desk, filtered, found):
    yesterday = timezone.localdate() - timedelta(days=1)
    rows.condition(position=1, name="seen").save()
    rows.condition(position=2, name="unfinished", live_from=None).save()
    rows.condition(position=3, name="late", review_due=yesterday).save()
    assert titles(desk.get(f"{list_url(Condition)}?{filtered}")) == found
    assert Condition.objects.count() == 3


def test_the_list_of_questions_shows_which_still_wait_for_an_answer(desk):
    rows.question(position=1, question="Where?", answer="Here.").save()
    rows.question(position=2, question="How much?", answer="", audience="family").save()
    url = list_url(Question)
    assert column(desk.get(url), "answer_state") == ["Answered", "Waiting for an answer"]
    assert titles(desk.get(f"{url}?answer=unanswered")) == ["How much?"]
    assert titles(desk.get(f"{url}?answer=answered")) == ["Where?"]
    assert titles(desk.get(f"{url}?audience__exact=family")) == ["How much?"]


def test_the_list_of_sections_finds_the_slots_that_wait_for_a_text(desk):
    waiting = rows.section(title="For counsel", text="")
    waiting.save()
    rows.section(page=waiting.page).save()
    url = f"{list_url(PageSection)}?text=waiting"
    assert titles(desk.get(url)) == ["For counsel"]
    assert column(desk.get(url), "text_state") == ["Waiting for its text"]


@pytest.mark.parametrize("words", ["calma", "CALM", "found-by-slug"])
def test_search_reads_both_languages_and_the_slug(desk, words):
    rows.condition(slug="found-by-slug", name="Calm", name_es="En calma").save()
    rows.condition(name="Other").save()
    assert titles(desk.get(list_url(Condition), {"q": words})) == ["Calm"]


def test_a_list_has_its_drag_handles_and_the_way_to_deleted_records_on_one_page(desk):
    rows.condition().save()
    soup = BeautifulSoup(desk.get(list_url(Condition)).text, "html5lib")
    config = json.loads(soup.select_one("#admin_sortable2_config").string)
    assert config["update_url"] == "/admin/programs/condition/adminsortable2_update/"
    assert soup.select("#result_list .drag.handle")
    assert soup.select_one("a.recoverlink")["href"] == "/admin/programs/condition/recover/"


# Order


@pytest.fixture
def abc(db):
    """Three conditions that share a position, as rows made by a script do."""
    for name in "abc":
        rows.condition(name=name, position=0).save()
    return {condition.name: condition.pk for condition in Condition.objects.all()}


def order():
    return "".join(Condition.objects.values_list("name", flat=True))


def drag(desk, *items):
    return desk.post(
        f"{list_url(Condition)}adminsortable2_update/",
        json.dumps({"updatedItems": items}),
        content_type="application/json",
    )


def test_dragging_puts_records_in_the_order_shown(desk, abc):
    response = drag(desk, (str(abc["c"]), 1), (str(abc["a"]), 2), (str(abc["b"]), 3))
    assert response.status_code == 200
    assert order() == "cab"
    assert list(Condition.objects.values_list("position", flat=True)) == [1, 2, 3]


def test_dragging_in_a_list_turned_round_does_what_it_shows(desk, abc):
    # Shown c b a; c was dragged below b. The script numbers the rows from the bottom.
    assert drag(desk, (str(abc["b"]), 3), (str(abc["c"]), 2)).status_code == 200
    assert order() == "acb"


def test_rows_that_share_a_position_still_carry_different_numbers_to_drag_by(desk, abc):
    for query, numbers in [("", ["1", "2", "3"]), ("?o=-1", ["3", "2", "1"])]:
        soup = BeautifulSoup(desk.get(list_url(Condition) + query).text, "html5lib")
        handles = soup.select("#result_list .drag.handle")
        assert [handle["order"] for handle in handles] == numbers


def test_a_drag_is_kept_as_a_version_and_as_a_change(desk, abc):
    before = Condition.objects.get(name="c").updated_at
    drag(desk, (str(abc["c"]), 1), (str(abc["a"]), 2))
    moved = Condition.objects.get(name="c")
    assert moved.updated_at > before
    assert Version.objects.get_for_object(moved).get().revision.comment == "Order changed."


@pytest.mark.parametrize(
    "items", [None, "x", [["1"]], [["999999", 1]], [["x", 1]], [["1", "y"]], 7, [[None, None]]]
)
def test_a_malformed_drag_is_refused_and_changes_nothing(desk, abc, items):
    assert drag(desk, *(items if isinstance(items, list) else [items])).status_code == 400
    assert order() == "abc"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"updatedItems": null}', "\x00"])
def test_a_drag_that_is_no_drag_is_refused(desk, abc, body):
    url = f"{list_url(Condition)}adminsortable2_update/"
    assert desk.post(url, body, content_type="application/json").status_code == 400
    assert desk.get(url).status_code == 405


@pytest.mark.parametrize(
    ("action", "chosen", "result"),
    [
        ("move_up", "c", "acb"),
        ("move_up", "bc", "bca"),
        ("move_up", "a", "abc"),
        ("move_down", "a", "bac"),
        ("move_down", "ab", "cab"),
        ("move_down", "c", "abc"),
    ],
)
def test_records_move_without_a_mouse_and_without_javascript(desk, abc, action, chosen, result):
    response = desk.post(
        list_url(Condition),
        {"action": action, "_selected_action": [abc[name] for name in chosen]},
        follow=True,
    )
    said = "There was nothing to move." if result == "abc" else "The order has changed."
    assert messages(response) == [said]
    assert order() == result


def test_moving_in_a_narrowed_list_passes_what_is_shown(desk, db):
    for position, (name, audience) in enumerate(
        [("1", "client"), ("2", "family"), ("3", "client")]
    ):
        rows.question(question=name, audience=audience, position=position).save()
    last = Question.objects.get(question="3")
    desk.post(
        f"{list_url(Question)}?audience__exact=client",
        {"action": "move_up", "_selected_action": [last.pk]},
    )
    assert list(Question.objects.values_list("question", flat=True)) == ["3", "2", "1"]


def test_records_are_deleted_one_by_one_with_a_version_never_in_bulk(desk, abc):
    data = {"action": "delete_selected", "_selected_action": [abc["a"]], "post": "yes"}
    desk.post(list_url(Condition), data)
    assert order() == "abc"


def test_rearranging_leaves_alone_what_is_not_named(abc):
    assert rearrange(Condition, [abc["c"], abc["a"]]) == 3
    assert order() == "cba"
    assert rearrange(Condition, [abc["c"], abc["a"]]) == 0


def test_stepping_moves_a_block_as_one_and_stops_at_the_edge():
    assert stepped([1, 2, 3, 4], {3, 4}, up=True) == [1, 3, 4, 2]
    assert stepped([1, 2, 3, 4], {1, 2}, up=True) == [1, 2, 3, 4]
    assert stepped([1, 2, 3, 4], {1, 3}, up=True) == [1, 3, 2, 4]
    assert stepped([1, 2, 3, 4], {1, 2}, up=False) == [3, 1, 2, 4]
    assert stepped([], {1}, up=True) == []
