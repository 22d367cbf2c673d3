"""Template filters for content records."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from programs import markdown as content_markdown

register = template.Library()


@register.filter
def markdown(text: str | None, top_heading: int = 3) -> SafeString | str:
    """Content Markdown as sanitised HTML; `#` becomes a heading of level `top_heading`."""
    return content_markdown.render(text, top_heading) if text else ""


@register.filter
def amount(value: Decimal | int) -> str:
    """A number without idle zeros: 2 for 2.0, 2.5 for 2.5."""
    return number_format(Decimal(value).normalize(), use_l10n=True) if value else "0"


@register.simple_tag
def span(low: Decimal | int, high: Decimal | int) -> str:
    """A range in words: "3 to 5", or "3" where both ends are the same."""
    if low == high:
        return amount(low)
    return _("%(low)s to %(high)s") % {"low": amount(low), "high": amount(high)}
