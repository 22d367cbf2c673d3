"""The living style page, /admin/style/: the public templates with sample records in every state.

For staff who change how the site looks. What has a template is shown by that template
(style_samples.py); what has none (colours, type, buttons) stands in templates/admin/style.html. A
test compares the page with the style sheets, so that neither has a class the other lacks.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from programs.models import CrisisLine

from .style_samples import Sample, samples
from .tokens import MARK_PAIRS, SCHEMES, TEXT_PAIRS, colours, contrast

SCENES = ("coast", "path", "circle", "table", "letter", "horizon")
MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
ID = re.compile(r'\bid="([^"]+)"')
NAMED = re.compile(r'\b(id|for|headers|aria-labelledby|aria-describedby)="([^"]+)"')
WITHIN = re.compile(r'\bhref="#([^"]+)"')
# Its look hangs on its id, which is a promise to whoever reads the confirmation by program.
KEPT = "inquiry-reference"


class Swatch(NamedTuple):
    """One colour on another in one scheme; `ratio` is WCAG's, `enough` says whether it will do."""

    colour: str
    ground: str
    ratio: float
    enough: bool


class Shown(NamedTuple):
    """A rendered sample, and the id of its heading."""

    anchor: str
    title: str | Promise
    template: str
    html: SafeString
    in_column: bool  # whether it needs a column to stand in


def pairs(names: list[tuple[str, str]], least: float) -> list[tuple[str, str, list[Swatch]]]:
    """(token, ground's token, a swatch for each scheme) for each pair of `names`."""
    return [
        (name, ground, [_swatch(colours(scheme), name, ground, least) for scheme in SCHEMES])
        for name, ground in names
    ]


def _swatch(tokens: dict[str, str], name: str, ground: str, least: float) -> Swatch:
    ratio = contrast(tokens[name], tokens[ground])
    return Swatch(tokens[name], tokens[ground], ratio, ratio >= least)


def style_page(request: HttpRequest) -> HttpResponse:
    """Three queries, two of them the frame's. Whether the user may is the admin site's to say."""
    lines = list(CrisisLine.objects.live())
    context: dict[str, Any] = {
        "text_pairs": pairs(TEXT_PAIRS, 7),
        "mark_pairs": pairs(MARK_PAIRS, 3),
        "scenes": [f"components/scenes/{name}.html" for name in SCENES],
        "gallery": [show(sample, f"sample-{n}") for n, sample in enumerate(samples(lines), 1)],
    }
    return TemplateResponse(request, "admin/style.html", context)


def show(sample: Sample, anchor: str) -> Shown:
    """The sample as visitors see it, but for its ids, which are its own, and its forms, which send
    nothing. Of a page, what stands in <main>."""
    html: str = render_to_string(sample.template, sample.context)
    main = MAIN.search(html)
    if main:
        html = main[1]
    known = set(ID.findall(html)) - {KEPT}

    def own(name: str) -> str:
        return f"{anchor}-{name}" if name in known else name

    def names(match: re.Match[str]) -> str:
        return f'{match[1]}="{" ".join(map(own, match[2].split()))}"'

    html = NAMED.sub(names, html)
    html = WITHIN.sub(lambda match: f'href="#{own(match[1])}"', html)
    html = html.replace(' method="post"', ' method="dialog"').replace(" autofocus", "")
    in_column = sample.in_column and not main
    return Shown(anchor, sample.title, sample.template, mark_safe(html), in_column)  # noqa: S308
