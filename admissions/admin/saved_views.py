"""Keeping views of the queue: the page on which they are saved, renamed, shared and deleted."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..facets import FACETS
from ..forms.fields import LineField
from ..models import SavedView
from ..row_key import read_key
from . import view
from .page import UNPROCESSABLE, DeskPages

SHARE = "admissions.share_savedview"
MOST = 30  # of one person: they stand on every page of the queue


class SavedViewForm(forms.ModelForm):
    """The name, and whether everybody sees it. What it shows is the instance's already."""

    use_required_attribute = False

    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]
        field_classes = {"name": LineField}
        error_messages = {
            "name": {
                "required": gettext_lazy("Give the view a name."),
                "max_length": gettext_lazy(
                    "Shorten the name to %(limit_value)d characters. It has %(show_value)d now."
                ),
            }
        }
        help_texts = {"name": gettext_lazy("Colleagues may read it: nobody’s name belongs in it.")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.has_perm(SHARE):
            del self.fields["is_shared"]

    def _get_validation_exclusions(self) -> set[str]:
        # The owner, the tab and what narrows it are checked too, with the name.
        excluded = super()._get_validation_exclusions()  # type: ignore[misc] # not in the stubs
        return set(excluded) - {"owner", "tab", "narrowed_by"}


class SavedViews(DeskPages):
    """The part of the inquiry's admin that keeps views."""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.views_view)
        return [path("views/", page, name="admissions_inquiry_views"), *super().get_urls()]

    def views_view(self, request: HttpRequest) -> HttpResponse:
        """The view that the address names, to be saved, and those that are saved."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = cast(User, request.user)
        if request.method == "POST" and "delete" in request.POST:
            return self._delete(request, user)
        kept = self._asked_for(request, user)
        prefix = str(kept.pk or "new")
        form = SavedViewForm(request.POST or None, instance=kept, user=user, prefix=prefix)
        if request.method == "POST" and not kept.pk and user.saved_views.count() >= MOST:
            form.add_error(None, _("Delete a view first: there are as many as the page holds."))
        if request.method == "POST" and form.is_valid():
            form.save()
            messages.success(request, _("“%(name)s” is saved.") % {"name": kept.name})
            return redirect(address(kept))
        status = UNPROCESSABLE if request.method == "POST" else 200
        context = {
            "title": _("Saved views"),
            "form": form,
            "here": view.read(request.GET, user).view,
            "forms": _forms(user, form),
        }
        return self.show_page(request, "views", context, status=status)

    def _asked_for(self, request: HttpRequest, user: User) -> SavedView:
        """The view that is being changed, or a new one of what the address names."""
        key = request.POST.get("view", "")
        if key:
            return get_object_or_404(user.saved_views, pk=read_key(key))
        here = view.read(request.GET, user).view
        return SavedView(owner=user, tab=here.tab.name, narrowed_by=dict(here.chosen))

    def _delete(self, request: HttpRequest, user: User) -> HttpResponse:
        key = request.POST["delete"]
        kept = get_object_or_404(user.saved_views, pk=read_key(key))
        kept.delete()
        messages.success(request, _("“%(name)s” is deleted.") % {"name": kept.name})
        return redirect("admin:admissions_inquiry_views")


def _forms(user: User, bound: SavedViewForm) -> list[SavedViewForm]:
    """A form for each of one's own views; `bound` in the place of its own."""
    return [
        bound
        if bound.instance.pk == kept.pk
        else SavedViewForm(instance=kept, user=user, prefix=str(kept.pk))
        for kept in user.saved_views.order_by("name", "pk")
    ]


def address(kept: SavedView) -> str:
    """Where a saved view is to be seen, by what of it can still be used."""
    found = view.read({**_texts(kept), view.TAB_VAR: kept.tab}, kept.owner)
    return f"{reverse('admin:admissions_inquiry_changelist')}?{found.view.query}"


def _texts(kept: SavedView) -> dict[str, str]:
    """What of its stored values are a facet's; the rest is left out."""
    return {key: value for key, value in kept.narrowed_by.items() if key in FACETS}
