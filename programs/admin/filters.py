"""List filters that ask the questions editors ask, by the querysets' own names."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class QuerySetFilter(SimpleListFilter):
    """A filter whose choices are named methods of the model's queryset: (method, label).

    Only the methods listed can be called; any other value in the address filters nothing.
    """

    choices_by_method: list[tuple[str, Any]] = []

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return self.choices_by_method

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in dict(self.choices_by_method):
            filtered: QuerySet = getattr(queryset, str(self.value()))()
            return filtered
        return queryset


class StateFilter(QuerySetFilter):
    title = _("state")
    parameter_name = "state"
    choices_by_method = [
        ("live", _("Live")),
        ("draft", _("Draft")),
        ("scheduled", _("Later")),
        ("ended", _("Ended")),
    ]


class ReviewFilter(QuerySetFilter):
    title = _("review")
    parameter_name = "review"
    choices_by_method = [
        ("review_overdue", _("Overdue")),
        ("never_reviewed", _("Not reviewed yet")),
    ]


class AnswerFilter(QuerySetFilter):
    title = _("answer")
    parameter_name = "answer"
    choices_by_method = [
        ("answered", _("Answered")),
        ("unanswered", _("Waiting for an answer")),
    ]


class TextFilter(QuerySetFilter):
    title = _("text")
    parameter_name = "text"
    choices_by_method = [
        ("filled", _("Has its text")),
        ("waiting", _("Waiting for its text")),
    ]
