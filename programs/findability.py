"""What a page tells machines about itself: its one address, its title, its description."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.html import strip_tags

from .languages import open_languages

TITLE_LIMIT = 70  # characters, with the clinic's name
DESCRIPTION_LIMIT = 160  # characters
# What a browser paints around the page: --ground of static/css/_tokens.scss in each scheme.
GROUND_LIGHT, GROUND_DARK = "#fcf8f0", "#102020"
OPEN_GRAPH_LOCALES = {"en": "en_US", "es": "es_US"}


@dataclass(frozen=True)
class PageMeta:
    """The head of one page, as plain text. `canonical` is "" where a page is not to be indexed."""

    name: str  # the title without the clinic's name
    title: str
    description: str
    robots: str
    language: str
    site_name: str
    root: str  # the site's address without a trailing slash; "" where there is no request
    canonical: str
    alternates: list[tuple[str, str]]  # (language, address), while more than one language is open

    ground_light = GROUND_LIGHT
    ground_dark = GROUND_DARK

    @property
    def locale(self) -> str:
        """The language as Open Graph writes it."""
        return OPEN_GRAPH_LOCALES.get(self.language, self.language)


def page_meta(
    request: HttpRequest | None,
    *,
    title: str,
    description: str,
    robots: str,
    language: str,
    clinic: str,
) -> PageMeta:
    """The head of the page that answers `request`; None when an error page has none at hand.

    `title`, `description` and `robots` are what the page's template blocks rendered, in HTML.
    Only a page that was asked for with GET and does not say "noindex" has an address to give:
    what a form answers to a POST lives nowhere.
    """
    name = plain(title)
    indexable = (
        request is not None and request.method in {"GET", "HEAD"} and "noindex" not in robots
    )
    site = root(request) if request else ""
    canonical = site + request.path if request and indexable else ""
    return PageMeta(
        name=name,
        title=full_title(name, clinic),
        description=shorten(plain(description), DESCRIPTION_LIMIT),
        robots=plain(robots),
        language=language,
        site_name=clinic,
        root=site,
        canonical=canonical,
        alternates=alternates(canonical),
    )


def root(request: HttpRequest) -> str:
    """The site's own address without a trailing slash: SITE_URL, or the request's host."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def alternates(address: str) -> list[tuple[str, str]]:
    """The page at `address` in each open language and where none fits; [] while there is one."""
    languages = open_languages()
    if not address or len(languages) < 2:  # noqa: PLR2004 - a page is no alternate to itself
        return []
    pairs = [(language, translate_url(address, language)) for language in languages]
    return [*pairs, ("x-default", pairs[0][1])]


def plain(markup: str) -> str:
    """The words of rendered HTML, white space folded; blocks are apart, inline marks leave none."""
    apart = re.sub(r"<(?=/?(?:p|li|h[1-6]|t[dh]|blockquote|br|hr)\b)", " <", markup)
    return " ".join(html.unescape(strip_tags(apart)).split())


def full_title(name: str, clinic: str) -> str:
    """`name` and the clinic's; `name` alone where both are too long for a search result."""
    both = f"{name} – {clinic}"
    return both if len(both) <= TITLE_LIMIT else shorten(name, TITLE_LIMIT)


def shorten(text: str, limit: int) -> str:
    """`text` in `limit` characters: whole, or whole sentences, or else whole words and "…".

    Sentences only where they fill a good part of it.
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    sentences = re.match(rf".{{{limit * 2 // 5},{limit - 1}}}[.?!](?=\s)", text)
    if sentences:
        return sentences[0]
    words, _space, cut_word = text[:limit].rpartition(" ")
    return (words or cut_word[: limit - 1]).rstrip(" ,;:–-") + "…"
