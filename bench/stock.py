"""A ModelAdmin of the inquiries as one would write it first, with Django's own ways of listing, to
measure the queue beside. At /stock/ of a site whose ROOT_URLCONF is this module.
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from admissions.models import Inquiry
from amity_site.urls import urlpatterns as own


class Stock(admin.ModelAdmin):
    """What coordinators need to see, filter by and find, in the queue's order."""

    list_display = (
        *("reference", "name", "received_at", "asking_for", "status", "priority", "due_at"),
        *("contact_by", "language", "assignee"),
    )
    list_filter = ("status", "priority", "language", "contact_by", "asking_for", "assignee")
    search_fields = ("reference",)
    date_hierarchy = "received_at"
    ordering = ("-priority", "due_at")
    change_list_template = "admin/change_list.html"  # Django's, not the queue's


site = admin.AdminSite(name="stock")
site.register(Inquiry, Stock)
urlpatterns = [path("stock/", site.urls), *own]
