"""A page's facts for machines: schema.org JSON-LD, one graph a page.

Only what the page itself shows and the clinic has entered goes in: a blank value has no property.
Nodes are named by address and fragment (`…/#clinic`), so that the same thing has the same name on
every page. Types and properties: https://schema.org, health section; `tests/programs/
test_structured.py` holds the table of those in use.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from .findability import PageMeta, plain
from .markdown import render
from .models import Clinic, Component, Condition, ContentRecord, OpeningHours, Program

Node = dict[str, Any]
Reference = dict[str, str]

# What a browser would take for the end of the data, or an old parser for the end of a line.
UNSAFE = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass(frozen=True)
class Crumb:
    """A step of the way to a page; `url` is a path, "" for the page itself."""

    name: str
    url: str


class Asked(NamedTuple):
    """A question and its answer (Markdown)."""

    question: str
    answer: str


@dataclass
class Shown:
    """What a page has shown so far; the tags of its templates note it down while they render."""

    crumbs: list[Crumb] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    reviewed: ContentRecord | None = None


@dataclass(frozen=True)
class Subject:
    """What a page is about: its own record, and what it links to. Paths begin with "/"."""

    record: ContentRecord | None
    programs: list[Program] = field(default_factory=list)
    components: list[tuple[str, str]] = field(default_factory=list)  # (title, path)
    conditions: list[Condition] = field(default_factory=list)
    opening_hours: list[OpeningHours] = field(default_factory=list)


def serialise(graph: list[Node]) -> SafeString:
    """`graph` as the inside of a `<script type="application/ld+json">`.

    No record can end the element or start another: <, > and & are written as escapes.
    """
    text = json.dumps(
        {"@context": "https://schema.org", "@graph": graph},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return mark_safe(text.translate(UNSAFE))  # noqa: S308 - what could end it is escaped


def graph(meta: PageMeta, clinic: Clinic, subject: Subject, shown: Shown) -> list[Node]:
    """The nodes of the page at `meta.canonical`: clinic, site, and page with what it is about.

    A thing is described once, where it is first named; elsewhere its name (`@id`) stands for it.
    No query of its own.
    """
    therapies, conditions = _things(meta, subject)
    services = [
        _ref(therapy) if therapy["url"] == meta.canonical else therapy for therapy in therapies
    ]
    return [
        _clinic(meta.root, clinic, subject.opening_hours) | _known(availableService=services),
        _website(meta, clinic),
        _page(meta, subject.record, shown)
        | _known(breadcrumb=_trail(meta, shown.crumbs))
        | _about(meta, [*therapies, *conditions], shown)
        | _known(mentions=[one for one in conditions if one["url"] != meta.canonical]),
    ]


def _known(**values: Any) -> Node:
    """The properties that have a value."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _ref(node: Node) -> Reference:
    return {"@id": node["@id"]}


# The clinic and its site


def _clinic(root: str, clinic: Clinic, opening_hours: list[OpeningHours]) -> Node:
    return {
        "@type": "MedicalClinic",
        "@id": f"{root}/#clinic",
        "url": f"{root}/",
        **_known(
            name=clinic.name,
            telephone=clinic.phone.as_e164 if clinic.phone else "",
            email=clinic.email,
            address=_address(clinic),
            openingHoursSpecification=_hours(opening_hours),
            isAcceptingNewPatients=clinic.accepting_new_clients,
            contactPoint=_contact(root, clinic),
        ),
    }


def _address(clinic: Clinic) -> Node | None:
    if not clinic.street:
        return None
    return {
        "@type": "PostalAddress",
        **_known(
            streetAddress=clinic.street,
            addressLocality=clinic.city,
            postalCode=clinic.postal_code,
        ),
    }


def _hours(opening_hours: list[OpeningHours]) -> list[Node]:
    """One node for each span of time, with all weekdays that have it."""
    days: dict[tuple[str, str], list[str]] = {}
    for span in opening_hours:
        times = (f"{span.opens:%H:%M}", f"{span.closes:%H:%M}")
        days.setdefault(times, []).append(WEEKDAYS[span.weekday])
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": names,
            "opens": opens,
            "closes": closes,
        }
        for (opens, closes), names in days.items()
    ]


def _contact(root: str, clinic: Clinic) -> Node:
    """Whom to ask: the form is always there."""
    return {
        "@type": "ContactPoint",
        "contactType": "admissions",
        "url": root + reverse("admissions:inquiry"),
        **_known(availableLanguage=clinic.language_list),
    }


def _website(meta: PageMeta, clinic: Clinic) -> Node:
    """The site; on its home page with the address of its search."""
    root, home = meta.root, f"{meta.root}/"
    site: Node = {
        "@type": "WebSite",
        "@id": f"{root}/#website",
        "url": home,
        "name": clinic.name,
        "publisher": {"@id": f"{root}/#clinic"},
    }
    if meta.canonical == home:
        site["potentialAction"] = {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{root}{reverse('programs:search')}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        }
    return site


# The page


def _page(meta: PageMeta, record: ContentRecord | None, shown: Shown) -> Node:
    kind = "MedicalWebPage" if record and record.is_clinical() else "WebPage"
    return {
        "@type": [kind, "FAQPage"] if shown.questions else kind,
        "@id": meta.canonical,
        "url": meta.canonical,
        "isPartOf": {"@id": f"{meta.root}/#website"},
        "publisher": {"@id": f"{meta.root}/#clinic"},
        **_known(name=meta.name, description=meta.description, inLanguage=meta.language),
        **_review(shown.reviewed),
    }


def _review(record: ContentRecord | None) -> Node:
    if record is None or record.reviewed_on is None:
        return {}
    reviewer = {"@type": "Person", "name": record.reviewed_by} if record.reviewed_by else None
    return _known(lastReviewed=record.reviewed_on.isoformat(), reviewedBy=reviewer)


def _about(meta: PageMeta, things: list[Node], shown: Shown) -> Node:
    """What the page is about: of `things` the one with its address; on the home page the clinic.

    The main entity of a page with questions is its questions: schema.org has it so.
    """
    own = next((thing for thing in things if thing["url"] == meta.canonical), None)
    if meta.canonical == f"{meta.root}/":
        own = {"@id": f"{meta.root}/#clinic"}
    if not shown.questions:
        return _known(mainEntity=own)
    questions = [_question(asked) for asked in shown.questions]
    return _known(mainEntity=questions, about=own)


def _question(asked: Asked) -> Node:
    return {
        "@type": "Question",
        "name": fold(asked.question),
        "acceptedAnswer": {"@type": "Answer", "text": plain(render(asked.answer, 4))},
    }


def _trail(meta: PageMeta, crumbs: list[Crumb]) -> Node | None:
    if not crumbs:
        return None
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": place,
                "name": fold(crumb.name),
                "item": meta.root + crumb.url if crumb.url else meta.canonical,
            }
            for place, crumb in enumerate(crumbs, start=1)
        ],
    }


# What it is about


def _things(meta: PageMeta, subject: Subject) -> tuple[list[Node], list[Node]]:
    """The therapies and the conditions that the page names."""
    record = subject.record
    programs = [
        _thing(
            meta,
            "therapy",
            one.get_absolute_url(),
            one.name,
            text=one.summary,
            short=one.abbreviation,
        )
        for one in subject.programs
    ]
    components = [_thing(meta, "therapy", path, title) for title, path in subject.components]
    conditions = list(subject.conditions)
    # Who helps with what: programs, unless it is a component's page that says so.
    helping = programs
    if isinstance(record, Component):
        path = record.get_absolute_url()
        helping = [_thing(meta, "therapy", path, record.title, text=record.text)]
        components += helping
    elif isinstance(record, Condition):
        conditions.append(record)
        helping = [*programs, *components]
    treatments = [_ref(therapy) for therapy in helping]
    return [*programs, *components], [
        _thing(meta, "condition", one.get_absolute_url(), one.name, text=one.summary)
        | _known(possibleTreatment=treatments)
        for one in conditions
    ]


def _thing(
    meta: PageMeta, kind: str, path: str, name: str, *, text: str = "", short: str = ""
) -> Node:
    """A "therapy" or a "condition" by its page; described on that page alone, where the text is."""
    address = meta.root + path
    node = {
        "@type": {"therapy": "MedicalTherapy", "condition": "MedicalCondition"}[kind],
        "@id": f"{address}#{kind}",
        "name": fold(name),
        "url": address,
    }
    if address != meta.canonical:
        return node
    return node | _known(alternateName=short, description=fold(text))


def fold(text: str) -> str:
    """A text that is no Markdown, white space folded."""
    return " ".join(text.split())
