"""*Plan your week* as a page: what it asks, what it answers, and what it leaves alone."""

from __future__ import annotations

import logging
import re
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from programs.forms import PICKS, WeekForm
from programs.models import LevelOfCare, Program
from tests.pages import PLANNER, read, text_of

from . import rows
from .test_page_queries import multiply_content

pytestmark = pytest.mark.usefixtures("site")
EVENINGS = [f"{day}{hour}" for day in range(5) for hour in range(17, 21)]


def plan(client, times: list[str], **sent: str) -> BeautifulSoup:
    response = client.post(PLANNER, {"t": times, **sent})
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html5lib")


def answer_of(soup: BeautifulSoup) -> str:
    return " ".join(soup.find(id="answer").get_text(" ").split())


def ticked(soup: BeautifulSoup) -> set[str]:
    return {box["value"] for box in soup.find_all("input", attrs={"name": "t"}, checked=True)}


def test_every_hour_of_the_week_has_a_box_that_names_its_day_and_time(client):
    soup = read(client, PLANNER)
    boxes = soup.find_all("input", attrs={"name": "t"})
    names = {
        " ".join(
            soup.find(id=part).get("aria-label") or soup.find(id=part).get_text(strip=True)
            for part in box["aria-labelledby"].split()
        )
        for box in boxes
    }

    assert len(boxes) == len(names) == 7 * 14
    assert {"Monday 7 a.m.", "Wednesday noon", "Sunday 8 p.m."} <= names
    assert not ticked(soup)


def test_sessions_and_hours_offered_are_the_program_s_own(client):
    Program.objects.update(sessions_max=4, session_hours_max=Decimal("3.5"))
    soup = read(client, PLANNER)

    def offered(name: str) -> list[str]:
        return [each["value"] for each in soup.find_all("input", attrs={"name": name})]

    assert offered("sessions") == ["any", "3", "4"]
    assert offered("hours") == ["any", "2", "3", "3.5"]
    assert "3 to 4 sessions a week, 2 to 3.5 hours each" in text_of(soup)


def test_a_week_that_fits_is_written_out_drawn_and_added_up(client):
    soup = plan(client, EVENINGS, sessions="4", hours="3")
    days = [item.get_text(" ", strip=True) for item in soup.find(class_="ticks").find_all("li")]

    assert "4 sessions of 3 hours, 12 hours a week" in answer_of(soup)
    assert days == [
        f"{day} , 5 p.m. to 8 p.m." for day in ("Monday", "Tuesday", "Thursday", "Friday")
    ]
    assert len(soup.find(class_="week-plan").find_all("rect", class_="session")) == 4
    assert soup.find(class_="week-plan").svg["aria-label"]


def test_half_hours_are_told_to_the_minute(client):
    Program.objects.update(session_hours_min=Decimal("2.5"))
    assert "5 p.m. to 7:30 p.m." in answer_of(plan(client, EVENINGS, sessions="3", hours="2.5"))


@pytest.mark.parametrize(
    ("sessions", "hours", "where"),
    [("3", "2", "is less than"), ("3", "3", "lies within"), ("5", "4", "is more than")],
)
def test_the_total_is_put_beside_the_level_s_hours_and_the_assessment_decides(
    client, sessions, hours, where
):
    answer = answer_of(plan(client, EVENINGS, sessions=sessions, hours=hours))

    assert f"{where} the 9 to 19 hours that this level of care means for most adults" in answer
    assert "Your assessment decides how many hours you need" in answer


def test_a_level_without_hours_of_its_own_is_not_compared(client):
    LevelOfCare.objects.update(hours_min=None, hours_max=None)
    answer = answer_of(plan(client, EVENINGS, sessions="3", hours="2"))

    assert "most adults" not in answer
    assert "Your assessment decides" in answer


def test_a_choice_left_open_says_so(client):
    assert "more than one week fits" in answer_of(plan(client, EVENINGS))
    assert "more than one week" not in answer_of(plan(client, EVENINGS, sessions="3", hours="3"))


def test_what_does_not_fit_is_said_with_what_would(client):
    times = [f"{day}{hour}" for day in (0, 2) for hour in (18, 19, 20)]
    soup = plan(client, [*times, "418", "419"], sessions="3", hours="3")
    answer = answer_of(soup)

    assert "This does not fit into the times you ticked" in answer
    assert "Shorter sessions: 3 sessions of 2 hours, 6 hours a week" in answer
    assert "1 hour more of free time gives you 3 sessions of 3 hours" in answer
    assert "Friday, 6 p.m. to 9 p.m." in answer or "Friday, 5 p.m. to 8 p.m." in answer
    assert not soup.find(class_="ticks")


def test_the_table_says_what_else_fits(client):
    soup = plan(client, [f"{day}{hour}" for day in range(4) for hour in (18, 19)])
    cells = [cell.get_text(" ", strip=True) for cell in soup.find(class_="fitting").find_all("td")]

    assert cells[:4] == ["6\xa0h fits", "9\xa0h no room", "12\xa0h no room", "8\xa0h fits"]


def test_it_never_says_that_sessions_are_held_at_these_times(client):
    assert "does not show when sessions are held" in text_of(read(client, PLANNER))
    soup = plan(client, EVENINGS)
    assert "does not show when sessions are held" in text_of(soup)
    assert "not a schedule, and no time is booked" in answer_of(soup)


def test_nothing_ticked_says_how_to_go_on(client):
    soup = plan(client, [], sessions="4", hours="3")

    assert "No times are ticked yet" in answer_of(soup)
    assert soup.find("input", attrs={"name": "sessions", "value": "4"}).has_attr("checked")


def test_what_was_ticked_and_chosen_stays(client):
    soup = plan(client, EVENINGS, sessions="4", hours="3")
    chosen = {
        (each["name"], each["value"]) for each in soup.find_all("input", type="radio", checked=True)
    }

    assert ticked(soup) == set(EVENINGS)
    assert chosen == {("sessions", "4"), ("hours", "3")}


@pytest.mark.parametrize("pick", PICKS)
def test_a_button_adds_its_hours_to_those_ticked_and_says_so(client, pick):
    soup = plan(client, ["007"], pick=pick, sessions="4")

    assert ticked(soup) == {"007"} | {f"{day}{hour:02}" for day, hour in PICKS[pick][1]}
    assert answer_of(soup).startswith(f"Ticked: {PICKS[pick][0]}")
    assert not soup.find(class_="week-plan")
    assert soup.find("input", attrs={"name": "sessions", "value": "4"}).has_attr("checked")


def test_clear_all_unticks_everything_and_is_there_only_with_something_to_clear(client):
    assert not read(client, PLANNER).find("button", value="clear")
    assert plan(client, EVENINGS).find("button", value="clear")
    assert ticked(plan(client, EVENINGS, pick="clear")) == set()


def test_enter_draws_the_week(client):
    """A browser presses the first submit button of a form."""
    first = read(client, PLANNER).main.form.find("button")
    assert not first.has_attr("name")


@pytest.mark.parametrize(
    "body",
    [
        "t=999&t=-1&t=abc&t=017x&t=%00",
        "t=" + "1" * 5000,
        "t[]=017&T=017",
        "sessions=3&hours=3",
        "pick=everything&pick=",
        "=&&&=;",
    ],
)
def test_times_that_the_page_does_not_offer_count_as_not_ticked(client, body):
    response = client.post(PLANNER, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert "No times are ticked yet" in response.content.decode()


@pytest.mark.parametrize(
    "value", ["0", "-3", "99999999999999999999", "NaN", "1e9", "3.0", "drei", "٣"]
)
def test_numbers_that_the_page_does_not_offer_count_as_any(client, value):
    soup = plan(client, EVENINGS, sessions=value, hours=value)
    chosen = [each["value"] for each in soup.find_all("input", type="radio", checked=True)]

    assert chosen == ["any", "any"]
    assert "A week that fits your times" in answer_of(soup)


def test_too_many_fields_get_a_calm_page(client):
    body = "&".join(["t=017"] * 1200)
    response = client.post(PLANNER, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 400
    assert "988" in response.content.decode()


def test_an_answer_is_kept_nowhere_and_needs_no_token(caplog):
    with caplog.at_level(logging.DEBUG, logger=""), CaptureQueriesContext(connection) as captured:
        response = Client(enforce_csrf_checks=True).post(PLANNER, {"t": EVENINGS, "hours": "xyzzy"})

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    assert {query["sql"].split()[0] for query in captured} == {"SELECT"}
    written = " ".join(record.getMessage() for record in caplog.records)
    assert not re.search("xyzzy|t=0", written)


def test_plain_and_answered_pages_cost_the_same_however_many_records(client):
    def costs() -> list[int]:
        found = []
        for send in (lambda: client.get(PLANNER), lambda: client.post(PLANNER, {"t": EVENINGS})):
            with CaptureQueriesContext(connection) as captured:
                assert send().status_code == 200
            found.append(len(captured))
        return found

    before = costs()
    assert max(before) <= 6
    multiply_content(10)
    assert costs()[1] == before[1]


def test_a_program_that_is_not_live_has_no_planner(client):
    rows.program(slug="draft", live_from=None).save()
    assert client.get("/programs/draft/plan-your-week/").status_code == 404
    assert client.post("/programs/draft/plan-your-week/").status_code == 404


@pytest.mark.parametrize(
    ("sessions", "hours"),
    [((1, 1), ("0.5", "0.5")), ((9, 14), ("12", "12")), ((1, 14), ("0.5", "12"))],
)
def test_every_program_that_may_be_entered_can_be_planned(client, sessions, hours):
    level = LevelOfCare.objects.get(slug="intensive-outpatient")
    rows.program(
        slug="other",
        level=level,
        sessions_min=sessions[0],
        sessions_max=sessions[1],
        session_hours_min=Decimal(hours[0]),
        session_hours_max=Decimal(hours[1]),
    ).save()
    path = "/programs/other/plan-your-week/"

    assert client.get(path).status_code == 200
    for times in (["017"], EVENINGS, [f"{d}{h:02}" for d in range(7) for h in range(7, 21)]):
        assert client.post(path, {"t": times}).status_code == 200


def test_free_hours_that_follow_each_other_are_one_box_in_the_drawing():
    program = Program.objects.select_related("level").get()
    week = WeekForm(program, QueryDict("t=007&t=008&t=010&t=107&t=119&t=120"))

    assert [tuple(box) for box in week.free_boxes()] == [
        (0, 0, 2),
        (0, 3, 1),
        (1, 0, 1),
        (1, 12, 2),
    ]
