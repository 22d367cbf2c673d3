"""Somebody is away or leaves: all their open inquiries go to a colleague or back to the queue."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from amity_site.admin_widgets import MOMENTS

from .. import workflow
from ..desk_fields import ColleagueField, RemarkField
from ..list_forms import BulkForm
from ..models import AccessRecord, Inquiry
from ..models.querysets import InquiryQuerySet
from ..transitions import TRANSITIONS, Action
from .lists import Chosen, take
from .page import UNPROCESSABLE, DeskPages
from .place import Place
from .watch import note

MOST = 500  # at once; what is left over is said, and goes the next time


class AwayForm(BulkForm):
    """Whose inquiries go where, each by the workflow's own step."""

    title = _("Somebody is away or leaves")
    button = _("Move the inquiries")
    action = workflow.Action.HAND_OVER  # returning to the queue takes nothing that could be wrong

    who = ColleagueField(
        label=_("Who is away"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={
            "required": _("Choose who is away."),
            "invalid_choice": _("This person has no open inquiries."),
        },
    )
    to = ColleagueField(
        label=_("Their open inquiries go to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("the queue, for anybody to claim"),
        error_messages={"invalid_choice": _("Choose a colleague from the list.")},
    )
    reason = RemarkField(
        label=_("What those who take over should know"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        having = Inquiry.objects.open().filter(assignee=OuterRef("pk"))
        who, to = (cast(ColleagueField, self.fields[name]) for name in ("who", "to"))
        who.queryset = User.objects.filter(Exists(having)).order_by("first_name", "username")
        to.queryset = workflow.people_who_work()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("who") and found.get("who") == found.get("to"):
            self.add_error("to", _("Choose somebody else, or the queue."))
        return found

    def movable(self) -> InquiryQuerySet:
        """Their open inquiries that may go there: an assessment needs a colleague who keeps it."""
        theirs = Inquiry.objects.assigned_to(self.cleaned_data["who"]).order_by("pk")
        if self.cleaned_data["to"] is not None:
            return theirs
        may = [status for status, steps in TRANSITIONS.items() if Action.RELEASE in steps]
        return theirs.filter(status__in=may)

    def step(self, inquiry: Inquiry, actor: User, version: int) -> None:
        to, reason = self.cleaned_data["to"], self.cleaned_data["reason"]
        act = {"inquiry": inquiry, "actor": actor, "version": version, "reason": reason}
        if to is None:
            workflow.release(**act)
        else:
            workflow.hand_over(**act, to=to)


class Away(DeskPages):
    """The part of the inquiry's admin that takes over from a colleague."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.away_view)
        return [path("away/", view, name="admissions_inquiry_away"), *super().get_urls()]

    def away_view(self, request: HttpRequest) -> HttpResponse:
        """Whose go where; how many that is; then, confirmed, what became of each."""
        user = cast(User, request.user)
        if not user.has_perm("admissions.assign_inquiry"):
            raise PermissionDenied
        if request.method != "POST":
            return self._away_page(request, AwayForm(initial={"who": request.GET.get("who")}))
        form = AwayForm(request.POST)
        if not form.is_valid():
            return self._away_page(request, form, status=UNPROCESSABLE)
        theirs = Inquiry.objects.assigned_to(form.cleaned_data["who"])
        if "confirm" not in request.POST:
            counted = Counter(form.movable().values_list("status", flat=True))
            total = counted.total()
            return self._away_page(
                request,
                form,
                counts=[(s.label, counted[s.value]) for s in Inquiry.Status if counted[s.value]],
                total=total,
                staying=theirs.count() - total,
            )
        results = [take(form, Chosen(row, row.version), user) for row in form.movable()[:MOST]]
        note(request, AccessRecord.Action.LISTED, detail="away", count=len(results))
        left = theirs.count()
        if left:
            messages.warning(request, _still_there(left))
        done = sum(not result.refused for result in results)
        context = {"title": form.title, "results": results, "done": done, "place": Place()}
        return self.show_page(request, "bulk_done", context)

    def _away_page(
        self, request: HttpRequest, form: AwayForm, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {"title": form.title, "form": form, **more}
        return self.show_page(request, "away", context, status=status)


def _still_there(number: int) -> str:
    return ngettext(
        "%(n)d open inquiry is still with this person.",
        "%(n)d open inquiries are still with this person.",
        number,
    ) % {"n": number}


class StaffForm(UserChangeForm):
    """An account, which does not go, or stop working inquiries, while somebody's are with it."""

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        box = _box_that_ends_the_work(found)
        if not box or not self.instance.pk:
            return found
        number = Inquiry.objects.assigned_to(self.instance).count()
        if number:
            address = f"{reverse('admin:admissions_inquiry_away')}?who={self.instance.pk}"
            link = format_html('{} <a href="{}">{}</a>', _still_there(number), address, _MOVE)
            self.add_error(box, link)
        return found


def _box_that_ends_the_work(found: dict[str, Any]) -> str:
    """The field of an account, as it is filled in, without which it works no inquiries; "" when it
    does.
    """
    for box in ("is_active", "is_staff"):
        if not found.get(box, True):
            return box
    if found.get("is_superuser") or not {"groups", "user_permissions"} <= found.keys():
        return ""
    given = Q(group__in=found["groups"]) | Q(pk__in=found["user_permissions"])
    work = Q(codename="change_inquiry", content_type__app_label="admissions")
    return "" if Permission.objects.filter(given, work).exists() else "groups"


_MOVE = _("Move them first.")


class StaffAdmin(UserAdmin):
    form = StaffForm
    formfield_overrides = MOMENTS
    filter_horizontal = ()  # its script writes labels that no screen reader reads


# The migrations make the groups (access.py), and make them anew: nothing is to be edited here.
admin.site.unregister(Group)
admin.site.unregister(User)
admin.site.register(User, StaffAdmin)
