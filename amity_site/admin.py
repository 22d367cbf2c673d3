"""The admin site: stock, with the clinic's words, and the style page beside it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _


class AmityAdminSite(AdminSite):
    site_title = _("Amity San Diego")
    site_header = _("Amity San Diego: admissions desk")
    index_title = _("Your work")
    empty_value_display = "–"

    def get_urls(self) -> list[Any]:
        return [path("style/", self.admin_view(self.style), name="style"), *super().get_urls()]

    def style(self, request: HttpRequest) -> HttpResponse:
        from .style_page import style_page  # noqa: PLC0415 - it needs the apps to be loaded

        return style_page(request)
