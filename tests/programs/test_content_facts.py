"""The content that ships holds every fact of the program, in words fit for its readers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.management import call_command
from django.test import TestCase
from django.urls import resolve

from programs import content_file, markdown
from programs.management.commands.load_content import CONTENT
from programs.models import (
    AcceptedPayer,
    AdmissionStep,
    Clinic,
    Component,
    Condition,
    CrisisLine,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    OpeningHours,
    OtherLevelSign,
    Page,
    PageSection,
    Program,
    Question,
    SuitabilityCriterion,
)

from .test_reading_grade import HIGHEST, grade


class FactsOfTheContentTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_content", verbosity=0)
        cls.program = Program.objects.get()

    def assert_says(self, text: str, *words: str) -> None:
        for word in words:
            self.assertIn(word.lower(), " ".join(text.lower().split()))

    def test_the_program_is_for_substance_use_disorders_without_a_residential_stay(self):
        self.assertEqual(self.program.name, "Intensive Outpatient Program")
        self.assertEqual(self.program.abbreviation, "IOP")
        self.assert_says(
            self.program.overview, "substance use disorder", "do not need", "residential program"
        )

    def test_it_is_a_series_of_therapy_sessions_over_several_weeks(self):
        self.assert_says(self.program.overview, "several weeks", "series of sessions", "therapy")
        self.assert_says(self.program.typical_length, "several weeks")

    def test_it_gives_more_structure_than_regular_outpatient_care(self):
        self.assert_says(self.program.overview, "more structure than regular outpatient care")

    def test_its_goal_is_tools_to_cope_and_stay_sober_back_in_daily_life(self):
        self.assert_says(self.program.goal, "tools", "cope", "stay sober", "daily life")

    def test_people_come_after_detoxification_after_residential_care_or_directly(self):
        paths = {path.slug: path for path in self.program.entrypath_set.all()}
        self.assertEqual(
            {slug: path.from_level and path.from_level.slug for slug, path in paths.items()},
            {
                "after-detoxification": "detoxification",
                "after-residential-care": "residential-care",
                "directly": None,
            },
        )
        self.assert_says(paths["directly"].text, "home support you", "ready to work on")

    def test_in_san_diego_the_schedule_bends_around_work_education_and_family(self):
        self.assertEqual(self.program.local_heading, "IOP in San Diego")
        self.assert_says(
            self.program.local_text, "flexible schedule", "job", "classes", "family", "hours"
        )

    def test_the_five_components_bear_their_names_in_order(self):
        self.assertEqual(
            [(part.slug, part.title) for part in self.program.component_set.all()],
            [
                ("group-therapy", "Group Therapy"),
                ("individual-therapy", "Individual Therapy"),
                ("family-counseling", "Family Counseling"),
                ("relapse-prevention-training", "Relapse Prevention Training"),
                ("life-skills-coaching", "Life Skills Coaching"),
            ],
        )

    def test_group_therapy_is_guided_and_people_share_what_is_hard_and_what_went_well(self):
        part = Component.objects.get(slug="group-therapy")
        self.assert_says(part.text, "guides", "share", "hard", "went through", "went well", "heal")

    def test_individual_therapy_is_one_on_one_about_struggles_and_ways_to_cope(self):
        part = Component.objects.get(slug="individual-therapy")
        self.assert_says(part.text, "therapist, one on one", "struggle", "ways to cope")

    def test_family_counseling_mends_what_was_hurt_and_makes_support_stronger(self):
        part = Component.objects.get(slug="family-counseling")
        self.assert_says(part.text, "mend", "back you up")

    def test_relapse_prevention_teaches_triggers_and_a_plan_for_after_treatment(self):
        part = Component.objects.get(slug="relapse-prevention-training")
        self.assert_says(part.text, "sets off the urge", "plan", "once treatment is over")
        self.assert_says(part.what_happens, "triggers")

    def test_life_skills_are_stress_talking_and_solving_problems(self):
        part = Component.objects.get(slug="life-skills-coaching")
        self.assert_says(part.text, "stress", "talking", "solving problems", "after treatment")

    def test_each_component_page_has_a_short_plain_text_and_enough_to_read(self):
        for part in Component.objects.all():
            self.assertLessEqual(len(part.text), 300)
            self.assertNotRegex(part.text, r"[\n*\[\]#_]")
            self.assertGreater(len(f"{part.what_happens} {part.how_it_helps}".split()), 150)

    def test_four_signs_say_whom_it_suits_each_with_a_question_to_answer(self):
        home, will, severity, mental = SuitabilityCriterion.objects.all()
        self.assert_says(home.title, "stable place to live", "supports your recovery")
        self.assert_says(will.title, "want to change", "keep working")
        self.assert_says(severity.title, "structured therapy", "moderate", "no residential stay")
        self.assert_says(mental.title, "mental health at the same time")
        for criterion in (home, will, severity, mental):
            self.assertTrue(criterion.guide_question.endswith("?"))

    def test_a_week_has_3_to_5_sessions_of_2_to_4_hours(self):
        self.assertEqual((self.program.sessions_min, self.program.sessions_max), (3, 5))
        self.assertEqual((self.program.session_hours_min, self.program.session_hours_max), (2, 4))
        self.assert_says(self.program.duration_intro, "3 to 5 times a week", "2 to 4 hours")
        self.assert_says(self.program.duration_intro, "between 6 and 20 hours a week")

    def test_three_things_decide_how_long_it_takes(self):
        progress, severity, support = DurationFactor.objects.all()
        self.assert_says(progress.title, "progress", "goals")
        self.assert_says(severity.text, "severe", "mental health disorder")
        self.assert_says(support.text, "extra help", "step down", "less intensive")

    def test_it_treats_three_conditions(self):
        self.assertEqual(
            [condition.slug for condition in self.program.conditions.all()],
            ["alcohol-and-drug-use-disorders", "mental-health-disorders", "co-occurring-disorders"],
        )
        for condition in Condition.objects.all():
            words = f"{condition.text} {condition.how_it_helps} {condition.who_for}"
            self.assertGreater(len(words.split()), 100)
            self.assertTrue(condition.how_it_helps and condition.who_for)
            self.assertTrue(condition.components.exists())

    def test_the_next_step_names_other_options_the_specialists_and_the_community(self):
        self.assert_says(
            self.program.next_step,
            "learn what treatment there is",
            "one option at amity san diego, and there are others",
            "admissions specialists",
            "answer",
            "community",
            "stay sober long after",
            "first step",
        )

    def test_the_continuum_runs_from_detoxification_to_regular_outpatient_care(self):
        self.assertEqual(
            list(LevelOfCare.objects.values_list("slug", flat=True)),
            ["detoxification", "residential-care", "intensive-outpatient", "regular-outpatient"],
        )

    def test_only_iop_has_an_asam_level_named_by_code_and_edition(self):
        level = LevelOfCare.objects.exclude(asam_code="").get()
        self.assertEqual(self.program.level, level)
        self.assertEqual((level.asam_code, level.asam_edition), ("2.1", "3rd edition"))
        self.assertEqual((level.hours_min, level.hours_max), (9, 19))

    def test_the_crisis_lines_have_their_numbers(self):
        lines = {line.slug: line for line in CrisisLine.objects.all()}
        self.assertEqual(
            [line.phone for line in CrisisLine.objects.all()],
            ["911", "988", "1-800-662-4357", "888-724-7240"],
        )
        self.assertEqual(lines["988-lifeline"].text_number, "988")
        self.assertEqual(lines["988-lifeline"].chat_url, "https://988lifeline.org/chat/")
        self.assertEqual(lines["samhsa-helpline"].tty, "1-800-487-4889")
        self.assert_says(lines["samhsa-helpline"].when_to_use, "english and spanish")

    def test_help_now_warns_of_stopping_suddenly_and_says_the_form_is_not_watched(self):
        sections = {row.slug: row.text for row in PageSection.objects.filter(page__slug="help-now")}
        self.assert_says(
            sections["stopping-suddenly"], "drink", "benzodiazepines", "suddenly", "dangerous"
        )
        self.assert_says(sections["form-is-not-watched"], "nobody watches", "emergencies")
        self.assert_says(sections["when-to-call-911"], "911")

    def test_every_page_of_the_site_has_its_words(self):
        self.assertEqual(
            set(Page.objects.values_list("slug", flat=True)),
            {
                *("home", "programs", "conditions", "questions", "admissions", "help-now"),
                *("families", "professionals"),
                *("privacy", "notices", "rights", "accessibility", "language-help"),
            },
        )

    def test_titles_and_descriptions_are_each_page_s_own(self):
        for column in ("title", "description", "heading"):
            values = list(Page.objects.values_list(column, flat=True))
            self.assertEqual(len(set(values)), len(values))

    def test_what_counsel_or_the_clinic_has_to_supply_is_an_empty_slot_that_says_so_to_staff(self):
        empty = {section.slug: section.note_for_staff for section in PageSection.objects.waiting()}
        self.assertEqual(
            set(empty),
            {
                *("hipaa-notice", "part-2-notice", "client-bill-of-rights"),
                *("the-building", "more-languages"),
            },
        )
        for slug, note in empty.items():
            self.assert_says(note, "the clinic")
            if slug.endswith(("notice", "rights")):
                self.assert_says(note, "counsel")

    def test_privacy_says_what_is_stored_who_reads_it_and_what_callers_are_told(self):
        text = "\n".join(
            PageSection.objects.filter(page__slug="privacy").values_list("text", flat=True)
        )
        self.assert_says(
            text,
            "set no cookies",
            "sets one cookie",
            "nothing from other companies",
            "own database",
            "admissions staff read it",
            "we do not say if you are a client",
            "consent in writing",
        )

    def test_the_steps_lead_from_reaching_out_to_a_plan_and_promise_no_time(self):
        self.assertEqual(
            [step.slug for step in AdmissionStep.objects.all()],
            [
                "reach-out",
                "we-contact-you",
                "your-questions",
                "clinical-assessment",
                "plan-your-start",
            ],
        )
        for step in AdmissionStep.objects.all():
            self.assertNotRegex(step.text, r"(?i)\d|\b(minutes?|hours?|days?|today|soon)\b")

    def test_each_audience_finds_several_answered_questions(self):
        for audience in Question.Audience.values:
            self.assertGreaterEqual(
                Question.objects.answered().filter(audience=audience).count(), 6, audience
            )

    def test_families_learn_what_may_and_may_not_be_confirmed(self):
        said = {row.slug: row.text for row in PageSection.objects.filter(page__slug="families")}
        self.assert_says(said["what-we-can-tell-you"], "how families can take part", "listen")
        self.assert_says(
            said["what-we-may-not-say"],
            "42 CFR Part 2",
            "have asked for treatment",
            "agrees in writing",
            "if we know them",
            "neither confirm nor deny",
            "does not mean yes, and it does not mean no",
            "parent of a grown child",
            "employer",
            "medical emergency",
        )
        self.assert_says(said["if-they-agree"], "consent", "take it back")
        self.assert_says(
            said["ask-for-someone"], "your own name", "we get back to you, not to them"
        )

    def test_professionals_learn_what_to_send_what_to_leave_out_and_what_comes_back(self):
        rows = PageSection.objects.filter(page__slug="professionals")
        said = {row.slug: row.text for row in rows}
        self.assert_says(said["how-to-refer"], "consent", "?for=professional")
        self.assert_says(said["what-to-leave-out"], "date of birth", "diagnoses", "substances")
        self.assert_says(said["what-we-can-report-back"], "42 CFR Part 2", "written consent")

    def test_a_referrer_learns_that_the_ends_of_the_range_lie_outside_the_level(self):
        answer = Question.objects.get(slug="level-of-care").answer
        self.assert_says(answer, "6 to 20 hours", "outside 9 to 19 hours", "assessment decides")

    def test_language_help_is_free_named_by_its_law_and_said_in_spanish(self):
        rows = PageSection.objects.filter(page__slug="language-help")
        said = {row.slug: row for row in rows}
        self.assert_says(said["your-right"].text, "Section 1557", "the help is free")
        self.assert_says(said["spanish-pages"].text, "not open yet")
        self.assertEqual(said["espanol"].language, "es")
        self.assert_says(said["espanol"].text, "todavía no están abiertas", "911")
        self.assertEqual((said["arabic"].language, said["arabic"].direction), ("ar", "rtl"))

    def test_the_accessibility_statement_names_its_standard_and_its_limits(self):
        rows = PageSection.objects.filter(page__slug="accessibility")
        said = {row.slug: row.text for row in rows}
        self.assert_says(said["our-aim"], "2.2, level AA")
        self.assert_says(said["what-was-tested"], "axe", "have not tested the site yet")
        self.assert_says(said["known-limits"], "in English only")

    def test_a_parent_learns_that_nothing_is_said_without_written_consent(self):
        answer = Question.objects.get(slug="what-can-you-tell-me").answer
        self.assert_says(answer, "nothing", "in writing", "42 CFR Part 2")
        self.assert_says(answer, "have asked for treatment", "parent of a grown child")
        self.assert_says(answer, "cannot even say if we know him")

    def test_questions_only_the_clinic_can_answer_are_there_without_an_answer(self):
        waiting = set(
            Question.objects.exclude(pk__in=Question.objects.answered()).values_list(
                "slug", flat=True
            )
        )
        wanted = "cost insurance telehealth transport childcare medication visits waiting-time"
        self.assertLessEqual(set(wanted.split()), waiting)

    def test_nothing_about_the_real_clinic_is_made_up(self):
        clinic = Clinic.objects.values().get()
        self.assertEqual(clinic.pop("name"), "Amity San Diego")
        self.assertEqual(clinic.pop("id"), 1)
        del clinic["updated_at"]
        self.assertFalse(any(clinic.values()))
        self.assertFalse(OpeningHours.objects.exists() or AcceptedPayer.objects.exists())

    def test_each_kind_of_record_is_there_in_its_number(self):
        self.assertEqual(EntryPath.objects.count(), 3)
        self.assertEqual(Component.objects.count(), 5)
        self.assertEqual(SuitabilityCriterion.objects.count(), 4)
        self.assertEqual(OtherLevelSign.objects.count(), 5)
        self.assertEqual(DurationFactor.objects.count(), 3)
        self.assertEqual(Condition.objects.count(), 3)
        self.assertEqual(LevelOfCare.objects.count(), 4)


# The words themselves

NOT_PROSE = {
    *("slug", "note_for_staff", "phone", "text_number", "tty", "chat_url"),
    *("audience", "asam_code", "asam_edition", "language"),
}


def prose() -> dict[str, str]:
    """Every text that a visitor reads, by record and column."""
    return {
        f"{entry.key} {column}": value
        for entry in content_file.read(CONTENT)
        for column, value in entry.values.items()
        if isinstance(value, str) and value and column not in NOT_PROSE
        if not entry.values.get("language")
    }


def offences(pattern: str) -> dict[str, list[str]]:
    found = {where: re.findall(pattern, text, re.IGNORECASE) for where, text in prose().items()}
    return {where: words for where, words in found.items() if words}


def test_words_put_the_person_first():
    assert not offences(
        r"\b(addict(?:s|ed)?|alcoholics?|abus\w*|clean|dirty|habits?|fail\w*|junkies?|users?"
        r"|drunks?|suffer\w*|victims?|committed suicide)\b"
    )


def test_nothing_promises_success_presses_or_names_a_network():
    assert not offences(
        r"(\bguarantee\w*|\bcures?\b|success rate|\d ?%|\bpercent\b|act now|don't wait|limited"
        r"|in[- ]network|\b24/7\b|\bbest\b treatment|!)"
    )


def test_no_text_claims_encryption_or_a_time_of_deletion():
    assert not offences(r"\b(encrypt\w*|we delete|deleted after|erase\w*|purge\w*)\b")


def test_every_text_reads_at_eighth_grade_or_below():
    long = {where: text for where, text in prose().items() if len(text.split()) >= 15}
    grades = {where: grade(words_of(text)) for where, text in long.items()}

    assert len(long) > 100
    assert {where: grade for where, grade in grades.items() if grade > HIGHEST} == {}


def words_of(text: str) -> Tag:
    """A Markdown text as a page's main part. What follows a colon counts as a sentence."""
    html = markdown.render(text.replace(": ", ". "), 3)
    return BeautifulSoup(f"<main>{html}</main>", "html5lib").main


def links() -> set[str]:
    return {target for text in prose().values() for target in re.findall(r"\]\(([^)\s]+)\)", text)}


@pytest.mark.parametrize("path", sorted(link for link in links() if link.startswith("/")))
def test_links_between_pages_lead_somewhere(path):
    assert resolve(urlsplit(path).path)


def test_other_links_only_reach_a_crisis_line():
    others = {link for link in links() if not link.startswith("/")}

    assert others <= {
        *("tel:911", "tel:988", "sms:988", "tel:+18006624357", "tel:+18887247240"),
        "https://988lifeline.org/chat/",
    }
