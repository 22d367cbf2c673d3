"""Read-only lists for leads and auditors: the trail without its texts, and the outbox."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import outbox
from ..facets import YEARS
from ..models import Event, Notification
from ..models.history import NotificationQuerySet
from .paging import CappedPaginator
from .watch import watched

SHOWN = datetime.timedelta(days=7)
# What the kinds of error that occur most mean for whoever looks after the mail.
MEANINGS = {
    "ConnectionRefusedError": _("the mail server does not answer"),
    "TimeoutError": _("the mail server takes too long"),
    "gaierror": _("the mail server's name is not known"),
    "SMTPServerDisconnected": _("the mail server hung up"),
    "SMTPAuthenticationError": _("the mail server does not take our name and password"),
    "SMTPSenderRefused": _("the mail server does not take mail from our address"),
    "SMTPRecipientsRefused": _("the mail server refuses the address"),
    "SMTPDataError": _("the mail server refuses the message"),
    "Unreadable": _("the inquiry cannot be opened with the keys at hand"),
}


class DayField(forms.DateField):
    """A day that a list can be narrowed to; beyond these years there is no day after it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value and value.year not in YEARS:
            raise ValidationError(
                gettext("Choose a day from %(first)d to %(last)d.")
                % {"first": YEARS.start, "last": YEARS[-1]}
            )


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list to look at: nothing to add, change, delete or open."""

    actions = None
    list_display_links = None
    list_per_page = 100
    list_select_related = ["inquiry"]
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()

    def get_urls(self) -> list[URLPattern]:
        return watched(self, super().get_urls())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        # Stock, any field can be asked about in the address, those not shown included.
        name, _sep, how = lookup.partition("__")
        if name not in self.list_filter or how != "exact":
            return False
        choices = self.model._meta.get_field(name).choices or []
        return value in dict(choices)

    @admin.display(description=_("reference"))
    def reference(self, record: Any) -> str:
        return str(record.inquiry.reference)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Who did what when. What was written is between those who work the inquiry."""

    list_display = ["at", "reference", "kind", "actor", "from_status", "to_status"]
    list_filter = ["kind"]
    list_select_related = ["inquiry", "actor"]
    fields = readonly_fields = ("at", "reference", "kind", "actor", "from_status", "to_status")
    ordering = ["-pk"]

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Those who work inquiries read the timeline in the workspace; their index stays short."""
        if request.user.has_perm("admissions.view_inquiry") and not request.user.is_superuser:
            return {}
        return super().get_model_perms(request)


class OutboxFilter(admin.SimpleListFilter):
    """Where a notification stands. Each choice is read by an index, whatever was sent before."""

    title = _("state")
    parameter_name = "state"
    rows: ClassVar[dict[str, Callable[[NotificationQuerySet], NotificationQuerySet]]] = {
        "waiting": lambda outbox: outbox.waiting().order_by("due_at", "pk"),
        "failing": lambda outbox: outbox.failing().order_by("due_at", "pk"),
        "sent": lambda outbox: outbox.sent_since(timezone.now() - SHOWN).order_by("-sent_at"),
        "dropped": lambda outbox: outbox.dropped().order_by("-dropped_at"),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", _("Waiting")),
            ("failing", _("Waiting, with an error")),
            ("sent", _("Sent in the last 7 days")),
            ("dropped", _("Ended without being sent")),
        ]

    def value(self) -> str:
        chosen = super().value()
        return chosen if chosen in self.rows else "waiting"

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, label in self.lookup_choices:
            yield {
                "selected": self.value() == name,
                "query_string": changelist.get_query_string({self.parameter_name: name}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return self.rows[self.value()](queryset)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What the worker still has to send, and what became of the rest. Opens on what waits."""

    list_display = ["kind", "reference", "state", "since", "attempts", "error"]
    list_filter = [OutboxFilter]
    change_list_template = "admin/admissions/notification/change_list.html"
    fields = readonly_fields = ("kind", "reference", "state", "since", "attempts", "error")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == OutboxFilter.parameter_name

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return []  # the filter's

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OutboxList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"title": gettext("Notifications")} | (extra_context or {})
        )

    @admin.display(description=_("state"))
    def state(self, row: Notification) -> str:
        if row.sent_at:
            return gettext("Sent %(time)s") % {"time": _moment(row.sent_at)}
        if row.dropped_at:
            return gettext("Ended %(time)s, not sent") % {"time": _moment(row.dropped_at)}
        if row.last_error == outbox.NOBODY:
            return gettext("Waits until there is somebody to tell")
        if not settings.EMAIL_CONFIGURED:
            return gettext("Waits until mail is set up")
        if row.attempts:
            return gettext("Next try %(time)s") % {"time": _moment(row.due_at)}
        return gettext("Goes out next")

    @admin.display(description=_("since"))
    def since(self, row: Notification) -> str:
        return _moment(row.made_at)

    @admin.display(description=_("last error"))
    def error(self, row: Notification) -> str:
        """What it means, and the kind that the log has it under."""
        meaning = MEANINGS.get(row.last_error)
        return f"{meaning} ({row.last_error})" if meaning else row.last_error


class OutboxList(ChangeList):
    """The stock change list, its one filter as tabs."""

    @property
    def tabs(self) -> list[Any]:
        return [choice for spec in self.filter_specs for choice in spec.choices(self)]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What each row says, by column."""
        desk = cast("NotificationAdmin", self.model_admin)
        return [
            {
                "reference": desk.reference(row),
                "kind": row.get_kind_display(),
                "state": desk.state(row),
                "since": desk.since(row),
                "attempts": row.attempts,
                "error": desk.error(row),
            }
            for row in self.result_list
        ]

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """As the filter ordered it; stock adds the key, which its index does not end in."""
        return list(queryset.query.order_by)


def _moment(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment), "M j, P")
