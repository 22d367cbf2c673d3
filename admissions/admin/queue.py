"""The queue as a change list: its tabs, the page that is shown, and the marks on its rows."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR, SEARCH_VAR, ChangeList
from django.contrib.auth.models import User
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import answering, calling, facets, related, staff
from ..counting import capped_counts
from ..facets import FACETS
from ..models import Inquiry, SavedView
from . import saved_views, view
from .paging import MOST_COUNTED, CappedPaginator
from .tabs import TABS
from .view import TAB_VAR, Narrowed, View, address_of_search
from .wording import Row

WORDS = "words"  # the field of the search form
KNOWN_PARAMETERS = view.KEYS | {PAGE_VAR, ALL_VAR, ERROR_FLAG}
MOST_SHOWN = 500  # on a tab
MOST_SAVED = 60  # views beside the tabs; one's own are half of them at most


class QueueList(ChangeList):
    """The stock change list, with tabs instead of filters and one order for each tab."""

    view: View
    narrowed: Narrowed | None

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        self.params = {k: v for k, v in self.params.items() if k in view.KEYS}
        self.view = self._read(request)
        self.tab = self.view.tab
        self.query = self.view.words
        self.narrowed = self.view.narrowed() if self.view.is_narrowed else None
        return self.view.rows().select_related("assignee")

    def get_results(self, request: HttpRequest) -> None:
        """The page asked for. Two queries, one of a narrowed list."""
        self.counts = self._counts()
        paginator: Paginator[Any]
        if self.narrowed is None:
            paginator = CappedPaginator(self.queryset, self.list_per_page)
            paginator.count = min(self.counts[self.tab.name], MOST_COUNTED)
        else:
            paginator = Paginator(self.narrowed.keys, self.list_per_page)
        # A page that has emptied meanwhile: the last one there is.
        self.page_num = min(self.page_num, paginator.num_pages)
        try:
            page = paginator.page(self.page_num).object_list
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        if self.narrowed is None:
            self.result_list = list(page)
        else:
            # By the keys alone: with the tab's condition and order, PostgreSQL may look for them in
            # an index over all there are.
            found = Inquiry.objects.select_related("assignee").in_bulk(page)
            self.result_list = [found[key] for key in page if key in found]
        self.paginator = paginator
        self.result_count = paginator.count
        self.multi_page = paginator.num_pages > 1
        self.can_show_all = self.show_all = False
        self.full_result_count = None
        self.show_full_result_count = self.show_admin_actions = False

    def _read(self, request: HttpRequest) -> View:
        """The view asked for; what cannot be used of it is said, and left out."""
        found = view.read(request.GET, cast(User, request.user))
        if found.lost_search:
            messages.warning(
                request, _("This search is over: it was yours for a working day. Type it again.")
            )
        elif found.unknown or set(request.GET) - KNOWN_PARAMETERS:
            messages.warning(
                request,
                _("The address asked for a view that does not exist. This is “%(tab)s”.")
                % {"tab": found.view.tab.label},
            )
        return found.view

    def _counts(self) -> dict[str, int]:
        """How many each tab holds, up to one more than is shown. One query.

        Nothing for a narrowed list: its tabs would be counted in ways that no index serves.
        """
        if self.narrowed is not None:
            return {}
        tabs = sorted(TABS.values(), key=lambda tab: tab is not self.tab)
        lists = [tab.counted(Inquiry.objects.all(), self.view.user) for tab in tabs]
        numbers = capped_counts(lists, MOST_COUNTED + 1, MOST_SHOWN + 1)
        return dict(zip((tab.name for tab in tabs), numbers, strict=True))

    @property
    def is_capped(self) -> bool:
        """Whether there is more than this list looked through, or can be paged through."""
        if self.narrowed is not None:
            return self.narrowed.capped
        return self.counts[self.tab.name] > MOST_COUNTED

    @property
    def tabs(self) -> list[dict[str, Any]]:
        own = self.view.parameters
        return [
            {
                "label": tab.label,
                "href": self.get_query_string({**own, TAB_VAR: tab.name}),
                "current": tab is self.tab,
                "count": _capped(self.counts.get(tab.name)),
            }
            for tab in TABS.values()
        ]

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """The address of this view with something changed: what could not be used is gone."""
        if getattr(self, "view", None) is not None:
            self.params = dict(self.view.parameters)
            self.filter_params = {name: [value] for name, value in self.params.items()}
        return super().get_query_string(new_params, remove)

    @property
    def address_of_page(self) -> str:
        """What the addresses behind the list have to come back to this page of this view."""
        return self.get_query_string({PAGE_VAR: self.page_num if self.page_num > 1 else None})

    @property
    def kept_parameters(self) -> list[tuple[str, str]]:
        """What of the address stays when other facets are chosen: the tab, and the search."""
        found = self.view.parameters.items()
        return [(name, value) for name, value in found if name not in FACETS or not offered(name)]

    @property
    def facets(self) -> list[dict[str, Any]]:
        """What the tab can be narrowed by, as the page offers it."""
        people = [(str(key), name) for key, name in staff.choices()]
        assignees = [(facets.ME, _("Me")), (facets.NONE, _("Nobody")), *people]
        return [
            {
                "key": facet.key,
                "label": facet.label,
                "choices": assignees if facet.key == "assignee" else facet.choices,
                "chosen": self.view.chosen.get(facet.key, ""),
            }
            for facet in FACETS.values()
            if facet.offered
        ]

    @property
    def saved_views(self) -> list[dict[str, Any]]:
        """One's own views, then those that others share. One query."""
        own = f"?{self.view.query}"
        user = self.view.user
        found = SavedView.objects.seen_by(user).select_related("owner")
        found = found.order_by(Case(When(owner=user, then=0), default=1), "name", "pk")
        links = [(kept.name, saved_views.address(kept)) for kept in found[:MOST_SAVED]]
        return [{"name": name, "href": href, "current": href.endswith(own)} for name, href in links]

    @property
    def rows(self) -> list[Row]:
        """The rows with their marks. One query."""
        now = timezone.now()
        hours = answering.hours_today(now)
        others = related.with_others([inquiry.pk for inquiry in self.result_list])
        return [
            Row(
                inquiry,
                now,
                may_be_called=calling.may_be_called(inquiry, hours, now),
                has_others=inquiry.pk in others,
            )
            for inquiry in self.result_list
        ]


def offered(name: str) -> bool:
    return FACETS[name].offered


def _capped(number: int | None) -> str:
    if number is None:
        return ""
    return f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number)


def answer_search(request: HttpRequest) -> HttpResponseRedirect | None:
    """To the list of what was searched for, at an address that does not hold the words.

    None for a request that is no search. Words that somebody put into an address are taken out of
    it, and not searched for: addresses are kept in histories and logs.
    """
    if request.method == "POST" and WORDS in request.POST:
        found = address_of_search(request.POST[WORDS], cast(User, request.user))
        address = f"{request.path}?{found}" if found else request.path
        return HttpResponseRedirect(address, status=303)
    if SEARCH_VAR in request.GET:
        messages.warning(
            request, _("Nothing was searched for: words do not belong in an address. Type them.")
        )
        left = request.GET.copy()
        del left[SEARCH_VAR]
        return HttpResponseRedirect(f"{request.path}?{left.urlencode()}" if left else request.path)
    return None
