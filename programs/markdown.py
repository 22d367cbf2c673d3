"""Content Markdown to safe HTML."""

from __future__ import annotations

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

ALLOWED_TAGS = {
    "a", "blockquote", "br", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")
# A line of the source ends in a space: the same words in the page's JSON-LD then compress away.
_parser.add_render_rule("softbreak", lambda *_args: " ")


@lru_cache(maxsize=1024)
def render(text: str, top_heading: int = 3) -> SafeString:
    """`text` as sanitised HTML, its `#` headings beginning at level `top_heading` (2 to 6).

    Raw HTML in the text shows as text; scripts, styles, pictures and unknown addresses are
    dropped. Content is edited by few and read by many, so the result is kept (bounded).
    """
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + top_heading - 1, 6)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "sms", "tel"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 is what makes it safe
