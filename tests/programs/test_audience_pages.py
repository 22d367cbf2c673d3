"""Pages for families, professionals, admissions, accessibility and language help."""

from __future__ import annotations

import pytest

from programs.models import (
    AcceptedPayer,
    Clinic,
    Component,
    Condition,
    OpeningHours,
    PageSection,
    Program,
    Question,
)
from tests.pages import (
    COMPONENTS,
    CONDITIONS,
    CONTENT_PAGES,
    FORM,
    PLANNER,
    PROGRAM,
    read,
    text_of,
)

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def clinic(site) -> Clinic:
    return Clinic.objects.get()


@pytest.fixture
def not_accepting(site) -> None:
    Clinic.objects.update(accepting_new_clients=False, accepting_checked_on="2026-11-01")


# ---- Talking to admissions -----------------------------------------------------------------------


AUDIENCES = {
    "/families/": (f"{FORM}?for=family", "Ask for someone you care about"),
    "/professionals/": (f"{FORM}?for=professional", "Refer a client"),
    # The form is told of the kind of page, never of the page.
    **dict.fromkeys(COMPONENTS, (f"{FORM}?from=component", "Ask for a call back")),
    **dict.fromkeys(CONDITIONS, (f"{FORM}?from=condition", "Ask for a call back")),
    PLANNER: (f"{FORM}?from=planner", "Ask for a call back"),
}


@pytest.mark.parametrize("path", CONTENT_PAGES)
def test_every_page_leads_to_admissions_and_says_what_the_form_is_for(client, path):
    main = read(client, path).main
    talk = main.find("section", class_="talk")
    assert talk.h2.get_text() == "Talk to admissions"
    button = talk.find("a", class_="btn-primary")
    assert (button["href"], button.get_text()) == AUDIENCES.get(path, (FORM, "Ask for a call back"))
    assert len(main.find_all("a", class_="btn-primary")) == (2 if path == "/" else 1)
    assert "Ask for a call back, and a person from admissions gets in touch." in talk.get_text()


@pytest.mark.parametrize("path", CONTENT_PAGES)
@pytest.mark.usefixtures("not_accepting")
def test_while_the_clinic_is_not_accepting_every_page_says_so_and_what_to_do_instead(client, path):
    talk = read(client, path).main.find("section", class_="talk")
    words = " ".join(talk.get_text(" ").split())
    assert "not taking new clients right now (checked November 1, 2026)" in words
    assert "Our form says what you can do instead." in words
    assert talk.find("a", href="/help-now/")
    assert talk.find("a", href=AUDIENCES.get(path, (FORM, ""))[0])


@pytest.mark.parametrize("path", CONTENT_PAGES)
def test_the_phone_stands_beside_the_form_once_it_is_known(client, path):
    assert not read(client, path).main.find("section", class_="talk").select("a[href^=tel]")
    Clinic.objects.update(phone="+16195550100")
    assert read(client, path).main.find("section", class_="talk").find(href="tel:+16195550100")


# ---- Families ------------------------------------------------------------------------------------


def test_families_read_what_may_and_what_may_not_be_confirmed(client):
    soup = read(client, "/families/")
    may, may_not = soup.find(id="what-we-can-tell-you"), soup.find(id="what-we-may-not-say")
    assert "what happens after someone asks for help" in may.get_text()
    words = " ".join(may_not.get_text(" ").split())
    assert "42 CFR Part 2" in words
    assert "if we know them" in words
    assert "we can neither confirm nor deny that we know them" in words


def test_families_find_the_form_in_their_wording_and_their_own_questions(client):
    soup = read(client, "/families/")
    assert soup.main.find("a", href=f"{FORM}?for=family")
    words = text_of(soup)
    for question in Question.objects.answered():
        assert (question.question in words) == (question.audience == "family")


# ---- Professionals -------------------------------------------------------------------------------


def test_professionals_read_the_level_of_care_by_code_edition_and_hours(client):
    words = text_of(read(client, "/professionals/"))
    assert "Level 2.1 in the ASAM Criteria, 3rd edition." in words
    assert "9 to 19 hours a week" in words
    assert "reach outside that range" in words


def test_hours_inside_the_level_s_band_need_no_remark(client):
    Program.objects.update(sessions_min=3, session_hours_min=3, sessions_max=4)
    assert "reach outside that range" not in text_of(read(client, "/professionals/"))


def test_professionals_find_the_form_in_their_wording_and_what_to_leave_out(client):
    soup = read(client, "/professionals/")
    assert soup.main.find("a", href=f"{FORM}?for=professional")
    assert "Date of birth" in soup.find(id="what-to-leave-out").get_text()
    assert "Without your client’s written consent: nothing" in " ".join(
        soup.find(id="what-we-can-report-back").get_text(" ").split()
    )


def test_without_a_live_program_professionals_still_get_their_page(client):
    Program.objects.update(live_from=None)
    assert not read(client, "/professionals/").find(id="level-heading")


# ---- Questions -----------------------------------------------------------------------------------


def test_each_audience_finds_its_questions_and_its_page(client):
    soup = read(client, "/questions/")
    assert [a["href"] for a in soup.find("nav", class_="contents").find_all("a")] == [
        "#for-client",
        "#for-family",
        "#for-professional",
    ]
    assert soup.find(id="for-family").find("a", href="/families/")
    assert soup.find(id="for-professional").find("a", href="/professionals/")


def test_the_home_page_shows_the_questions_that_editors_marked(client):
    Question.objects.update(on_home=False)
    assert not read(client, "/").find(id="questions-heading")
    Question.objects.filter(slug__in=["how-long", "cost"]).update(on_home=True)
    shown = read(client, "/").main.find_all("details")
    assert [details["id"] for details in shown] == ["how-long"]  # “cost” has no answer yet


# ---- Admissions ----------------------------------------------------------------------------------


def test_admissions_shows_no_hours_promise_or_payer_that_nobody_entered(client):
    soup = read(client, "/admissions/")
    assert not soup.find(id="hours")
    assert not soup.find(id="paying")


def test_admissions_shows_the_hours_the_promise_and_verified_payers(client, clinic):
    for weekday in (0, 4):
        OpeningHours.objects.create(clinic=clinic, weekday=weekday, opens="09:00", closes="12:30")
    OpeningHours.objects.create(clinic=clinic, weekday=0, opens="13:00", closes="17:00")
    AcceptedPayer.objects.create(clinic=clinic, payer="medi-cal", verified_on="2026-10-01")
    Clinic.objects.update(call_back_minutes=120)

    soup = read(client, "/admissions/")
    days = [" ".join(row.get_text().split()) for row in soup.find(id="hours").find_all("li")]
    assert days == [
        "Monday: 9:00 AM to 12:30 PM, 1:00 PM to 5:00 PM",
        "Friday: 9:00 AM to 12:30 PM",
    ]
    assert "within 2 hours, counted in the hours when we answer" in text_of(soup)
    assert "Medi-Cal (checked October 1, 2026)" in soup.find(id="paying").get_text()


def test_a_section_that_staff_add_to_admissions_shows(client):
    page = PageSection.objects.filter(page__slug="privacy").first().page
    page = type(page).objects.get(slug="admissions")
    PageSection.objects.create(page=page, slug="parking", title="Parking", text="Behind the house.")
    assert "Behind the house." in read(client, "/admissions/").find(id="parking").get_text()


# ---- Accessibility and language ------------------------------------------------------------------


def test_the_accessibility_page_always_says_how_to_tell_us(client):
    tell = read(client, "/accessibility/").find(id="tell-us")
    assert [a["href"] for a in tell.find_all("a")] == [FORM]
    Clinic.objects.update(phone="+16195550100", email="front@clinic.example")
    tell = read(client, "/accessibility/").find(id="tell-us")
    assert [a["href"] for a in tell.find_all("a")] == [
        FORM,
        "tel:+16195550100",
        "mailto:front@clinic.example",
    ]


@pytest.mark.parametrize(
    ("path", "slug"), [("/accessibility/", "the-building"), ("/language-help/", "more-languages")]
)
def test_a_slot_shows_once_it_is_filled_in(client, path, slug):
    assert not read(client, path).find(id=slug)
    PageSection.objects.filter(slug=slug).update(text_en="Now it is known.")
    assert "Now it is known." in read(client, path).find(id=slug).get_text()


def test_each_language_speaks_in_its_own_voice_and_direction(client):
    soup = read(client, "/language-help/")
    said = {section["lang"]: section["dir"] for section in soup.main.find_all("section", lang=True)}
    assert said == {
        "es": "ltr",
        "vi": "ltr",
        "tl": "ltr",
        "zh-Hant": "ltr",
        "ko": "ltr",
        "ar": "rtl",
    }
    assert soup.find("nav", class_="contents").find("a", href="#arabic")["lang"] == "ar"
    assert "todavía no están abiertas" in soup.find(id="espanol").get_text()


def test_the_languages_of_the_staff_show_once_they_are_entered(client):
    assert not read(client, "/language-help/").find(id="our-languages")
    Clinic.objects.update(languages="English\nSpanish")
    rows = read(client, "/language-help/").find(id="our-languages").find_all("li")
    assert [row.get_text() for row in rows] == ["English", "Spanish"]


# ---- Components and conditions -------------------------------------------------------------------


@pytest.mark.parametrize("path", CONDITIONS)
def test_a_condition_page_leads_to_its_neighbours(client, path):
    soup = read(client, path)
    place = CONDITIONS.index(path)
    before, after = soup.find("a", rel="prev"), soup.find("a", rel="next")
    assert (before["href"] if before else None) == (CONDITIONS[place - 1] if place else None)
    assert (after["href"] if after else None) == (CONDITIONS[place + 1] if place < 2 else None)


@pytest.mark.parametrize("path", [*COMPONENTS, *CONDITIONS])
def test_components_and_conditions_say_how_they_help_and_whom(client, path):
    soup = read(client, path)
    assert soup.find(id="how-it-helps-heading")
    assert soup.find(id="who-for-heading")


def test_conditions_and_the_components_that_matter_lead_to_each_other(client):
    for condition in Condition.objects.all():
        links = {a["href"] for a in read(client, condition.get_absolute_url()).main.find_all("a")}
        for component in Component.objects.all():
            matters = component in condition.components.all()
            assert (component.get_absolute_url() in links) == matters
            back = read(client, component.get_absolute_url()).main
            assert bool(back.find("a", href=condition.get_absolute_url())) == matters


def test_a_component_taken_off_the_site_leaves_its_conditions(client):
    Component.objects.filter(slug="group-therapy").update(live_from=None)
    assert not read(client, CONDITIONS[0]).main.find("a", href=COMPONENTS[0])


def test_the_home_page_spells_iop_out_and_leads_on(client):
    soup = read(client, "/")
    assert soup.find(id="what-heading").get_text() == "Intensive Outpatient Program (IOP)"
    links = {a["href"] for a in soup.main.find_all("a")}
    assert {
        f"{PROGRAM}is-it-right-for-me/",
        f"{PROGRAM}plan-your-week/",
        "/admissions/",
        "/questions/",
    } <= links
    assert soup.find(id="next-heading").find_next("ol").find_all("li")


def test_without_a_program_the_home_page_still_says_what_happens_after_you_ask(client):
    Program.objects.update(live_from=None)
    soup = read(client, "/")
    assert soup.find(id="next-heading")
    assert soup.find(id="questions-heading")
