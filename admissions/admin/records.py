"""Read-only lists for leads and auditors: the trail without its texts, and the outbox."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Event, Notification


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list to look at: nothing to add, change, delete or open."""

    actions = None
    list_display_links = None
    list_per_page = 100
    list_select_related = ["inquiry"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()

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


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What the worker has sent and still has to send."""

    list_display = ["kind", "reference", "due_at", "attempts", "sent_at", "last_error"]
    fields = readonly_fields = ("kind", "reference", "due_at", "attempts", "sent_at", "last_error")
    ordering = ["-pk"]
