"""Every public page: its structure, its own title and description, its crisis block."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.urls import reverse

from programs.models import Clinic, Component, Condition, Page, Program, Question
from tests.pages import (
    COMPONENTS,
    CONDITIONS,
    CONTENT_PAGES,
    FORM,
    PROGRAM,
    PUBLIC_PAGES,
    missing_help,
    read,
    text_of,
)

pytestmark = pytest.mark.usefixtures("site")


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_has_one_h1_and_no_skipped_heading_level(client, path):
    levels = [
        int(tag.name[1]) for tag in read(client, path).find_all(["h1", "h2", "h3", "h4", "h5"])
    ]
    assert levels.count(1) == 1
    climbs = [(a, b) for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]
    assert climbs == []


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_has_landmarks_and_a_skip_link_to_the_main_text(client, path):
    soup = read(client, path)
    assert len(soup.find_all("main")) == 1
    assert soup.header and soup.footer and soup.nav
    first_link = soup.body.find("a")
    assert first_link["href"] == "#main"
    assert soup.find(id="main").name == "main"


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, "/search/?q=suicide"])
def test_carries_the_crisis_lines_and_their_warnings(client, path):
    assert missing_help(read(client, path)) == set()


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_ids_are_unique_and_in_page_links_lead_somewhere(client, path):
    soup = read(client, path)
    ids = Counter(tag["id"] for tag in soup.find_all(id=True))
    assert [name for name, count in ids.items() if count > 1] == []
    targets = {a["href"][1:] for a in soup.find_all("a", href=True) if a["href"].startswith("#")}
    assert targets <= set(ids)


def test_titles_and_descriptions_are_each_pages_own(client):
    seen_titles, seen_descriptions = Counter(), Counter()
    for path in PUBLIC_PAGES:
        soup = read(client, path)
        description = soup.find("meta", attrs={"name": "description"})["content"]
        assert 30 <= len(description) <= 165, path
        seen_titles[soup.title.get_text()] += 1
        seen_descriptions[description] += 1
    assert max(seen_titles.values()) == 1
    assert max(seen_descriptions.values()) == 1


def test_every_link_on_every_page_leads_to_a_page(client):
    links = set()
    for path in PUBLIC_PAGES:
        links |= {
            a["href"].split("#")[0].split("?")[0]
            for a in read(client, path).find_all("a", href=True)
            if a["href"].startswith("/")
        }
    broken = {link for link in links - {""} if client.get(link).status_code != 200}
    assert broken == set()
    assert set(CONTENT_PAGES) <= links | {"/"}


def test_home_leads_to_the_form_for_oneself_family_and_professionals(client):
    hrefs = {a["href"] for a in read(client, "/").main.find_all("a", href=True)}
    assert {f"{FORM}?for={kind}" for kind in ("self", "family", "professional")} <= hrefs


def test_the_program_page_shows_every_section_of_the_source(client):
    soup = read(client, PROGRAM)
    for anchor in (
        "overview",
        "ways-in",
        "around-your-life",
        "what-to-expect",
        "who-it-suits",
        "how-long",
        "what-it-treats",
        "levels",
        "next-step",
    ):
        assert soup.find(id=anchor), anchor


def test_the_program_page_shows_every_part_in_its_order(client):
    program = Program.objects.get(slug="intensive-outpatient")
    words = text_of(read(client, PROGRAM))
    for titles in (
        program.entrypath_set.values_list("title", flat=True),
        program.component_set.values_list("title", flat=True),
        program.suitabilitycriterion_set.values_list("title", flat=True),
        program.durationfactor_set.values_list("title", flat=True),
        program.conditions.values_list("name", flat=True),
    ):
        places = [words.index(title) for title in titles]
        assert places == sorted(places)
        assert len(places) >= 3


@pytest.mark.parametrize("path", ["/", "/programs/", PROGRAM])
def test_shows_three_to_five_sessions_of_two_to_four_hours(client, path):
    figures = {
        row.dt.get_text(): row.dd.get_text()
        for row in read(client, path).find("dl").find_all("div")
    }
    assert figures["Sessions a week"] == "3 to 5"
    assert figures["Hours a session"] == "2 to 4"
    assert figures["Hours a week in all"] == "6 to 20"


def test_the_continuum_marks_where_the_program_stands(client):
    steps = read(client, PROGRAM).find("ol", class_="continuum").find_all("li")
    marked = [bool(step.find(class_="continuum-mark")) for step in steps]
    assert len(steps) == 4
    assert marked == [False, False, True, False]


@pytest.mark.parametrize("path", COMPONENTS)
def test_a_component_page_leads_to_its_neighbours(client, path):
    soup = read(client, path)
    place = COMPONENTS.index(path)
    previous, following = soup.find("a", rel="prev"), soup.find("a", rel="next")
    assert (previous["href"] if previous else None) == (COMPONENTS[place - 1] if place else None)
    assert (following["href"] if following else None) == (
        COMPONENTS[place + 1] if place < 4 else None
    )


def test_the_folder_above_components_leads_to_their_list(client):
    response = client.get(f"{PROGRAM}what-to-expect/")
    assert response.status_code == 302
    assert response.headers["Location"] == f"{PROGRAM}#what-to-expect"


@pytest.mark.parametrize("path", CONDITIONS)
def test_a_condition_page_leads_to_the_program_that_treats_it(client, path):
    assert read(client, path).main.find("a", href=PROGRAM)


def test_unanswered_questions_do_not_show(client):
    words = text_of(read(client, "/questions/"))
    waiting = [q.question for q in Question.objects.all() if not q.answer]
    assert waiting
    assert [question for question in waiting if question in words] == []


def test_empty_slots_for_counsels_text_do_not_show(client):
    slots = [s.slug for s in Page.objects.get(slug="notices").sections.all() if not s.text]
    soup = read(client, "/notices/")
    assert len(slots) >= 2
    assert [slug for slug in slots if soup.find(id=slug)] == []


def test_a_blank_clinic_shows_no_phone_address_certification_or_hours(client):
    soup = read(client, "/")
    assert not soup.footer.find("a", href=lambda href: href and href.startswith("tel:"))
    assert "Certified" not in soup.footer.get_text()


def test_what_staff_enter_about_the_clinic_shows(client):
    Clinic.objects.update(
        phone="+16195550100",
        certification_number="370000AP",
        certification_expires_on="2028-01-31",
    )
    soup = read(client, "/")
    assert soup.find("a", href="tel:+16195550100")
    assert "Certified by the State Department of Health Care Services, number 370000AP" in " ".join(
        soup.footer.get_text(" ").split()
    )


def test_while_the_clinic_is_not_accepting_pages_say_so(client):
    Clinic.objects.update(accepting_new_clients=False, accepting_checked_on="2026-11-01")
    assert "not taking new clients right now (checked November 1, 2026)" in text_of(
        read(client, "/")
    )


def test_nothing_stands_between_a_person_and_911_on_help_now(client):
    Clinic.objects.update(accepting_new_clients=False, accepting_checked_on="2026-11-01")
    assert read(client, "/").find(class_="closed-note")
    assert not read(client, "/help-now/").find(class_="closed-note")


def ways_of_the_phone_bar(client, path: str) -> list[str]:
    return [a["href"] for a in read(client, path).find(class_="phone-bar").find_all("a")][:-1]


def test_the_phone_bar_offers_the_call_the_form_and_help_now(client):
    assert ways_of_the_phone_bar(client, "/") == ["/admissions/inquiry/", "/help-now/"]
    Clinic.objects.update(phone="+16195550123")
    assert ways_of_the_phone_bar(client, "/") == [
        *("tel:+16195550123", "/admissions/inquiry/", "/help-now/")
    ]


def test_on_help_now_the_phone_bar_calls_911_and_988(client):
    Clinic.objects.update(phone="+16195550123")
    assert ways_of_the_phone_bar(client, "/help-now/") == ["tel:911", "tel:988"]


def test_a_review_shows_its_name_and_day(client):
    Component.objects.filter(slug="group-therapy").update(
        reviewed_by="A. Reviewer, LMFT", reviewed_on="2026-10-01"
    )
    assert "Last reviewed by A. Reviewer, LMFT on October 1, 2026" in text_of(
        read(client, COMPONENTS[0])
    )


ABOUT_THE_SITE = {
    *("/admissions/", "/privacy/", "/notices/", "/rights/", "/accessibility/", "/language-help/"),
}


@pytest.mark.parametrize("path", sorted({*CONTENT_PAGES} - {"/search/"}))
def test_a_page_with_advice_on_health_says_while_no_clinician_has_reviewed_it(client, path):
    soup = read(client, path)
    facts = json.loads(soup.find("script", type="application/ld+json").string)["@graph"]
    medical = any("MedicalWebPage" in node["@type"] for node in facts)
    lines = [line.get_text() for line in soup.main.find_all(class_="reviewed")]
    assert any("clinician" in line for line in lines) == medical == (path not in ABOUT_THE_SITE)


@pytest.mark.parametrize(
    "path",
    [
        "/no-such-page/",
        "/programs/no-such-program/",
        "/programs/no-such-program/what-to-expect/",
        f"{PROGRAM}what-to-expect/no-such-component/",
        "/conditions/no-such-condition/",
    ],
)
def test_an_unknown_slug_is_a_page_with_a_way_on(client, path):
    soup = read(client, path, status=404)
    assert soup.main.find("a", href=reverse("programs:home"))
    assert soup.find(id="crisis").find("a", href="tel:988")


def test_a_draft_program_takes_its_pages_off_the_site(client):
    Program.objects.update(live_from=None)
    for path in (PROGRAM, f"{PROGRAM}what-to-expect/", *COMPONENTS):
        read(client, path, status=404)
    assert PROGRAM not in client.get("/sitemap.xml").content.decode()
    assert not read(client, "/").find("a", href=PROGRAM)


def test_a_draft_condition_takes_its_page_off_the_site(client):
    Condition.objects.filter(slug="mental-health-disorders").update(live_from=None)
    read(client, CONDITIONS[1], status=404)
    assert not read(client, PROGRAM).find("a", href=CONDITIONS[1])


def test_there_are_no_spanish_addresses_yet(client):
    read(client, "/es/", status=404)
