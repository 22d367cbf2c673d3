"""How the desk is staffed and set up: the duty roster, its fallback list, the desk's settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ForeignKey
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from solo.admin import SingletonModelAdmin

from .. import duty, roster, workflow
from ..clock import ZONE
from ..models import DeskSettings, DutyFallback, DutyShift, ReplyTemplate


class MemberChoice(forms.ModelChoiceField):
    """Those who work inquiries, by the name colleagues know."""

    def label_from_instance(self, user: Any) -> str:
        name = workflow.shown_name(user)
        return name if user.email else _("%(name)s (no e-mail address)") % {"name": name}


class MemberAdmin(admin.ModelAdmin):
    """Rows that name a member of staff."""

    actions = None
    list_select_related = ["member"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    view_on_site = False

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "member":
            return MemberChoice(
                queryset=workflow.people_who_work(),
                label=gettext_lazy("Who"),
                help_text=gettext_lazy(
                    "Told by e-mail, at the address of their account; without one, not at all."
                ),
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False  # nothing is filtered by address

    @admin.display(description=gettext_lazy("who"))
    def name(self, row: Any) -> str:
        return workflow.shown_name(row.member)


@admin.register(DutyShift)
class DutyShiftAdmin(MemberAdmin):
    """The list is the week: who is on duty when, and when nobody is."""

    list_display = ["day", "hours", "name"]
    fields = ["member", "weekday", ("starts", "ends")]
    list_per_page = list_max_show_all = 500  # the week needs them all; a desk has some dozens
    change_list_template = "admin/admissions/dutyshift/change_list.html"

    @admin.display(description=gettext_lazy("day"))
    def day(self, shift: DutyShift) -> str:
        return str(shift.get_weekday_display())

    @admin.display(description=gettext_lazy("hours"))
    def hours(self, shift: DutyShift) -> str:
        return roster.hours_in_words(shift.starts, shift.ends)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = _week_context() if self.has_view_permission(request) else {}
        extra |= {"title": _("Duty roster"), "can_change": self.has_change_permission(request)}
        return super().changelist_view(request, extra | (extra_context or {}))


def _week_context() -> dict[str, Any]:
    """What the list page shows above the list. Four queries at most, whatever the shifts."""
    now = timezone.now()
    staff = workflow.people_who_work()
    shifts = DutyShift.objects.select_related("member")
    fallback = list(staff.filter(pk__in=DutyFallback.objects.values("member")))
    reachable = set(staff.exclude(email="").values_list("pk", flat=True))
    week = roster.week(shifts, reachable=reachable, at=now)
    return {
        "now": now.astimezone(ZONE),
        "week": week,
        "untold": any(not entry.told for day in week for entry in day.entries),
        "on_duty": _names(duty.on_duty_now(now)),
        "fallback": _names([user for user in fallback if user.email]),
    }


def _names(people: list[User]) -> str:
    return ", ".join(workflow.shown_name(user) for user in people)


@admin.register(DutyFallback)
class DutyFallbackAdmin(MemberAdmin):
    """Who is told while nobody is on duty."""

    list_display = ["name"]
    fields = ["member"]


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin):
    """What staff answer by e-mail, prepared by leads."""

    actions = None
    list_display = ["name", "language", "reviewed"]
    fields = ["name", "language", "body", "reviewed"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    view_on_site = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False  # nothing is filtered by address


@admin.register(DeskSettings)
class DeskSettingsAdmin(SingletonModelAdmin):
    """One form and no list."""

    fields = ["retention_months", "days_to_try", "messages_while_full", "messages_seen_by"]
