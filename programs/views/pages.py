"""The pages rendered from records, each in at most six queries with the frame's two.

The frame is the clinic and the crisis lines; see programs/context_processors.py.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import DetailView, TemplateView

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


class PageView(TemplateView):
    """A page whose words are a Page record; 404 while that record is not live."""

    template_name = "programs/page.html"
    slug = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = get_object_or_404(Page.objects.live(), slug=self.slug)
        return super().get_context_data(page=page, sections=self.sections(page), **kwargs)

    def sections(self, page: Page) -> Any:
        return PageSection.objects.live().filled().filter(page=page)


class HomeView(PageView):
    template_name = "programs/home.html"
    slug = "home"

    def sections(self, page: Page) -> Any:
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        program = Program.objects.live().select_related("level").first()
        context["program"] = program
        if program:
            context["parts"] = program.parts(Component, SuitabilityCriterion, EntryPath)
            context["conditions"] = program.conditions.live()
        return context


class ProgramListView(PageView):
    template_name = "programs/program_list.html"
    slug = "programs"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            programs=Program.objects.live().select_related("level"),
            levels=LevelOfCare.objects.live(),
            **kwargs,
        )


class ProgramView(DetailView):
    template_name = "programs/program.html"
    slug_url_kwarg = "program"

    def get_queryset(self) -> Any:
        return Program.objects.live().select_related("level")

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
    return redirect(f"{reverse('programs:program', args=[program])}#what-to-expect")


class ComponentView(DetailView):
    template_name = "programs/component.html"

    def get_queryset(self) -> Any:
        return (
            Component.objects.reachable()
            .filter(program__slug=self.kwargs["program"])
            .select_related("program")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        siblings = self.object.program.parts(Component)["component"]
        place = [row.slug for row in siblings].index(self.object.slug)
        return super().get_context_data(
            program=self.object.program,
            siblings=siblings,
            previous=siblings[place - 1] if place else None,
            next=siblings[place + 1] if place + 1 < len(siblings) else None,
            **kwargs,
        )


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
        return super().get_context_data(
            programs=self.object.programs.live(),
            others=Condition.objects.live().exclude(pk=self.object.pk),
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


class AdmissionsView(PageView):
    template_name = "programs/admissions.html"
    slug = "admissions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(steps=AdmissionStep.objects.live(), **kwargs)


class HelpNowView(PageView):
    template_name = "programs/help_now.html"
    slug = "help-now"
