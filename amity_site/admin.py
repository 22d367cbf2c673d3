"""The admin site: stock, with the clinic's words, and the style page beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
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
        on_site = "r/<path:content_type_id>/<path:object_id>/"
        return [
            path("style/", self.admin_view(self.style), name="style"),
            path(on_site, self.admin_view(self.on_site), name="view_on_site"),
            *super().get_urls(),
        ]

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
            answer = kept(request) if sent else None
            return answer or self._recorded(guarded, request, *args, **kwargs)

        return cast(View, inner)

    def _recorded(
        self, view: View, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """The view's answer; a refusal leaves an access record, on pages that write none too."""
        from admissions import audit  # noqa: PLC0415 - it needs the apps to be loaded
        from admissions.models import AccessRecord  # noqa: PLC0415
        from admissions.models.audit import LONGEST_DETAIL  # noqa: PLC0415

        def denied() -> None:
            # The desk's own pages know more of it, and write it themselves (admin/watch.py).
            if request.user.is_authenticated and not getattr(request, "is_watched", False):
                page = getattr(request.resolver_match, "url_name", None) or "page"
                detail = page.replace("_", "-")[:LONGEST_DETAIL]
                audit.record(request.user, AccessRecord.Action.DENIED, detail=detail)

        if not self.has_permission(request):
            denied()
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied as error:
            if not audit.was_recorded(error):
                denied()
            raise

    def on_site(
        self, request: HttpRequest, content_type_id: str, object_id: str
    ) -> HttpResponseBase:
        """To a record's own page, for whoever may see the record here: stock tells everybody which
        keys there are.
        """
        from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415 - as above
        from django.contrib.contenttypes.views import shortcut  # noqa: PLC0415

        from admissions.row_key import read_key  # noqa: PLC0415

        kind = ContentType.objects.filter(pk=read_key(content_type_id) or 0).first()
        desk = self._registry.get(kind.model_class()) if kind else None  # type: ignore[arg-type]
        if desk is None or not desk.view_on_site or not desk.has_view_permission(request):
            raise PermissionDenied
        return shortcut(request, content_type_id, object_id)

    def style(self, request: HttpRequest) -> HttpResponse:
        from .style_page import style_page  # noqa: PLC0415 - it needs the apps to be loaded

        return style_page(request)
