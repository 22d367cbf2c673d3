"""How the desk answers with a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

# What comes back with a page on which something is to be mended, or chosen between, or which is no
# longer somebody's.
UNPROCESSABLE = 422
CONFLICT = 409
FORBIDDEN = 403


class DeskPages(admin.ModelAdmin):
    """For every part of an admin that has pages beside the stock ones."""

    def show_page(
        self, request: HttpRequest, name: str, context: Mapping[str, Any], *, status: int = 200
    ) -> HttpResponse:
        """The template of that `name`, of those for this model, in the admin's frame."""
        return TemplateResponse(
            request,
            f"admin/{self.opts.app_label}/{self.opts.model_name}/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
            status=status,
        )
