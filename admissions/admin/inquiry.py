"""The stock ModelAdmin of Inquiry, shaped into a queue and a workspace. No field is editable."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import meanwhile, presence, privacy
from ..claiming import claim_next
from ..models import Inquiry
from ..models.querysets import InquiryQuerySet
from ..row_key import read_key
from ..workflow import Action
from . import place, queue, workspace
from .arrivals import Arrivals
from .away import Away
from .diagram import WorkflowPage
from .links import Links
from .lists import ListSteps
from .person import PersonRequests
from .saved_views import SavedViews
from .watch import watched


@admin.register(Inquiry)
class InquiryAdmin(Arrivals, Away, Links, PersonRequests, ListSteps, SavedViews, WorkflowPage):
    """Read here, changed only by the steps of workflow.py."""

    actions = None
    list_display = ["reference"]
    list_per_page = 50  # writing the rows is most of what a page costs
    list_select_related = ["assignee"]
    search_help_text = gettext_lazy("Reference, name, phone number or e-mail, open or closed.")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    fields = readonly_fields = ("reference",)
    view_on_site = False
    change_list_template = "admin/admissions/inquiry/change_list.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # The queue

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[queue.QueueList]:
        return queue.QueueList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        elsewhere = queue.answer_search(request)
        if elsewhere is not None:
            return elsewhere
        can_claim = self.has_change_permission(request)
        extra = {"title": _("Admissions queue"), "can_claim": can_claim}
        return super().changelist_view(request, extra | (extra_context or {}))

    # The workspace

    def get_urls(self) -> list[URLPattern]:
        steps = [
            path(
                f"<int:pk>/{action.value}/",
                self.admin_site.admin_view(partial(self.step_view, action=action)),
                name=f"admissions_inquiry_{action.value}",
            )
            for action in Action
        ]
        claim_next = path(
            "claim-next/",
            self.admin_site.admin_view(self.claim_next_view),
            name="admissions_inquiry_claim-next",
        )
        return watched(self, [claim_next, *steps, *super().get_urls()])

    def claim_next_view(self, request: HttpRequest) -> HttpResponse:
        """Claim the most urgent inquiry that nobody has, and open it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        inquiry = claim_next(actor=_actor(request)) if request.method == "POST" else None
        if inquiry is not None:
            done = _("%(reference)s is yours now.") % {"reference": inquiry.reference}
            messages.success(request, done)
            return redirect(f"{inquiry.get_absolute_url()}?show=mine")
        if request.method == "POST":
            messages.info(request, _("Nobody waits to be claimed."))
        return redirect("admin:admissions_inquiry_changelist")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        inquiry = self._get(request, object_id)
        if inquiry is None:
            return self._unknown(request)
        meanwhile.mark_viewed(inquiry=inquiry)
        return self._page(request, inquiry)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The inquiry's history is its timeline; the admin's own log knows nothing of it."""
        url = reverse("admin:admissions_inquiry_change", args=[object_id])
        return redirect(f"{url}#timeline")

    def step_view(self, request: HttpRequest, pk: int, *, action: Action) -> HttpResponse:
        """Take one step, then show the workspace; a step not taken shows it with what was typed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        inquiry = self._get(request, str(pk))
        if inquiry is None:
            return self._unknown(request)
        if request.method != "POST":
            return redirect(inquiry)
        result = workspace.take_step(action, inquiry, _actor(request), request.POST)
        if isinstance(result, dict):
            fresh = self._get(request, str(pk)) or inquiry
            return self._page(request, fresh, result)
        workspace.say_done(request, result)
        return redirect(inquiry.get_absolute_url() + place.read(request).behind)

    def _get(self, request: HttpRequest, object_id: str) -> Inquiry | None:
        """The inquiry with all that its page needs of other tables' rows, or None. One query."""
        rows = privacy.with_message_rule(cast(InquiryQuerySet, self.get_queryset(request)))
        rows = presence.with_colleague(rows, _actor(request))
        rows = rows.select_related("assignee")
        try:
            return rows.get(pk=self.opts.pk.to_python(object_id))
        except (Inquiry.DoesNotExist, ValidationError):
            return None

    def _unknown(self, request: HttpRequest) -> HttpResponse:
        messages.warning(request, _("There is no inquiry at this address."))
        return redirect("admin:admissions_inquiry_changelist")

    def _page(
        self, request: HttpRequest, inquiry: Inquiry, refusal: workspace.Refusal | None = None
    ) -> HttpResponse:
        asked = request.GET
        context = {
            **workspace.context(
                inquiry,
                _actor(request),
                refusal,
                template=asked.get("reply", ""),
                before=read_key(asked.get("before", "")),
            ),
            "place": place.read(request, inquiry),
            "title": _("Inquiry %(reference)s") % {"reference": inquiry.reference},
        }
        return self.show_page(
            request, "workspace", context, status=(refusal or {}).get("status", 200)
        )


def _actor(request: HttpRequest) -> User:
    """The member of staff, whom the admin site has let in already."""
    return cast(User, request.user)
