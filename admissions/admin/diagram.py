"""The workflow, drawn for staff from the tables that enforce it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from .. import workflow_table
from ..models import DeskSettings
from .page import DeskPages


class WorkflowPage(DeskPages):
    """The part of the inquiry's admin that explains its steps."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.workflow_view)
        return [path("workflow/", view, name="admissions_inquiry_workflow"), *super().get_urls()]

    def workflow_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            "title": _("The steps of an inquiry"),
            "diagram": workflow_table.diagram(),
            "steps": workflow_table.steps(),
            "endings": workflow_table.endings(),
            "days_to_try": DeskSettings.get_solo().days_to_try,
        }
        return self.show_page(request, "workflow", context)
