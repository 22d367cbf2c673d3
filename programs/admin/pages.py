"""Admission steps, questions, and the pages whose words are not a program's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import AdmissionStep, Page, PageSection, Question
from .base import ContentAdmin, ContentInline
from .filters import AnswerFilter, TextFilter


@admin.register(AdmissionStep)
class AdmissionStepAdmin(ContentAdmin):
    own_fieldsets = [(None, {"fields": [("title",), ("text",)]})]


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    title_field = "question"
    own_columns = ["audience", "answer_state"]
    own_filters = ["audience", AnswerFilter]
    own_fieldsets = [(None, {"fields": ["audience", ("question",), ("answer",)]})]

    @admin.display(description=_("answer"))
    def answer_state(self, question: Question) -> str:
        return _("Answered") if question.answer else _("Waiting for an answer")


SECTION_FIELDS = ["note_for_staff", ("title",), ("text",)]


class PageSectionInline(ContentInline):
    model = PageSection
    own_fields = SECTION_FIELDS


@admin.register(Page)
class PageAdmin(ContentAdmin):
    inlines = [PageSectionInline]
    own_fieldsets = [
        (
            _("In the browser's tab and in search results"),
            {"fields": [("title",), ("description",)]},
        ),
        (_("On the page"), {"fields": [("heading",), ("lead",), ("body",)]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The slug of a page names its address in the code; renamed, its words would be lost."""
        return ["slug"] if obj else []


@admin.register(PageSection)
class PageSectionAdmin(ContentAdmin):
    """Every slot of every page in one list, to find those that still wait for a text."""

    own_columns = ["page", "text_state"]
    own_filters = ["page", TextFilter]
    list_select_related = ["page"]
    own_fieldsets = [(None, {"fields": ["page", *SECTION_FIELDS]})]

    @admin.display(description=_("text"))
    def text_state(self, section: PageSection) -> str:
        return _("Has its text") if section.text else _("Waiting for its text")
