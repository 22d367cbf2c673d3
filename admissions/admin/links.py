"""Linking inquiries of the same person, from the workspace."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from .. import linking
from ..models import Inquiry
from ..row_key import read_key
from ..workflow import WorkflowError
from . import place


class Links(admin.ModelAdmin):
    """The part of the inquiry's admin that links."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.link_view)
        own = [path("<int:pk>/link/", view, name="admissions_inquiry_link")]
        return own + super().get_urls()

    def link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Link with the inquiry whose button was pressed, or take that back."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        inquiry = Inquiry.objects.filter(pk=pk).first()
        if inquiry is None:
            messages.warning(request, _("There is no inquiry at this address."))
            return redirect("admin:admissions_inquiry_changelist")
        if request.method == "POST":
            _change(request, inquiry)
        return redirect(inquiry.get_absolute_url() + place.read(request).behind)


def _change(request: HttpRequest, inquiry: Inquiry) -> None:
    act, done = (
        (linking.unlink, _("%(first)s and %(second)s are no longer linked."))
        if "unlink" in request.POST
        else (linking.link, _("%(first)s and %(second)s are linked."))
    )
    key = read_key(request.POST.get("unlink") or request.POST.get("link", ""))
    other = Inquiry.objects.filter(pk=key).first() if key else None
    if other is None:
        messages.warning(request, _("There is no inquiry at this address."))
        return
    try:
        act(inquiry=inquiry, other=other, actor=cast(User, request.user))
    except WorkflowError as error:
        messages.warning(request, str(error))
    else:
        both = {"first": inquiry.reference, "second": other.reference}
        messages.success(request, done % both)
