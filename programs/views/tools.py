"""The two tools: *Is it right for me?* and *Plan your week*.

Each is one address. GET is a public page like any other; POST answers on the same page. A POST
changes nothing, so it needs no CSRF token (and no cookie), is kept by no cache, and neither
stores nor logs what it was sent.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import DetailView

from .. import guide
from ..forms import WeekForm
from ..models import Program, least_reviewed


@method_decorator(csrf_exempt, name="dispatch")
class ToolView(ABC, DetailView):
    """A program's page with a form that is answered in place."""

    slug_url_kwarg = "program"
    context_object_name = "program"

    def get_queryset(self) -> Any:
        return Program.objects.live().with_level()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        context = self.get_context_data(object=self.object, **self.answer(request))
        response = self.render_to_response(context)
        response.headers["Cache-Control"] = "no-store"
        return response

    @abstractmethod
    def answer(self, request: HttpRequest) -> dict[str, Any]:
        """What the answered page shows beyond the plain one. Takes whatever was sent."""


class GuideView(ToolView):
    """Five queries with the frame's, answered or not."""

    template_name = "programs/guide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        items = guide.items(self.object.suitabilitycriterion_set.live(), self.request.POST)
        signs = self.object.otherlevelsign_set.live().select_related("level")
        shown = [*(item.criterion for item in items), *signs]
        return super().get_context_data(
            items=items,
            replied=[item for item in items if item.reply],
            signs=signs,
            least_reviewed=least_reviewed(shown or [self.object]),
            **kwargs,
        )

    def answer(self, request: HttpRequest) -> dict[str, Any]:
        return {"answered": True}


class PlannerView(ToolView):
    """Three queries with the frame's, answered or not."""

    template_name = "programs/planner.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(week=WeekForm(self.object, self.request.POST), **kwargs)

    def answer(self, request: HttpRequest) -> dict[str, Any]:
        return {"answered": True}
