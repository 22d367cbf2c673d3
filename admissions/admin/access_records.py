"""Who saw what, for leads and auditors: the newest first, narrowed down by index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exporting import Reason
from ..models import AccessRecord, Inquiry
from ..models.audit import AccessRecordQuerySet
from ..reference import read_reference
from ..workflow import Action, shown_name
from .paging import MOST_COUNTED, CappedPaginator
from .records import DayField, ReadOnlyAdmin
from .tabs import TABS

# What a record's detail means, beside the steps and the views of the queue.
PLACES = {
    "workspace": gettext_lazy("An inquiry’s page"),
    "person": gettext_lazy("Requests about a person"),
    # The change itself, whichever page or command it came from.
    "request": gettext_lazy("Requests about a person"),
    "correct": gettext_lazy("Correcting an inquiry"),
    "erase": gettext_lazy("Erasing a person"),
    "hold": gettext_lazy("Legal hold"),
    "revoke": gettext_lazy("Revoking a consent"),
    "add": gettext_lazy("New inquiry, by phone or in person"),
    "earlier": gettext_lazy("New inquiry: earlier ones alike"),
    "views": gettext_lazy("Saved views"),
    "claim-next": gettext_lazy("Claim next"),
    "link": gettext_lazy("Linking inquiries"),
    "away": gettext_lazy("Taking over from a colleague"),
    "dayfigures": gettext_lazy("How the desk is doing"),
    "bulk": gettext_lazy("Many inquiries at once"),
    "file": gettext_lazy("Before a file"),
    "changelist": gettext_lazy("Queue"),
    "change": gettext_lazy("One entry"),
    "event": gettext_lazy("All timelines"),
    "notification": gettext_lazy("Notifications"),
    "accessrecord": gettext_lazy("Who saw what"),
}
# The record of a list that was taken along names the list; only a file may be without names.
TAKEN_ALONG = re.compile(
    rf"(?:file-(?P<reason>{'|'.join(Reason.values)})(?P<names>-names)?|sheet)"
    rf"-(?P<tab>{'|'.join(TABS)})(?P<search>-search)?"
)
SHOWN = (
    *("at", "action", "detail", "count", "inquiry__reference"),
    *("actor__username", "actor__first_name", "actor__last_name"),
)


class Member(forms.ModelChoiceField):
    def label_from_instance(self, user: Any) -> str:
        return shown_name(user)


class Narrowing(forms.Form):
    """What the list is narrowed to. Names no person but colleagues."""

    reference = forms.CharField(label=gettext_lazy("Reference"), required=False, max_length=20)
    who = Member(
        label=gettext_lazy("Who"),
        required=False,
        queryset=User.objects.order_by("first_name", "last_name", "username"),
        empty_label=gettext_lazy("Anybody"),
    )
    what = forms.ChoiceField(
        label=gettext_lazy("What"),
        required=False,
        choices=[("", gettext_lazy("Anything")), *AccessRecord.Action.choices],
    )
    day = DayField(label=gettext_lazy("Day"), required=False)

    use_required_attribute = False

    def clean_reference(self) -> int | None:
        """The inquiry's key, which an index begins with."""
        typed = self.cleaned_data["reference"]
        if not typed:
            return None
        reference = read_reference(typed)
        key = Inquiry.objects.filter(reference=reference).values_list("pk", flat=True).first()
        if key is None:
            raise ValidationError(_("There is no inquiry of this reference."))
        return key

    def narrowed(self, rows: AccessRecordQuerySet) -> AccessRecordQuerySet:
        """Nothing while something that was asked for is not understood."""
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["reference"]:
            rows = rows.filter(inquiry=asked["reference"])
        if asked["who"]:
            rows = rows.filter(actor=asked["who"])
        if asked["what"]:
            rows = rows.filter(action=asked["what"])
        return rows.on(asked["day"]) if asked["day"] else rows


@dataclass(frozen=True)
class Row:
    """One record in words."""

    record: AccessRecord

    @property
    def who(self) -> str:
        return shown_name(self.record.actor)

    @property
    def where(self) -> str:
        return place(self.record.detail)


def place(detail: str) -> str:
    """A record's detail in words."""
    if detail in Action:
        return str(Action(detail).label)
    if taken := TAKEN_ALONG.fullmatch(detail):
        return _taken_along(**taken.groupdict())
    tab = TABS.get(detail)
    return str(tab.label if tab else PLACES.get(detail, detail.replace("-", " ").capitalize()))


def _taken_along(reason: str | None, names: str | None, tab: str, search: str | None) -> str:
    """A list that left the desk, as a file or on paper: why, with what, and which it was."""
    said = [
        _("File: %(reason)s") % {"reason": Reason(reason).label} if reason else _("Sheet"),
        _("with names") if names else "",
        str(TABS[tab].label),
        _("what a search found") if search else "",
    ]
    return "; ".join(part for part in said if part)


class RecordList(ChangeList):
    """The stock change list, narrowed by a form of its own."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        return {}  # a look-up in the address would be a way to ask about other columns

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        self.params = {n: v for n, v in self.params.items() if n in Narrowing.base_fields}
        self.form = Narrowing(self.params)
        rows = cast(AccessRecordQuerySet, self.root_queryset)
        found = self.form.narrowed(rows).newest_first()
        return found.select_related("actor", "inquiry").only(*SHOWN)

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        return ["-at", "-pk"]

    @property
    def rows(self) -> list[Row]:
        return [Row(record) for record in self.result_list]

    @property
    def beyond(self) -> int:
        """How many are counted when there may be more, else 0."""
        paginator = cast(CappedPaginator, self.paginator)
        return MOST_COUNTED if paginator.is_capped else 0


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """Looked at, never changed; that it was looked at is recorded too."""

    change_list_template = "admin/admissions/accessrecord/change_list.html"
    list_display = ["at"]
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RecordList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"title": _("Who saw what")} | (extra_context or {})
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_view_permission(request)  # a list, and no pages
