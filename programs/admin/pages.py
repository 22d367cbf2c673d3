"""Admission steps, questions, and the pages whose words are not a program's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import AdmissionStep, Page, PageSection, Question
from .base import STATE_FILTERS, ContentAdmin, ContentInline, both, columns, sections
from .filters import AnswerFilter, TextFilter

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


@admin.register(AdmissionStep)
class AdmissionStepAdmin(ContentAdmin):
    fieldsets = sections((None, [both("title"), both("text")]))


SHORT_AUDIENCES = {
    Question.Audience.CLIENT: _("Clients"),
    Question.Audience.FAMILY: _("Families"),
    Question.Audience.PROFESSIONAL: _("Professionals"),
}


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    title_field = "question"
    list_display = columns("asked_by", "answer_state")
    list_filter = ["audience", AnswerFilter, "on_home", *STATE_FILTERS]
    fieldsets = sections((None, ["audience", both("question"), both("answer"), "on_home"]))

    @admin.display(description=_("audience"), ordering="audience")
    def asked_by(self, question: Question) -> StrOrPromise:
        """The audience in one word; the full name would make each row of the list four lines."""
        return SHORT_AUDIENCES[Question.Audience(question.audience)]

    @admin.display(description=_("answer"), ordering="answer_en")
    def answer_state(self, question: Question) -> StrOrPromise:
        return _("Answered") if question.answer else _("Waiting for an answer")


SECTION_FIELDS = ["note_for_staff", both("title"), both("text"), "language"]


class PageSectionInline(ContentInline):
    model = PageSection
    fieldsets = sections((None, SECTION_FIELDS), fold=True)


@admin.register(Page)
class PageAdmin(ContentAdmin):
    save_on_top = True
    inlines = [PageSectionInline]
    fieldsets = sections(
        (_("In the browser's tab and in search results"), [both("title"), both("description")]),
        (_("On the page"), [both("heading"), both("lead"), both("body")]),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The slug of a page names its address in the code; renamed, its words would be lost."""
        return ["slug"] if obj else []


@admin.register(PageSection)
class PageSectionAdmin(ContentAdmin):
    """Every slot of every page in one list, to find those that still wait for a text."""

    list_display = columns("page", "text_state")
    list_filter = ["page", TextFilter, *STATE_FILTERS]
    list_select_related = ["page"]
    fieldsets = sections((None, ["page", *SECTION_FIELDS]))

    @admin.display(description=_("text"))
    def text_state(self, section: PageSection) -> StrOrPromise:
        return _("Has its text") if section.text else _("Waiting for its text")
