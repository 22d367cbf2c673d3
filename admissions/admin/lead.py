"""The lead's page: how the desk is doing. Every bar leads to the list that it counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.models import Clinic

from .. import clock, summary, workflow
from ..models import AccessRecord, DayFigures, Inquiry
from ..models.desk import Weekday
from ..summary import MEDIAN, NINETIETH, Age, Summary
from . import charts
from .page import DeskPages
from .records import DayField, ReadOnlyAdmin
from .watch import note
from .wording import in_words

WEEKS = 13  # the range when none is asked for
LONGEST = datetime.timedelta(days=366 * 3)
LATE = datetime.timedelta(minutes=2)  # figures older than this: the worker does not run


class RangeForm(forms.Form):
    """From which day to which, both included."""

    first = DayField(label=gettext_lazy("From"))
    last = DayField(label=gettext_lazy("To"))

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and first > last:
            self.add_error("last", _("The range ends before it begins."))
        elif first and last and last - first > LONGEST:
            self.add_error("first", _("Choose a range of three years at most."))
        return found


@admin.register(DayFigures)
class LeadAdmin(DeskPages, ReadOnlyAdmin):
    """In place of a list of days: the page that adds them up."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = timezone.localdate(timezone=clock.ZONE)
        weeks = datetime.timedelta(weeks=WEEKS)
        usual = {"first": today - weeks + datetime.timedelta(days=1), "last": today}
        form = RangeForm({name: request.GET.get(name) or usual[name] for name in usual})
        chosen = form.cleaned_data if form.is_valid() else usual
        figures = summary.of(chosen["first"], chosen["last"], today)
        note(request, AccessRecord.Action.VIEWED, detail="dayfigures")
        context = {
            **_context(figures),
            "title": _("How the desk is doing"),
            "form": form,
            "ranges": _ranges(today, chosen),
        }
        return self.show_page(request, "change_list", context)


def _ranges(today: datetime.date, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """The ranges one asks for most, as links."""
    offers = [
        (ngettext("Last %(n)d week", "Last %(n)d weeks", n) % {"n": n}, n * 7) for n in (4, 13, 52)
    ]
    found = []
    for label, days in offers:
        first = today - datetime.timedelta(days=days - 1)
        found.append(
            {
                "label": label,
                "href": "?" + urlencode({"first": first, "last": today}),
                "current": (first, today) == (chosen["first"], chosen["last"]),
            }
        )
    return found


def _context(figures: Summary) -> dict[str, Any]:
    now = timezone.now()
    return {
        "figures": figures,
        "late": figures.as_of is None or now - figures.as_of > LATE,
        "promise": _promise(),
        "times": [
            _times(_("Time to the first attempt"), figures, "first_attempt"),
            _times(_("Time to the first contact"), figures, "first_contact"),
        ],
        "kept": None if figures.promise_kept is None else round(100 * figures.promise_kept),
        "weeks": charts.columns(
            [
                (_week(week), week.arrivals, _queue("all", received=_span(week.first, week.last)))
                for week in figures.weeks
            ]
        ),
        "heat": charts.heat_map(
            figures.hours_of_week,
            [str(day.label) for day in Weekday],
            [time_format(datetime.time(hour), "g A") for hour in range(24)],
        ),
        "ages": charts.bars(
            [
                (_age(age), age.number, _queue("open", received=_span(age.first, age.last)))
                for age in figures.ages
            ]
        ),
        "load": charts.bars(_load(figures)),
        "outcomes": charts.bars(_kinds(figures, "outcome", Inquiry.Outcome.choices, "closed")),
        "sources": charts.bars(_kinds(figures, "source", Inquiry.Source.choices, "all")),
        "pages": charts.bars(
            _kinds(
                figures,
                "came_from",
                [*Inquiry.CameFrom.choices, ("", _("Any other page, or the form itself"))],
                "all",
            )
        ),
    }


def _promise() -> str:
    """The promise in words; what counts while the clinic has entered none."""
    clinic = Clinic.current()
    usual = _("within %(n)d minutes, around the clock (the clinic has entered no promise)") % {
        "n": clock.DEFAULT_MINUTES
    }
    return clock.promise_in_words(clinic) or usual


def _times(label: str, figures: Summary, topic: str) -> dict[str, Any]:
    """The median and the 90th percentile in words."""

    def words(share: float) -> str:
        minutes = figures.percentile(topic, share)
        return "" if minutes is None else in_words(datetime.timedelta(minutes=minutes))

    return {
        "label": label,
        "median": words(MEDIAN),
        "ninetieth": words(NINETIETH),
        "number": figures.totals[topic].total(),
    }


def _week(week: summary.Week) -> str:
    """ "Nov 2 to Nov 8, 2026" """
    return _("%(first)s to %(last)s") % {
        "first": date_format(week.first, "M j"),
        "last": date_format(week.last, "M j, Y"),
    }


def _age(age: Age) -> str:
    """How long ago, in days."""
    if age.first is None:
        return _("%(n)d days or more") % {"n": age.youngest}
    if age.youngest == 0:
        return _("Today")
    eldest = (age.last - age.first).days + age.youngest
    return _("%(youngest)d to %(eldest)d days") % {"youngest": age.youngest, "eldest": eldest}


def _load(figures: Summary) -> list[tuple[str, int, str]]:
    """Who has how many, the most first; nobody's last. One query."""
    people = User.objects.in_bulk([key for key in figures.load if key is not None])
    found = [
        (_name(people.get(key)), number, _queue("open", assignee=key))
        for key, number in figures.load.most_common()
        if key is not None
    ]
    return [*found, (_("Nobody yet"), figures.load[None], _queue("unassigned"))]


def _name(user: User | None) -> str:
    """None: the account is deleted, and the figures have not followed yet."""
    return workflow.shown_name(user) if user else _("An account that is no more")


def _kinds(
    figures: Summary, topic: str, choices: Iterable[tuple[str, Any]], tab: str
) -> list[tuple[Any, int, str]]:
    """How many of each kind came in the range, in the order of the choices."""
    span = _span(figures.first, figures.last)
    only = {"source": Inquiry.Source.WEB.value} if topic == "came_from" else {}
    return [
        (
            label,
            figures.totals[topic][value],
            _queue(tab, **only, **{topic: value or "none"}, received=span),
        )
        for value, label in choices
    ]


def _span(first: datetime.date | None, last: datetime.date) -> str:
    """Two days as the queue's filter takes them; without the first, all up to the last."""
    return f"{first or ''}..{last}"


def _queue(tab: str, **filters: Any) -> str:
    """The queue's address for a tab and filters."""
    return (
        reverse("admin:admissions_inquiry_changelist")
        + "?"
        + urlencode({"show": tab, **filters}, safe=".")
    )
