"""*Is it right for me?* answers in the records' own words, scores nothing and keeps nothing."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs import guide
from programs.models import OtherLevelSign, Program, SuitabilityCriterion
from tests.pages import GUIDE, read, text_of

from . import rows
from .test_page_queries import multiply_content

pytestmark = pytest.mark.usefixtures("site")
SLUGS = ["stable-home", "motivated", "moderate-severity", "mental-health-alongside"]
Reply = SuitabilityCriterion.Reply


def ask(client, **replies: str) -> BeautifulSoup:
    """The answered page; `stable_home="no"` is the reply to the criterion “stable-home”."""
    sent = {f"q-{name.replace('_', '-')}": reply for name, reply in replies.items()}
    response = client.post(GUIDE, sent)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html5lib")


def answer_of(soup: BeautifulSoup) -> str:
    return " ".join(soup.find(id="answer").get_text(" ").split())


def test_the_page_asks_each_criterion_s_question_with_three_replies_and_none_chosen(client):
    soup = read(client, GUIDE)
    fieldsets = soup.main.find_all("fieldset")
    questions = list(SuitabilityCriterion.objects.values_list("guide_question", flat=True))

    assert [fieldset.legend.get_text(strip=True) for fieldset in fieldsets] == questions
    for fieldset in fieldsets:
        words = [label.get_text(strip=True) for label in fieldset.find_all("label")]
        assert words == ["Yes", "No", "Not sure"]
        assert not fieldset.find(checked=True)
        assert not fieldset.find(required=True)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("reply", Reply)
def test_each_reply_is_answered_in_the_record_s_own_words(client, slug, reply):
    words = getattr(SuitabilityCriterion.objects.get(slug=slug), f"reply_{reply.value}")
    answer = answer_of(ask(client, **{slug.replace("-", "_"): reply.value}))

    assert " ".join(words.split()) in answer
    assert str(reply.label) in answer


def test_what_an_editor_writes_is_what_the_answer_says(client):
    SuitabilityCriterion.objects.filter(slug="stable-home").update(
        reply_no_en="Come and **see us**."
    )
    assert ask(client, stable_home="no").find(id="answer").find("strong", string="see us")


def test_a_reply_without_words_of_its_own_shows_the_criterion_s_explanation(client):
    SuitabilityCriterion.objects.filter(slug="stable-home").update(reply_no_en="", text_en="Why.")
    assert "Why." in answer_of(ask(client, stable_home="no"))


def test_skipped_questions_are_not_answered_and_that_is_said_to_be_fine(client):
    soup = ask(client, motivated="yes")

    assert len(soup.find(id="answer").find_all("h3")) == 1
    assert "You skipped some questions. That is fine" in answer_of(soup)
    everything = ask(client, **{slug.replace("-", "_"): "yes" for slug in SLUGS})
    assert "skipped" not in answer_of(everything)


def test_replies_stay_chosen(client):
    soup = ask(client, stable_home="no", motivated="unsure")
    chosen = {(each["name"], each["value"]) for each in soup.find_all("input", checked=True)}

    assert chosen == {("q-stable-home", "no"), ("q-motivated", "unsure")}


def test_an_empty_answer_says_how_to_go_on(client):
    soup = ask(client)

    assert "You have not replied to any question yet" in answer_of(soup)
    assert "talk to us" in answer_of(soup)
    assert soup.main.form


@pytest.mark.parametrize("reply", ["no", "yes", "unsure"])
def test_no_answer_counts_scores_ranks_or_diagnoses(client, reply):
    answer = answer_of(ask(client, **{slug.replace("-", "_"): reply for slug in SLUGS}))

    assert not re.search(
        r"\d|%|\b(scores?|points?|out of|results?|risk|you are (?:a |an )?\w*(?:fit|eligible)"
        r"|you have an? \w+ disorder|eligible|qualif\w+|most of)\b",
        answer,
        re.IGNORECASE,
    )


def test_every_state_ends_with_people_to_talk_to_and_the_need_for_an_assessment(client):
    for soup in (read(client, GUIDE), ask(client), ask(client, motivated="no")):
        text = text_of(soup)
        assert "Only a clinical assessment can say which care fits you" in text
        assert soup.main.find("a", href="/admissions/inquiry/")


def test_signs_name_the_level_that_may_fit_better_and_danger_comes_first(client):
    first, *_rest = items = read(client, GUIDE).find(class_="points").find_all("li")

    assert len(items) == OtherLevelSign.objects.count()
    assert first.find("a", href="tel:911")
    assert first.find("a", href="tel:988")
    assert "May fit better" not in first.get_text()
    levels = [item.strong.get_text() for item in items[1:]]
    assert levels == [
        "Detoxification",
        "Residential care",
        "Residential care",
        "Regular outpatient care",
    ]


def test_a_level_that_is_not_live_is_not_named(client):
    soon = timezone.now() + timedelta(days=1)
    level = OtherLevelSign.objects.get(slug="very-ill-when-you-stop").level
    type(level).objects.filter(pk=level.pk).update(live_from=soon)

    assert "Detoxification" not in str(read(client, GUIDE).find(class_="points"))


def test_drafts_are_neither_asked_nor_answered(client):
    SuitabilityCriterion.objects.filter(slug="motivated").update(live_from=None)

    assert "q-motivated" not in str(read(client, GUIDE).main)
    assert "You have not replied" in answer_of(ask(client, motivated="yes"))


def test_a_program_without_questions_still_shows_its_signs_and_whom_to_talk_to(client):
    SuitabilityCriterion.objects.all().delete()
    soup = read(client, GUIDE)

    assert not soup.main.form
    assert soup.find(class_="points")
    assert soup.main.find("a", href="/admissions/inquiry/")


def review(model, day: date, **which: str) -> None:
    model.objects.filter(**which).update(reviewed_by="Dr. Test Person", reviewed_on=day)


def test_the_guide_counts_as_reviewed_once_every_question_and_sign_is(client):
    for model in (Program, SuitabilityCriterion, OtherLevelSign):
        review(model, date(2026, 9, 1))
    SuitabilityCriterion.objects.filter(slug="motivated").update(reviewed_by="", reviewed_on=None)

    line = read(client, GUIDE).find(class_="reviewed").get_text()
    assert "Last reviewed" not in line and "clinician" in line


def test_the_oldest_review_of_what_is_shown_is_the_guides(client):
    review(Program, date(2026, 7, 1))
    for model in (SuitabilityCriterion, OtherLevelSign):
        review(model, date(2026, 9, 1))
    review(OtherLevelSign, date(2026, 8, 1), slug="no-safe-home")

    assert "on August 1, 2026" in read(client, GUIDE).find(class_="reviewed").get_text()


def test_a_program_that_is_not_live_has_no_guide(client):
    draft = rows.program(slug="draft", live_from=None)
    draft.save()

    assert client.get("/programs/draft/is-it-right-for-me/").status_code == 404
    assert client.post("/programs/draft/is-it-right-for-me/").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "q-stable-home=maybe",
        "q-stable-home=" + "9" * 5000,
        "q-nothing=yes&evil=%00%ff%fe&q-=yes",
        "q-stable-home[]=yes&q-stable-home.x=yes",
        "q-stable-home=%F0%9F%92%A9",
        "=&&&=;",
    ],
)
def test_what_the_page_does_not_offer_counts_as_skipped(client, body):
    response = client.post(GUIDE, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert "You have not replied to any question yet" in response.content.decode()


def test_a_name_sent_twice_counts_once(client):
    response = client.post(GUIDE, {"q-motivated": ["no", "yes"]})
    assert response.content.decode().count(" checked>") == 1


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data"])
def test_other_kinds_of_bodies_get_a_calm_page(client, content_type):
    response = client.post(GUIDE, b'{"q-motivated": ["yes"]}', content_type=content_type)
    assert response.status_code in {200, 400}
    assert "988" in response.content.decode()


def test_a_thousand_fields_get_a_calm_page(client):
    body = "&".join(f"q-{number}=yes" for number in range(1200))
    response = client.post(GUIDE, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 400
    assert "988" in response.content.decode()


def test_an_answer_is_kept_nowhere(client, caplog):
    before = {model: model.objects.count() for model in (SuitabilityCriterion, OtherLevelSign)}
    with caplog.at_level(logging.DEBUG, logger=""):
        response = client.post(GUIDE, {"q-stable-home": "no", "q-motivated": "xyzzy"})

    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    written = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert "xyzzy" not in " ".join(record.getMessage() for record in written)
    assert {model: model.objects.count() for model in before} == before


def test_answering_writes_nothing_to_the_database(client):
    with CaptureQueriesContext(connection) as captured:
        client.post(GUIDE, {"q-stable-home": "no"})
    assert {query["sql"].split()[0] for query in captured} == {"SELECT"}


def test_it_needs_no_token_and_no_cookie():
    from django.test import Client  # noqa: PLC0415 - the one client that checks tokens

    response = Client(enforce_csrf_checks=True).post(GUIDE, {"q-motivated": "yes"})
    assert response.status_code == 200
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_the_way_to_the_form_takes_no_reply_along(client):
    soup = ask(client, stable_home="no")
    ways = [link["href"] for link in soup.main.find_all("a") if "inquiry" in link["href"]]

    assert set(ways) == {"/admissions/inquiry/"}
    assert soup.main.form["action"] == f"{GUIDE}#answer"


def test_plain_and_answered_pages_cost_six_queries_at_most_however_many_records(client):
    def costs() -> list[int]:
        found = []
        for send in (lambda: client.get(GUIDE), lambda: client.post(GUIDE, {"q-motivated": "no"})):
            with CaptureQueriesContext(connection) as captured:
                assert send().status_code == 200
            found.append(len(captured))
        return found

    before = costs()
    assert max(before) <= 6
    multiply_content(10)
    assert costs()[1] == before[1]


def test_items_pair_each_question_with_its_reply():
    criteria = [rows.criterion(slug="one"), rows.criterion(slug="two", reply_no="Ah.")]
    one, two = guide.items(criteria, {"q-one": "perhaps", "q-two": "no", "q-three": "yes"})

    assert (one.reply, one.suggestion) == (None, "")
    assert (two.reply, two.suggestion) == (Reply.NO, "Ah.")
