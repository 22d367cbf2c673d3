"""Where in which view of the queue somebody is who opened an inquiry from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from ..models import Inquiry
from . import view
from .view import TAB_VAR, Neighbours, View

NOBODY = Neighbours(None, None)


@dataclass(frozen=True)
class Place:
    """The view that an inquiry was opened from, and its neighbours there. None: from elsewhere."""

    view: View | None = None
    neighbours: Neighbours = NOBODY

    @property
    def behind(self) -> str:
        """What the addresses of this page and its steps have behind them, to stay in the view."""
        return f"?{self.view.query}" if self.view else ""

    @property
    def queue(self) -> str:
        return reverse("admin:admissions_inquiry_changelist") + self.behind

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
    return Place(found.view, found.view.neighbours(inquiry) if inquiry else NOBODY)
