"""Template filters for content records."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs import drawings
from programs import markdown as content_markdown
from programs.models import CrisisLine, LevelOfCare, Program

register = template.Library()

# The kinds of page that the inquiry form is told of: the names of their addresses.
KINDS = {"component", "condition", "planner"}


@register.filter
def markdown(text: str | None, top_heading: int = 3) -> SafeString | str:
    """Content Markdown as sanitised HTML; `#` becomes a heading of level `top_heading`."""
    return content_markdown.render(text, top_heading) if text else ""


@register.filter
def amount(value: Decimal | int) -> str:
    """A number without idle zeros: 2 for 2.0, 2.5 for 2.5."""
    return number_format(Decimal(value).normalize(), use_l10n=True) if value else "0"


@register.filter
def in_time(minutes: int) -> str:
    """Minutes in words, as hours where they come out whole: "45 minutes", "2 hours"."""
    hours, rest = divmod(minutes, 60)
    if rest:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


@register.filter
def that_find_care(lines: Iterable[CrisisLine]) -> list[CrisisLine]:
    """Of the crisis lines those that help to find treatment."""
    return [line for line in lines if line.finds_care]


@register.simple_tag(takes_context=True)
def inquiry_url(context: template.Context, audience: str = "") -> str:
    """The form's address: worded for `audience`, and told from what kind of page it is opened.

    Never from which page: that would say what somebody has.
    """
    match = getattr(context.get("request"), "resolver_match", None)
    kind = match.url_name if match and match.url_name in KINDS else ""
    query = urlencode({name: told for name, told in (("for", audience), ("from", kind)) if told})
    return reverse("admissions:inquiry") + (f"?{query}" if query else "")


@register.simple_tag
def span(low: Decimal | int, high: Decimal | int) -> str:
    """A range in words: "3 to 5", or "3" where both ends are the same."""
    if low == high:
        return amount(low)
    return _("%(low)s to %(high)s") % {"low": amount(low), "high": amount(high)}


@register.inclusion_tag("components/week_drawing.html")
def week_drawing(program: Program) -> dict[str, Any]:
    """A week of the program, drawn from its numbers, with the same in words beside it."""
    return {
        "program": program,
        "drawing": drawings.week(
            sessions=(program.sessions_min, program.sessions_max),
            hours=(program.session_hours_min, program.session_hours_max),
            days=[str(WEEKDAYS_ABBR[day]) for day in range(drawings.DAYS)],
        ),
    }


@register.inclusion_tag("components/continuum_drawing.html")
def continuum_drawing(levels: Iterable[LevelOfCare], program: Program | None) -> dict[str, Any]:
    """The levels of care as stairs, with the step that `program` stands on marked."""
    levels = list(levels)
    here = next(
        (n for n, level in enumerate(levels) if program and level.pk == program.level_id), None
    )
    hours = ""
    if program and here is not None:
        hours = _("%(hours)s h a week") % {"hours": span(*program.weekly_hours)}
    return {
        "levels": levels,
        "current": program.level_id if program else None,
        "drawing": drawings.stairs(
            [(level.name, hours if n == here else "") for n, level in enumerate(levels)], here=here
        ),
    }
