"""Tags of the page frame: the head's titles and links, and the page's facts as JSON-LD.

`capture` keeps what a block of the page rendered, so that a title is written once and stands in
the head, in link previews and in the facts. `trail` and `question_shown` note down what is shown
where it is shown.
"""

from __future__ import annotations

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs import findability, structured
from programs.models import ContentRecord, PartRow, Program, Question

register = template.Library()

# Error pages are rendered without the clinic's record.
NAME_WITHOUT_RECORD = "Amity San Diego"


class CaptureNode(template.Node):
    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> str:
        context[self.name] = self.nodelist.render(context)
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture name %}…{% endcapture %}`: sets `name` to what it holds, and shows nothing."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, name)


@register.simple_tag(takes_context=True)
def page_meta(context: Context, title: str, description: str, robots: str) -> findability.PageMeta:
    """The head of this page, from what its blocks rendered; begins the notes of what it shows."""
    context["shown"] = structured.Shown()
    return findability.page_meta(
        context.get("request"),
        title=title,
        description=description,
        robots=robots,
        language=get_language() or "",
        clinic=str(getattr(context.get("clinic"), "name", "") or NAME_WITHOUT_RECORD),
    )


@register.simple_tag(takes_context=True)
def trail(context: Context, here: str, *steps: str) -> list[structured.Crumb]:
    """The way from the home page to `here`; `steps` are (name, path) in turn, blank ones left out.

    The page's facts list the same steps.
    """
    pairs = [(_("Home"), reverse("programs:home")), *zip(steps[::2], steps[1::2], strict=True)]
    crumbs = [structured.Crumb(str(name), str(url)) for name, url in pairs if url]
    crumbs.append(structured.Crumb(str(here), ""))
    if shown := context.get("shown"):
        shown.crumbs = crumbs
    return crumbs


@register.simple_tag(takes_context=True)
def question_shown(context: Context, record: Question | PartRow) -> structured.Asked:
    """The question and answer to show, noted for the page's facts."""
    asked = (
        structured.Asked(record.title, record.text)
        if isinstance(record, PartRow)
        else structured.Asked(record.question, record.answer)
    )
    if shown := context.get("shown"):
        shown.questions.append(asked)
    return asked


@register.simple_tag(takes_context=True)
def review_shown(context: Context, record: ContentRecord) -> str:
    """Notes that the page says who reviewed `record`, and when; renders nothing."""
    if shown := context.get("shown"):
        shown.reviewed = record
    return ""


@register.simple_tag(takes_context=True)
def structured_data(context: Context) -> SafeString | str:
    """The page's facts as JSON-LD, at its end: by then its tags have noted all that it shows.

    Nothing on a page that is not to be indexed. No query: it reads what the view fetched for the
    page, under the names `_subject` has.
    """
    meta: findability.PageMeta | None = context.get("meta")
    if meta is None or not meta.canonical:
        return ""
    graph = structured.graph(meta, context["clinic"], _subject(context), context["shown"])
    return format_html(
        '<script type="application/ld+json">{}</script>', structured.serialise(graph)
    )


def _subject(context: Context) -> structured.Subject:
    program: Program | None = context.get("program")
    parts = (context.get("parts") or {}).get("component") or ()
    of_condition = context.get("components") or ()
    return structured.Subject(
        record=context.get("object") or context.get("page"),
        programs=list(context.get("programs") or ([program] if program else [])),
        components=[
            *((component.title, component.get_absolute_url()) for component in of_condition),
            *((part.title, _component_path(program, part.slug)) for part in parts if program),
        ],
        conditions=list(context.get("conditions") or ()),
        opening_hours=list(context.get("opening_hours") or ()),
    )


def _component_path(program: Program, slug: str) -> str:
    return reverse("programs:component", args=[program.slug, slug])
