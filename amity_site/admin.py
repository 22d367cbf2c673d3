"""The admin site: stock, with the clinic's words, and the style page beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class AmityAdminSite(AdminSite):
    site_title = _("Amity San Diego")
    site_header = _("Amity San Diego: admissions desk")
    index_title = _("Your work")
    empty_value_display = "–"

    def get_urls(self) -> list[Any]:
        return [path("style/", self.admin_view(self.style), name="style"), *super().get_urls()]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """The stock view, except that a form nobody signed in has sent comes back to be sent again.

        Stock leads such a post to the sign-in, and what was typed is gone.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            from .kept_post import kept  # noqa: PLC0415 - it needs the apps to be loaded

            # The CSRF check came first: amity_site/errors.py answers for what it refused.
            sent = request.method == "POST" and request.user.is_anonymous
            return (kept(request) if sent else None) or guarded(request, *args, **kwargs)

        return cast(View, inner)

    def style(self, request: HttpRequest) -> HttpResponse:
        from .style_page import style_page  # noqa: PLC0415 - it needs the apps to be loaded

        return style_page(request)
