"""What the style page shows: each public template with sample records, in each of its states.

The records are made here and never stored, so the page looks the same whatever staff have written.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from admissions.forms import InquiryForm
from admissions.models import Inquiry
from programs import guide
from programs.forms import WeekForm
from programs.models import (
    AdmissionStep,
    Clinic,
    Component,
    Condition,
    CrisisLine,
    EntryPath,
    LevelOfCare,
    OtherLevelSign,
    Page,
    PageSection,
    Program,
    Question,
    SuitabilityCriterion,
)
from programs.search import Answer, Hit
from programs.search.likely import likely_pages
from programs.templatetags.content import continuum_drawing, week_drawing

DAY = datetime.date(2026, 1, 5)
WORDS = "A sentence stands here to show how long lines break. A second one follows it."
PROSE = """A paragraph with [a link](/), **strong words** and *a stress*.

# A heading in the text

- One point
- Another point

1. First
2. Second

| Table | Of two columns |
|---|---|
| A cell | Another |
"""


class Sample(NamedTuple):
    """A template, what to fill it with, and which state that shows."""

    title: str | Promise
    template: str
    context: dict[str, Any]
    in_column: bool = True  # False for what spans the window


LEVELS = [
    LevelOfCare(pk=n, slug=f"level-{n}", name=name, summary=WORDS, hours_min=9, hours_max=19)
    for n, name in enumerate(
        ("Detoxification", "Residential care", "Intensive outpatient care", "Regular care"), 1
    )
]
PROGRAM = Program(
    slug="intensive-outpatient",
    name="Sample Outpatient Program",
    abbreviation="SOP",
    level=LEVELS[2],
    summary=WORDS,
    local_heading="Around your life",
    local_text=PROSE,
    sessions_min=3,
    sessions_max=5,
    session_hours_min=Decimal(2),
    session_hours_max=Decimal(4),
    typical_length="Several weeks",
    overview=WORDS,
    goal=WORDS,
    next_step=WORDS,
)
FIXED = Program(
    slug="fixed-week",
    name="Sample with a fixed week",
    level=LEVELS[0],
    sessions_min=1,
    sessions_max=1,
    session_hours_min=Decimal("1.5"),
    session_hours_max=Decimal("1.5"),
)
PAGE = Page(
    slug="home", title="Sample", description=WORDS, heading="Sample heading", lead=WORDS, body=PROSE
)
REVIEWED = Condition(
    slug="reviewed", name="Reviewed", summary=WORDS, reviewed_by="A. Sample", reviewed_on=DAY
)
CONDITIONS = [
    Condition(slug=f"condition-{n}", name=f"Sample condition {n}", summary=WORDS) for n in (1, 2, 3)
]
STEPS = [
    AdmissionStep(slug=f"step-{n}", title=f"Sample step {n}", text=WORDS) for n in (1, 2, 3, 4)
]
QUESTIONS = [
    Question(slug=f"question-{n}", question=f"Sample question {n}?", answer=WORDS) for n in (1, 2)
]
# Blank as at first; with ways to reach it; taking no new clients.
OPEN = Clinic(name="Amity San Diego")
REACHED = Clinic(name="Amity San Diego", phone="+16195550123", email="sample@example.org")
CLOSED = Clinic(name="Amity San Diego", accepting_new_clients=False, accepting_checked_on=DAY)


def _parts(model: Any, count: int, **more: Any) -> list[Any]:
    name = model._meta.verbose_name
    return [
        model(
            program=PROGRAM,
            slug=f"{model._meta.model_name}-{n}",
            title=f"Sample {name} {n}",
            text=WORDS,
            **more,
        )
        for n in range(1, count + 1)
    ]


def samples(crisis_lines: list[CrisisLine]) -> Iterator[Sample]:
    """All of them, in the page's order. No query."""
    frame = {"crisis_lines": crisis_lines, "demo": False, "csrf_token": "sample"}
    groups = (_frame(), _pages(), _tools(), _search(), _form(), _pieces())
    for sample in (sample for group in groups for sample in group):
        yield sample._replace(context={"clinic": OPEN, **frame, **sample.context})


def _frame() -> Iterator[Sample]:
    closed, reached = {"clinic": CLOSED}, {"clinic": REACHED}
    header, bar = "components/header.html", "components/phone_bar.html"
    yield Sample(_("Header while no new clients are taken"), header, closed, in_column=False)
    yield Sample(_("Bar on a phone, number known"), bar, reached, in_column=False)


def _pages() -> Iterator[Sample]:
    parts = {
        "component": _parts(Component, 5),
        "suitabilitycriterion": _parts(SuitabilityCriterion, 3),
        "admissionstep": STEPS,
        "question": QUESTIONS,
        "entrypath": _parts(EntryPath, 3),
        "durationfactor": _parts(OtherLevelSign, 4),
    }
    of_program = {"program": PROGRAM, "parts": parts, "conditions": CONDITIONS, "levels": LEVELS}
    yield Sample(_("Home page"), "programs/home.html", {"page": PAGE, **of_program})
    yield Sample(_("Program"), "programs/program.html", of_program)
    component = Component(
        program=PROGRAM, slug="part", title="Sample part", text=WORDS, what_happens=PROSE
    )
    around = parts["component"]
    context = {"component": component, "previous": around[0], "next": around[1]}
    yield Sample(_("Part of a program"), "programs/component.html", {**of_program, **context})
    sections = [PageSection(slug=f"section-{n}", title=f"Section {n}", text=PROSE) for n in "12345"]
    sections.append(PageSection(slug="other", title="العربية", text="نموذج", language="ar"))
    yield Sample(_("Text page"), "programs/page.html", {"page": PAGE, "sections": sections})
    yield Sample(_("Address that is not there"), "errors/404.html", {"nearest": likely_pages()[:2]})


def _tools() -> Iterator[Sample]:
    criteria = _parts(SuitabilityCriterion, 3, guide_question="Is this a sample question?")
    for n, criterion in enumerate(criteria):
        criterion.slug = f"question-{n}"
    tool = {"program": PROGRAM, "least_reviewed": REVIEWED, "answered": True}
    guided = {**tool, "signs": _parts(OtherLevelSign, 3, level=LEVELS[1])}
    for title, sent in (
        (_("Guide, answered in part"), {"q-question-0": "yes", "q-question-1": "unsure"}),
        (_("Guide, sent without a reply"), {}),
    ):
        items = guide.items(criteria, sent)
        replied = [item for item in items if item.reply]
        context = {**guided, "items": items, "replied": replied}
        yield Sample(title, "programs/guide.html", context)
    evenings = "&".join(f"t={day}{hour}" for day in range(5) for hour in (17, 18, 19, 20))
    for title, sent_ in (
        (_("Planner, many hours picked"), "pick=evenings"),
        (_("Planner, a week that fits"), evenings),
        (_("Planner, a week that does not fit"), "t=017&t=119"),
        (_("Planner, nothing ticked"), ""),
    ):
        week = WeekForm(PROGRAM, QueryDict(sent_))
        yield Sample(title, "programs/planner.html", {**tool, "week": week})


def _search() -> Iterator[Sample]:
    marked = mark_safe("Words around the <mark>sample</mark> that was found")
    hits = [
        Hit("/", marked, "", marked, is_page=True),
        Hit("/programs/", marked, "Programs", marked, is_page=False),
    ]
    found = Answer(hits, 3, crisis=True, open_topics=["A topic"], corrections=[("sampl", "sample")])
    nothing = Answer([], 0, crisis=False, open_topics=[], corrections=[])
    for title, answer in (
        (_("Results, in a crisis"), found),
        (_("Search that finds nothing"), nothing),
    ):
        context = {"query": "sampl", "answer": answer, "likely": likely_pages()}
        yield Sample(title, "programs/search.html", context)


def _form() -> Iterator[Sample]:
    wrong = InquiryForm(QueryDict("asking_for=family&contact_by=call&phone=12"))
    right = InquiryForm(
        QueryDict("asking_for=self&name=Sample&contact_by=email&email=sample@example.org")
    )
    right.is_valid()
    asked = {"audiences": Inquiry.AskingFor}
    written = right.written()
    for title, form, state in (
        (_("Form"), InquiryForm(), {}),
        (_("Form for one audience, no new clients"), InquiryForm.for_audience("family"), {}),
        (_("Form with mistakes, not sent"), wrong, {"unsent": True}),
        (_("Form without a database"), wrong.again(wrong.data), {"unreachable": True}),
        (_("Form over the rate"), wrong.again(wrong.data), {"too_many": 12}),
        (_("No form while full"), wrong, {"closed": True, "written": written}),
    ):
        clinic = CLOSED if form.preset or "closed" in state else REACHED
        context = {**asked, "form": form, "clinic": clinic, "answers_kept": True, **state}
        yield Sample(title, "admissions/inquiry.html", context)
    yield Sample(_("Check of the answers"), "admissions/check.html", {"form": right})
    sent = {"reference": "0000-0000-00", "steps": STEPS, "clinic": REACHED}
    sent["promise"] = _("within 2 hours")
    yield Sample(_("Confirmation"), "admissions/received.html", sent)


def _pieces() -> Iterator[Sample]:
    talk = "components/talk.html"
    yield Sample(_("Talk to us, number known"), talk, {"clinic": REACHED})
    yield Sample(_("Talk to us, no new clients"), talk, {"clinic": CLOSED})
    yield Sample(_("Talk to us, without its picture"), talk, {"plain": True})
    yield Sample(_("Steps"), "components/steps.html", {"steps": STEPS})
    after = {"clinic": CLOSED, "sent": True}
    yield Sample(_("No new clients, after sending"), "admissions/not_accepting.html", after)
    reviewed = "components/reviewed.html"
    yield Sample(_("Reviewed"), reviewed, {"record": REVIEWED})
    yield Sample(_("Not reviewed yet"), reviewed, {"record": CONDITIONS[0]})
    yield Sample(
        _("A week that is always the same"), "components/week_drawing.html", week_drawing(FIXED)
    )
    yield Sample(
        _("Levels of care, none of them ours"),
        "components/continuum_drawing.html",
        continuum_drawing(LEVELS[:2], None),
    )
