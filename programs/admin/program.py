"""Levels of care, conditions, programs and the parts of programs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from ..models import (
    Component,
    Condition,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    OtherLevelSign,
    Program,
    SuitabilityCriterion,
)
from .base import STATE_FILTERS, ContentAdmin, ContentInline, both, columns, sections
from .notes import program_notes


@admin.register(LevelOfCare)
class LevelOfCareAdmin(ContentAdmin):
    title_field = "name"
    list_display = columns("asam_code", "asam_edition")
    # The code and the edition only: the text of ASAM's criteria is under copyright.
    fieldsets = sections(
        (None, [both("name"), both("summary")]),
        (_("ASAM level"), [("asam_code", "asam_edition"), ("hours_min", "hours_max")]),
    )


@admin.register(Condition)
class ConditionAdmin(ContentAdmin):
    title_field = "name"
    fieldsets = sections(
        (
            None,
            [both("name"), both("summary"), both("text"), both("how_it_helps"), both("who_for")],
        )
    )


ENTRY_PATH_FIELDS = [both("title"), both("text"), "from_level"]
COMPONENT_FIELDS = [
    both("title"),
    both("text"),
    both("what_happens"),
    both("how_it_helps"),
    both("who_for"),
]
CRITERION_FIELDS = [
    both("title"),
    both("text"),
    both("guide_question"),
    both("reply_yes"),
    both("reply_no"),
    both("reply_unsure"),
]
SIGN_FIELDS = [both("title"), both("text"), "level"]
FACTOR_FIELDS = [both("title"), both("text")]


class LevelInline(ContentInline):
    """A part that refers to a level of care, in `level_field`."""

    level_field = "level"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The levels are read once for all rows; each row's own menu would ask again."""
        formset = super().get_formset(request, obj, **kwargs)
        levels = formset.form.base_fields[self.level_field]
        levels.choices = list(levels.choices)
        return formset


class EntryPathInline(LevelInline):
    model = EntryPath
    level_field = "from_level"
    fk_name = "program"
    fieldsets = sections((None, ENTRY_PATH_FIELDS), fold=True)


class ComponentInline(ContentInline):
    model = Component
    fieldsets = sections((None, COMPONENT_FIELDS), fold=True)


class SuitabilityCriterionInline(ContentInline):
    model = SuitabilityCriterion
    fieldsets = sections((None, CRITERION_FIELDS), fold=True)


class OtherLevelSignInline(LevelInline):
    model = OtherLevelSign
    fieldsets = sections((None, SIGN_FIELDS), fold=True)


class DurationFactorInline(ContentInline):
    model = DurationFactor
    fieldsets = sections((None, FACTOR_FIELDS), fold=True)


@admin.register(Program)
class ProgramAdmin(ContentAdmin):
    """The whole page of a program in one form, in the order in which visitors read it."""

    title_field = "name"
    list_display = columns("level")
    list_filter = ["level", *STATE_FILTERS]
    list_select_related = ["level"]
    readonly_fields = ["hours_a_week"]
    save_on_top = True
    inlines = [
        EntryPathInline,
        ComponentInline,
        SuitabilityCriterionInline,
        OtherLevelSignInline,
        DurationFactorInline,
    ]
    fieldsets = sections(
        (
            _("What it is"),
            [
                both("name"),
                both("abbreviation"),
                "level",
                both("summary"),
                both("overview"),
                both("goal"),
            ],
        ),
        (
            _("Schedule"),
            [
                ("sessions_min", "sessions_max"),
                ("session_hours_min", "session_hours_max"),
                "hours_a_week",
                both("typical_length"),
            ],
        ),
        (_("Ways in"), [both("entry_intro")]),
        (_("Here in San Diego"), [both("local_heading"), both("local_text")]),
        (_("What to expect"), [both("components_intro")]),
        (_("Who it suits"), [both("suitability_intro")]),
        (_("How long it takes"), [both("duration_intro")]),
        (_("What it treats"), [both("conditions_intro"), "conditions"]),
        (_("Next step"), [both("next_step")]),
    )

    @admin.display(description=_("hours a week"))
    def hours_a_week(self, program: Program) -> str:
        if program.pk is None:
            return str(_("Worked out from the numbers above once they are saved."))
        notes = program_notes(program)
        if not notes:
            return str(_("Within the band of its level of care."))
        return format_html_join(" ", "<strong>{}</strong>", ((note,) for note in notes))

    def save_model(self, request: HttpRequest, obj: Program, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for note in program_notes(obj):
            messages.warning(request, note)


class PartAdmin(ContentAdmin):
    """A part of a program on a page of its own: to find one, or to add one without JavaScript."""

    list_display = columns("program")
    list_filter = ["program", *STATE_FILTERS]
    list_select_related = ["program"]


@admin.register(EntryPath)
class EntryPathAdmin(PartAdmin):
    fieldsets = sections((None, ["program", *ENTRY_PATH_FIELDS]))


@admin.register(Component)
class ComponentAdmin(PartAdmin):
    fieldsets = sections((None, ["program", *COMPONENT_FIELDS, "conditions"]))


@admin.register(SuitabilityCriterion)
class SuitabilityCriterionAdmin(PartAdmin):
    fieldsets = sections((None, ["program", *CRITERION_FIELDS]))


@admin.register(OtherLevelSign)
class OtherLevelSignAdmin(PartAdmin):
    list_display = columns("program", "level")
    list_select_related = ["program", "level"]
    fieldsets = sections((None, ["program", *SIGN_FIELDS]))


@admin.register(DurationFactor)
class DurationFactorAdmin(PartAdmin):
    fieldsets = sections((None, ["program", *FACTOR_FIELDS]))
