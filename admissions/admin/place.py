"""Where in which view of the queue somebody is who opened an inquiry from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from ..models import Inquiry
from ..row_key import read_key
from . import view
from .view import TAB_VAR, Neighbours, View

NOBODY = Neighbours(None, None)


@dataclass(frozen=True)
class Place:
    """The view that an inquiry was opened from, and its neighbours there. None: from elsewhere."""

    view: View | None = None
    neighbours: Neighbours = NOBODY
    page: int = 1  # of the list

    @property
    def behind(self) -> str:
        """What the addresses of this page and its steps have behind them, to stay in the view."""
        return f"?{self.view.query}" if self.view else ""

    @property
    def queue(self) -> str:
        page = f"&{PAGE_VAR}={self.page}" if self.view and self.page > 1 else ""
        return reverse("admin:admissions_inquiry_changelist") + self.behind + page

    @property
    def before(self) -> str:
        return self._address(self.neighbours.before)

    @property
    def after(self) -> str:
        return self._address(self.neighbours.after)

    def _address(self, key: int | None) -> str:
        if key is None:
            return ""
        return reverse("admin:admissions_inquiry_change", args=[key]) + self.behind


def read(request: HttpRequest, inquiry: Inquiry | None = None) -> Place:
    """The place that the address names; with `inquiry`, its neighbours too (View.neighbours)."""
    if TAB_VAR not in request.GET:
        return Place()
    found = view.read(request.GET, cast(User, request.user))
    if found.unknown or found.lost_search:
        return Place()
    neighbours = found.view.neighbours(inquiry) if inquiry else NOBODY
    return Place(found.view, neighbours, read_key(request.GET.get(PAGE_VAR, "")) or 1)
