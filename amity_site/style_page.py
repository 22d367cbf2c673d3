"""The living style page, /admin/style/: every component of the public site in every state.

For staff who change how the site looks. It is put together from the public templates themselves,
so it cannot show anything but what visitors see.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse

from admissions.forms import InquiryForm

from .tokens import MARK_PAIRS, SCHEMES, TEXT_PAIRS, colours, contrast

SCENES = ("coast", "path", "circle", "table", "letter", "horizon")


class Sample(NamedTuple):
    """One colour on another in one scheme; `ratio` is WCAG's, `enough` says whether it will do."""

    colour: str
    ground: str
    ratio: float
    enough: bool


def pairs(names: list[tuple[str, str]], least: float) -> list[tuple[str, str, list[Sample]]]:
    """(token, ground's token, a sample for each scheme) for each pair of `names`."""
    return [
        (name, ground, [_sample(colours(scheme), name, ground, least) for scheme in SCHEMES])
        for name, ground in names
    ]


def _sample(tokens: dict[str, str], name: str, ground: str, least: float) -> Sample:
    ratio = contrast(tokens[name], tokens[ground])
    return Sample(tokens[name], tokens[ground], ratio, ratio >= least)


def style_page(request: HttpRequest) -> HttpResponse:
    """Two queries, those of the frame. Whether the user may is the admin site's to say."""
    wrong = InquiryForm(QueryDict("asking_for=self&contact_by=call&phone=12"))
    wrong.auto_id = "wrong_%s"
    calm = InquiryForm()
    names = ("asking_for", "name", "phone", "situation", "message")
    context: dict[str, Any] = {
        "text_pairs": pairs(TEXT_PAIRS, 7),
        "mark_pairs": pairs(MARK_PAIRS, 3),
        "scenes": [f"components/scenes/{name}.html" for name in SCENES],
        "fields": [calm[name] for name in names],
        "wrong_fields": [wrong[name] for name in names],
        "wrong": wrong,
    }
    return TemplateResponse(request, "admin/style.html", context)
