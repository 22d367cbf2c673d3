"""Phone and walk-in: an inquiry that staff write down, through the same `receive()` as any other.

What is typed is posted, the look-up of earlier inquiries included, so that no address holds it.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from .. import intake, related, workflow
from ..desk_forms import DeskInquiryForm
from ..models import AccessRecord, ContactAttempt, Inquiry
from ..workflow import WorkflowError
from .page import UNPROCESSABLE, DeskPages
from .watch import note

TALKED = {
    Inquiry.Source.PHONE.value: ContactAttempt.Way.CALL,
    Inquiry.Source.WALK_IN.value: ContactAttempt.Way.VISIT,
}


class Arrivals(DeskPages):
    """The part of the inquiry's admin that takes in who calls or walks in."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return cast(User, request.user).has_perm("admissions.add_inquiry")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.earlier_view)
        own = [path("add/earlier/", view, name="admissions_inquiry_earlier")]
        return own + super().get_urls()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form; on "Look", with earlier inquiries and nothing judged; sent, the new inquiry."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._add_page(request, DeskInquiryForm())
        if "look" in request.POST:
            return self._add_page(request, DeskInquiryForm.again(request.POST))
        form = DeskInquiryForm(request.POST)
        if not form.is_valid():
            return self._add_page(request, form, status=UNPROCESSABLE)
        return redirect(_take_in(request, form))

    def earlier_view(self, request: HttpRequest) -> HttpResponse:
        """Earlier inquiries of whom is being typed, as a part of the page, for the script."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:admissions_inquiry_add")
        context = {"alike": self._earlier(request), "looked": True}
        return TemplateResponse(request, "admin/admissions/inquiry/earlier.html", context)

    def _earlier(self, request: HttpRequest) -> list[related.Alike]:
        said = request.POST
        found = related.alike_to(**{name: _line(said, name) for name in ("phone", "email", "name")})
        note(request, AccessRecord.Action.LOOKED_UP, detail="add", count=len(found))
        return found

    def _add_page(
        self, request: HttpRequest, form: DeskInquiryForm, *, status: int = 200
    ) -> HttpResponse:
        looked = request.method == "POST"
        context = {
            "title": _("New inquiry"),
            "form": form,
            "looked": looked,
            "alike": self._earlier(request) if looked else [],
        }
        return self.show_page(request, "add", context, status=status)


def _line(said: QueryDict, name: str) -> str:
    return said.get(name, "")[:254].strip()


def _take_in(request: HttpRequest, form: DeskInquiryForm) -> Inquiry:
    """Store it, and claim it when that was wanted: then nobody waits to be called, and the talk
    they have just had is the first contact. Sent twice, it is one inquiry.
    """
    said, actor = form.cleaned_data, cast(User, request.user)
    inquiry = intake.receive(
        key=UUID(form.key),
        consent=said["consent"],
        source=said["source"],
        site_language=said["language"],
        taken_by=actor,
        answered=bool(said["claim"]),
        **form.answers(),
    )
    done = _("%(reference)s is taken in.")
    if said["claim"] and inquiry.assignee_id is None:
        try:
            workflow.claim(inquiry=inquiry, actor=actor, version=inquiry.version)
            workflow.record_attempt(
                inquiry=inquiry,
                actor=actor,
                channel=TALKED[inquiry.source],
                outcome=ContactAttempt.Result.REACHED,
            )
            done = _("%(reference)s is taken in, and yours.")
        except WorkflowError as error:  # a colleague was quicker, or it was sent twice
            messages.warning(request, str(error))
    messages.success(request, done % {"reference": inquiry.reference})
    return inquiry
