"""What can be found: the live records with an address, and the pages that are no records."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from ..models import (
    AdmissionStep,
    Component,
    Condition,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    Page,
    PageSection,
    Program,
    Question,
    SuitabilityCriterion,
)
from ..models.base import PartRow, in_one_query

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")
SENTENCE_ENDS = (".", "!", "?", ":", ";", "…")


@dataclass(frozen=True)
class Document:
    """One thing that can be found. All texts are plain."""

    url: str  # with #anchor where it is a part of a page
    title: str
    where: str  # the page that a part stands on, else nothing
    text: str
    summary: str = ""  # shown where the text holds nothing of what was searched for
    question: str = ""  # the short name of a question

    @property
    def is_page(self) -> bool:
        return "#" not in self.url


def plain(*texts: str | None) -> str:
    """Markdown texts as one line. A "·" ends list items and cells that no mark ends."""
    pieces = []
    for token in (token for text in texts if text for token in _parser.parse(text)):
        if token.type == "inline":
            words = "".join(child.content or " " for child in _words_of(token.children or []))
            pieces.append(" ".join(words.split()))
    line = "".join(
        piece + (" " if piece.endswith(SENTENCE_ENDS) else " · ") for piece in pieces if piece
    )
    return unicodedata.normalize("NFC", line).strip(" ·")


def _words_of(children: Iterable) -> Iterator:
    # Links and emphasis are empty tokens of their own; only line breaks separate words.
    return (child for child in children if child.content or child.type.endswith("break"))


def read_all(at: datetime.datetime) -> list[Document]:
    """Everything that visitors can reach at `at`, in the active language.

    Ten queries, however many records there are.
    """
    pages = {page.pk: page for page in Page.objects.live(at) if page.has_address()}
    programs = {program.pk: program for program in Program.objects.live(at)}
    lists = in_one_query(Question.objects.live(at).answered(), AdmissionStep.objects.live(at))
    return [
        *_pages(pages, at),
        *_programs(programs.values()),
        *_parts(programs, at),
        *_components(programs, at),
        *(
            Document(row.get_absolute_url(), row.name, "", _texts(row, *CONDITION))
            for row in Condition.objects.live(at)
        ),
        *_listed(pages, "questions", lists["question"]),
        *_listed(pages, "admissions", lists["admissionstep"]),
        *_fixed(programs.values()),
    ]


CONDITION = ("summary", "text", "how_it_helps", "who_for")
COMPONENT = ("text", "what_happens", "how_it_helps", "who_for")
PROGRAM = ("summary", "overview", "goal", "local_text", "duration_intro", "next_step")


def _texts(record: object, *names: str) -> str:
    return plain(*(getattr(record, name) for name in names))


def _pages(pages: dict[int, Page], at: datetime.datetime) -> Iterator[Document]:
    levels = [f"{level.name}: {level.summary}" for level in LevelOfCare.objects.live(at)]
    for page in pages.values():
        text = plain(page.lead, page.body, *(levels if page.slug == "programs" else ()))
        title = f"{page}" if str(page).endswith(SENTENCE_ENDS) else f"{page}."
        summary = f"{title} {page.description}"
        yield Document(page.get_absolute_url(), page.heading, "", text, summary)
    for section in PageSection.objects.live(at).filled():
        page_of = pages.get(section.page_id)
        if page_of and page_of.slug != "home":  # the home page shows no sections
            url = f"{page_of.get_absolute_url()}#{section.slug}"
            yield Document(url, section.title, page_of.heading, plain(section.text))


def _programs(programs: Iterable[Program]) -> Iterator[Document]:
    for program in programs:
        short = f" ({program.abbreviation})" if program.abbreviation else ""
        url = program.get_absolute_url()
        yield Document(url, f"{program}{short}", "", _texts(program, *PROGRAM))


def _parts(programs: dict[int, Program], at: datetime.datetime) -> Iterator[Document]:
    for model in (EntryPath, SuitabilityCriterion, DurationFactor):
        for part in model.objects.live(at):
            program = programs.get(part.program_id)
            if program:
                url = f"{program.get_absolute_url()}#{part.slug}"
                yield Document(url, part.title, program.name, plain(part.text))


def _components(programs: dict[int, Program], at: datetime.datetime) -> Iterator[Document]:
    for component in Component.objects.live(at):
        program = programs.get(component.program_id)
        if program:
            url = reverse("programs:component", args=[program.slug, component.slug])
            yield Document(url, component.title, program.name, _texts(component, *COMPONENT))


def _listed(pages: dict[int, Page], slug: str, rows: list[PartRow]) -> Iterator[Document]:
    """Records that stand in a list on the page `slug`, while that page is live."""
    for page in (page for page in pages.values() if page.slug == slug):
        for row in rows:
            url = f"{page.get_absolute_url()}#{row.slug}"
            question = row.slug if row.kind == "question" else ""
            yield Document(url, row.title, page.heading, plain(row.text), question=question)


def _fixed(programs: Iterable[Program]) -> Iterator[Document]:
    """The form and the tools."""
    yield Document(reverse("admissions:inquiry"), _("Ask for a call back"), "", _form())
    for program in programs:
        guide, planner = (
            reverse(f"programs:{tool}", args=[program.slug]) for tool in ("guide", "planner")
        )
        yield Document(guide, _("Is it right for me?"), "", _guide())
        yield Document(planner, _("Plan your week"), "", _planner())


def _form() -> str:
    return _(
        "A short form to ask admissions for a call, a text or an e-mail: for yourself, for someone "
        "you care about, or for a client."
    )


def _guide() -> str:
    return _(
        "A few calm questions about home, change, use and mental health. They show if intensive "
        "outpatient care may suit you. Nothing is scored, and nothing is stored."
    )


def _planner() -> str:
    return _(
        "Tick the times when you are free. You see a week of sessions that fits around work, "
        "school and family, and you can print it. Nothing is stored."
    )
