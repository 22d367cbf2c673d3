"""The queue: which inquiries a tab holds, in which order, and how they are searched for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.views.main import (
    ALL_VAR,
    ERROR_FLAG,
    PAGE_VAR,
    SEARCH_VAR,
    ChangeList,
)
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models.querysets import InquiryQuerySet
from .wording import Row

TAB_VAR = "show"
KNOWN_PARAMETERS = {TAB_VAR, SEARCH_VAR, PAGE_VAR, ALL_VAR, ERROR_FLAG}


@dataclass(frozen=True)
class Tab:
    """One view of the queue. `most_overdue_first` is for work to do, else the newest come first."""

    name: str
    label: Any
    empty: Any
    rows: Callable[[InquiryQuerySet, User], InquiryQuerySet]
    most_overdue_first: bool = True


TABS = {
    tab.name: tab
    for tab in (
        Tab(
            "open",
            gettext_lazy("Open"),
            gettext_lazy("No inquiry is open."),
            lambda rows, user: rows.open(),
        ),
        Tab(
            "overdue",
            gettext_lazy("Overdue"),
            gettext_lazy("Nothing is overdue."),
            lambda rows, user: rows.overdue(),
        ),
        Tab(
            "mine",
            gettext_lazy("Mine"),
            gettext_lazy("You have no open inquiry."),
            lambda rows, user: rows.assigned_to(user),
        ),
        Tab(
            "unassigned",
            gettext_lazy("Unassigned"),
            gettext_lazy("Every open inquiry has somebody."),
            lambda rows, user: rows.unassigned(),
        ),
        Tab(
            "follow-up",
            gettext_lazy("Follow up today"),
            gettext_lazy("Nobody has to be followed up today."),
            lambda rows, user: rows.follow_up_due(),
        ),
        Tab(
            "quarantine",
            gettext_lazy("Quarantine"),
            gettext_lazy("Nothing is set aside."),
            lambda rows, user: rows.quarantined(),
        ),
        Tab(
            "closed",
            gettext_lazy("Closed"),
            gettext_lazy("No inquiry is closed."),
            lambda rows, user: rows.closed(),
            most_overdue_first=False,
        ),
        Tab(
            "all",
            gettext_lazy("All"),
            gettext_lazy("No inquiry has come yet."),
            lambda rows, user: rows,
            most_overdue_first=False,
        ),
    )
}


class QueueList(ChangeList):
    """The stock change list, with tabs instead of filters and one order for each tab."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        self.tab = self._chosen_tab(request)
        # A list of field look-ups in the address would be a way to guess at what rows hold.
        self.filter_params = {
            name: value for name, value in self.filter_params.items() if name in KNOWN_PARAMETERS
        }
        self.params = {k: v for k, v in self.params.items() if k in KNOWN_PARAMETERS}
        stock = cast(InquiryQuerySet, super().get_queryset(request, exclude_parameters))
        rows = self.tab.rows(stock, cast(User, request.user))
        if self.tab.most_overdue_first:
            return rows.most_overdue_first()
        return rows.order_by("-received_at", "-pk")

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        return {}

    def _chosen_tab(self, request: HttpRequest) -> Tab:
        """The tab asked for. Who searches looks through everything unless they chose a tab."""
        default = TABS["all" if self.query else "open"]
        unknown = sorted(set(request.GET) - KNOWN_PARAMETERS)
        chosen = request.GET.get(TAB_VAR)
        if unknown or (chosen is not None and chosen not in TABS):
            messages.warning(
                request,
                _("The address asked for a view that does not exist. This is “%(tab)s”.")
                % {"tab": default.label},
            )
            return default
        return TABS[chosen] if chosen else default

    @property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {
                "label": tab.label,
                "href": self.get_query_string({TAB_VAR: tab.name}, [PAGE_VAR, ALL_VAR]),
                "current": tab is self.tab,
            }
            for tab in TABS.values()
        ]

    @property
    def rows(self) -> list[Row]:
        now = timezone.now()
        return [Row(inquiry, now) for inquiry in self.result_list]
