"""The pages rendered from records, each in at most six queries with the frame's two.

The frame is the clinic and the crisis lines; see programs/context_processors.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import DetailView, TemplateView

from ..models import (
    AcceptedPayer,
    AdmissionStep,
    Component,
    Condition,
    DurationFactor,
    EntryPath,
    LevelOfCare,
    OpeningHours,
    Page,
    PageSection,
    Program,
    Question,
    SuitabilityCriterion,
    in_one_query,
)


class PageView(TemplateView):
    """A page whose words are a Page record; 404 while that record is not live."""

    template_name = "programs/page.html"
    slug = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = get_object_or_404(Page.objects.live(), slug=self.slug)
        return super().get_context_data(page=page, sections=self.sections(page), **kwargs)

    def sections(self, page: Page) -> Any:
        return PageSection.objects.shown_on(page)


class HomeView(PageView):
    template_name = "programs/home.html"
    slug = "home"

    def sections(self, page: Page) -> Any:
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        program = Program.objects.live().with_level().first()
        context["program"] = program
        others = (AdmissionStep.objects.live(), Question.objects.live().on_home())
        if program:
            context["parts"] = program.parts(Component, SuitabilityCriterion, also=others)
            context["conditions"] = program.conditions.live()
        else:
            context["parts"] = in_one_query(*others)
        return context


class ProgramListView(PageView):
    template_name = "programs/program_list.html"
    slug = "programs"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            programs=Program.objects.live().with_level(),
            levels=LevelOfCare.objects.live(),
            **kwargs,
        )


class ProgramView(DetailView):
    template_name = "programs/program.html"
    slug_url_kwarg = "program"

    def get_queryset(self) -> Any:
        return Program.objects.live().with_level()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        program = self.object
        return super().get_context_data(
            parts=program.parts(EntryPath, Component, SuitabilityCriterion, DurationFactor),
            conditions=program.conditions.live(),
            levels=LevelOfCare.objects.live(),
            **kwargs,
        )


@csrf_exempt  # it takes no POST at all: 405 is the true answer, not a missing token
@require_safe
def what_to_expect(request: HttpRequest, program: str) -> HttpResponse:
    """The folder above the component pages: people who shorten the address land on the list."""
    found = get_object_or_404(Program.objects.live(), slug=program)
    return redirect(f"{found.get_absolute_url()}#what-to-expect")


class ComponentView(DetailView):
    template_name = "programs/component.html"

    def get_object(self, queryset: Any = None) -> Component:
        return get_object_or_404(
            Component.objects.reachable().select_related("program"),
            program__slug=self.kwargs["program"],
            slug=self.kwargs["slug"],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        siblings = self.object.program.parts(Component)["component"]
        place = [row.slug for row in siblings].index(self.object.slug)
        return super().get_context_data(
            program=self.object.program,
            conditions=self.object.conditions.live(),
            **_neighbours(siblings, place),
            **kwargs,
        )


def _neighbours(rows: Sequence[Any], place: int) -> dict[str, Any]:
    """The row before and the row after `place`, None at either end."""
    return {
        "previous": rows[place - 1] if place else None,
        "next": rows[place + 1] if place + 1 < len(rows) else None,
    }


class ConditionListView(PageView):
    template_name = "programs/condition_list.html"
    slug = "conditions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(conditions=Condition.objects.live(), **kwargs)


class ConditionView(DetailView):
    template_name = "programs/condition.html"

    def get_queryset(self) -> Any:
        return Condition.objects.live()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        conditions = list(Condition.objects.live())
        return super().get_context_data(
            programs=self.object.programs.live(),
            components=self.object.components.reachable().select_related("program"),
            **_neighbours(conditions, conditions.index(self.object)),
            **kwargs,
        )


class QuestionsView(PageView):
    template_name = "programs/questions.html"
    slug = "questions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        answered = list(Question.objects.live().answered())
        groups = [
            (audience, [question for question in answered if question.audience == audience])
            for audience in Question.Audience
        ]
        return super().get_context_data(
            groups=[(audience, questions) for audience, questions in groups if questions],
            **kwargs,
        )


class AudienceView(PageView):
    """A page for one audience, with that audience's questions."""

    audience = Question.Audience.CLIENT

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            questions=Question.objects.live().asked_by(self.audience), **kwargs
        )


class FamiliesView(AudienceView):
    template_name = "programs/families.html"
    slug = "families"
    audience = Question.Audience.FAMILY


class ProfessionalsView(AudienceView):
    template_name = "programs/professionals.html"
    slug = "professionals"
    audience = Question.Audience.PROFESSIONAL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        program = Program.objects.live().with_level().first()
        return super().get_context_data(program=program, **kwargs)


class AdmissionsView(PageView):
    """The steps and the page's sections come in one query, to leave room for what staff enter."""

    template_name = "programs/admissions.html"
    slug = "admissions"

    def sections(self, page: Page) -> Any:
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = in_one_query(AdmissionStep.objects.live(), super().sections(context["page"]))
        context["steps"] = rows["admissionstep"]
        context["sections"] = rows["pagesection"]
        context["opening_hours"] = OpeningHours.objects.all()
        context["payers"] = AcceptedPayer.objects.all()
        return context


class HelpNowView(PageView):
    template_name = "programs/help_now.html"
    slug = "help-now"


class AccessibilityView(PageView):
    template_name = "programs/accessibility.html"
    slug = "accessibility"


class LanguageHelpView(PageView):
    template_name = "programs/language_help.html"
    slug = "language-help"
