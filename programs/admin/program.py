"""Levels of care, conditions, programs and the parts of programs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import (
    Component,
    Condition,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    Program,
    SuitabilityCriterion,
)
from .base import ContentAdmin, ContentInline
from .notes import program_notes


@admin.register(LevelOfCare)
class LevelOfCareAdmin(ContentAdmin):
    title_field = "name"
    own_columns = ["asam_code", "asam_edition"]
    own_fieldsets = [
        (None, {"fields": [("name",), ("summary",)]}),
        (
            _("ASAM level"),
            {
                "fields": [("asam_code", "asam_edition"), ("hours_min", "hours_max")],
                "description": _(
                    "The code and the edition only: the text of the criteria is under copyright."
                ),
            },
        ),
    ]


@admin.register(Condition)
class ConditionAdmin(ContentAdmin):
    title_field = "name"
    own_fieldsets = [(None, {"fields": [("name",), ("summary",), ("text",)]})]


ENTRY_PATH_FIELDS = [("title",), ("text",), "from_level"]
COMPONENT_FIELDS = [("title",), ("text",), ("what_happens",), ("how_it_helps",)]
CRITERION_FIELDS = [("title",), ("text",), ("guide_question",)]
FACTOR_FIELDS = [("title",), ("text",)]


class EntryPathInline(ContentInline):
    model = EntryPath
    fk_name = "program"
    own_fields = ENTRY_PATH_FIELDS


class ComponentInline(ContentInline):
    model = Component
    own_fields = COMPONENT_FIELDS


class SuitabilityCriterionInline(ContentInline):
    model = SuitabilityCriterion
    own_fields = CRITERION_FIELDS


class DurationFactorInline(ContentInline):
    model = DurationFactor
    own_fields = FACTOR_FIELDS


@admin.register(Program)
class ProgramAdmin(ContentAdmin):
    """The whole page of a program in one form, in the order in which visitors read it."""

    title_field = "name"
    own_columns = ["level"]
    own_filters = ["level"]
    list_select_related = ["level"]
    filter_horizontal = ["conditions"]
    readonly_fields = ["hours_a_week"]
    inlines = [
        EntryPathInline,
        ComponentInline,
        SuitabilityCriterionInline,
        DurationFactorInline,
    ]
    own_fieldsets = [
        (
            _("What it is"),
            {
                "fields": [
                    ("name",),
                    ("abbreviation",),
                    "level",
                    ("summary",),
                    ("overview",),
                    ("goal",),
                ]
            },
        ),
        (
            _("Schedule"),
            {
                "fields": [
                    ("sessions_min", "sessions_max"),
                    ("session_hours_min", "session_hours_max"),
                    "hours_a_week",
                    ("typical_length",),
                ]
            },
        ),
        (_("Ways in"), {"fields": [("entry_intro",)]}),
        (_("Here in San Diego"), {"fields": [("local_heading",), ("local_text",)]}),
        (_("What to expect"), {"fields": [("components_intro",)]}),
        (_("Who it suits"), {"fields": [("suitability_intro",)]}),
        (_("How long it takes"), {"fields": [("duration_intro",)]}),
        (_("What it treats"), {"fields": [("conditions_intro",), "conditions"]}),
        (_("Next step"), {"fields": [("next_step",)]}),
    ]

    @admin.display(description=_("hours a week"))
    def hours_a_week(self, program: Program) -> str:
        if program.pk is None:
            return str(_("Worked out from the numbers above once they are saved."))
        notes = program_notes(program)
        return " ".join(notes) if notes else str(_("Within the band of its level of care."))

    def save_model(self, request: HttpRequest, obj: Program, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for note in program_notes(obj):
            messages.warning(request, note)


class PartAdmin(ContentAdmin):
    """A part of a program on a page of its own: to find one, or to add one without JavaScript."""

    own_columns = ["program"]
    own_filters = ["program"]
    list_select_related = ["program"]


@admin.register(EntryPath)
class EntryPathAdmin(PartAdmin):
    own_fieldsets = [(None, {"fields": ["program", *ENTRY_PATH_FIELDS]})]


@admin.register(Component)
class ComponentAdmin(PartAdmin):
    own_fieldsets = [(None, {"fields": ["program", *COMPONENT_FIELDS]})]


@admin.register(SuitabilityCriterion)
class SuitabilityCriterionAdmin(PartAdmin):
    own_fieldsets = [(None, {"fields": ["program", *CRITERION_FIELDS]})]


@admin.register(DurationFactor)
class DurationFactorAdmin(PartAdmin):
    own_fieldsets = [(None, {"fields": ["program", *FACTOR_FIELDS]})]
