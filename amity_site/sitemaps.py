"""Every page that search engines may show, with the time its words last changed."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import CharField, DateTimeField, F, Value
from django.urls import reverse
from django.utils import timezone

from programs import models
from programs.languages import open_languages

# What stands on a page beside its own record: the kinds of records, by the name of the page's
# address. A test changes every record in turn and compares this with the pages.
SHOWS: dict[str, set[str]] = {
    "home": {
        "program", "component", "suitabilitycriterion", "condition", "admissionstep", "on_home",
    },
    "programs": {"program", "levelofcare"},
    "program": {
        "entrypath", "component", "suitabilitycriterion", "durationfactor", "condition",
        "levelofcare",
    },
    "component": {"program", "component", "condition"},
    "guide": {"suitabilitycriterion", "otherlevelsign", "levelofcare"},
    "conditions": {"condition"},
    "condition": {"condition", "component", "program"},
    "questions": {"question"},
    "families": {"family"},
    "professionals": {"professional", "program", "levelofcare"},
    "admissions": {"admissionstep", "clinic"},
    "help-now": {"crisisline"},
    "accessibility": {"clinic"},
    "language-help": {"clinic"},
}  # fmt: skip

PARTS = ("entrypath", "component", "suitabilitycriterion", "durationfactor", "otherlevelsign")
PAGES_OF_A_PROGRAM = ("program", "guide", "planner")


class Row(NamedTuple):
    """A record that is live, or was: `owner` is the slug of the program or page it belongs to."""

    kind: str
    slug: str
    owner: str
    updated_at: datetime.datetime
    live_from: datetime.datetime
    live_until: datetime.datetime | None

    def is_live(self, at: datetime.datetime) -> bool:
        return self.live_until is None or self.live_until > at

    def changed(self, at: datetime.datetime) -> datetime.datetime:
        """When visitors last saw it change: edited, come, or gone."""
        if self.live_until is not None and not self.is_live(at):
            return self.live_until
        return max(self.updated_at, self.live_from)


class Entry(NamedTuple):
    """A page: the name of its address, what that takes, and when its words last changed."""

    name: str
    args: tuple[str, ...] = ()
    changed: datetime.datetime | None = None


class SiteSitemap(Sitemap):
    """The live records that have a page, the inquiry form and the search. One query for all.

    Addresses begin with SITE_URL, or with the request's own host while that is unset. A page's
    frame (header, footer, crisis lines) does not count as its words, and a record that was
    deleted leaves no time behind.
    """

    # Their words are the site's own: no record says when they changed.
    FIXED = (Entry("admissions:inquiry"), Entry("programs:search"))

    alternates = x_default = True  # where more than one language is open

    def __init__(self) -> None:
        self.languages = open_languages()
        self.i18n = len(self.languages) > 1

    @cached_property
    def _entries(self) -> list[Entry]:
        # Django asks for the items several times a request; each request has its own instance.
        return [*_entries(timezone.now()), *self.FIXED]

    def items(self) -> list[Entry]:
        return self._entries

    def location(self, item: Entry) -> str:
        return reverse(item.name, args=item.args)

    def lastmod(self, item: Entry) -> datetime.datetime | None:
        return item.changed

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme or protocol or "https"

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc or super().get_domain(site)


SITEMAPS = {"site": SiteSitemap}


def _entries(at: datetime.datetime) -> list[Entry]:
    """The pages that are live at `at`."""
    rows = _rows(at)
    live = [row for row in rows if row.is_live(at)]
    latest = _latest(rows, at)

    def entry(name: str, row: Row, *args: str, program: str = "") -> Entry:
        """The page `name`, `row` being its record; `program` limits its parts to that one's."""
        shown = [(kind, program if kind in PARTS else "") for kind in SHOWS.get(name, ())]
        sections = ("pagesection", row.slug)
        times = [latest[key] for key in (*shown, sections) if key in latest]
        return Entry(f"programs:{name}", args, max([row.changed(at), *times]))

    pages = [row for row in live if row.kind == "page"]
    programs = {row.slug: row for row in live if row.kind == "program"}
    return [
        *(entry(row.slug, row) for row in pages if models.Page(slug=row.slug).has_address()),
        *(
            entry(name, row, slug, program=slug)
            for name in PAGES_OF_A_PROGRAM
            for slug, row in programs.items()
        ),
        *(
            entry("component", row, row.owner, row.slug, program=row.owner)
            for row in live
            if row.kind == "component" and row.owner in programs
        ),
        *(entry("condition", row, row.slug) for row in live if row.kind == "condition"),
    ]


def _latest(rows: list[Row], at: datetime.datetime) -> dict[tuple[str, str], datetime.datetime]:
    """The latest change by (kind, owner), and by (kind, "") whoever the owner is."""
    latest: dict[tuple[str, str], datetime.datetime] = {}
    for row in rows:
        for owner in {row.owner, ""}:
            known = latest.get((row.kind, owner))
            latest[row.kind, owner] = max(filter(None, [known, row.changed(at)]))
    return latest


def _rows(at: datetime.datetime) -> list[Row]:
    """Every record that is live at `at` or was before. One query."""
    m = models
    own = [m.Page, m.Program, m.Condition, m.LevelOfCare, m.AdmissionStep, m.CrisisLine]
    parts = [
        m.EntryPath, m.Component, m.SuitabilityCriterion, m.DurationFactor, m.OtherLevelSign,
    ]  # fmt: skip
    queries = [
        *(_columns(model.objects.all()) for model in own),
        *(_columns(model.objects.all(), owner="program__slug") for model in parts),
        _columns(m.PageSection.objects.filled(), owner="page__slug"),
        _columns(m.Question.objects.answered()),
        _columns(m.Question.objects.on_home(), kind="on_home"),
        *(
            _columns(m.Question.objects.asked_by(audience), kind=audience)
            for audience in ("family", "professional")
        ),
    ]
    first, *rest = [query.filter(live_from__lte=at) for query in [*queries, _clinic()]]
    return [Row(*row) for row in first.union(*rest, all=True)]


def _columns(records: Any, *, kind: str = "", owner: str = "") -> Any:
    """What a Row holds of `records`; `kind` is the model's name unless given."""
    # As in ContentQuerySet.as_rows: modeltranslation would put the columns in another order, and
    # SQLite allows no ORDER BY inside a union.
    return (
        records.rewrite(False)
        .order_by()
        .annotate(
            kind=Value(kind or records.model._meta.model_name, output_field=CharField()),
            owner=F(owner) if owner else Value("", output_field=CharField()),
        )
        .values_list(*Row._fields)
    )


def _clinic() -> Any:
    """The clinic as a Row, with the hours and payers that are saved with it. It is always live."""
    return models.Clinic.objects.annotate(
        kind=Value("clinic", output_field=CharField()),
        slug=Value("", output_field=CharField()),
        owner=Value("", output_field=CharField()),
        live_from=F("updated_at"),
        live_until=Value(None, output_field=DateTimeField()),
    ).values_list(*Row._fields)
