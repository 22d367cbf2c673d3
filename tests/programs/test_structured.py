"""The JSON-LD of every page: well formed, in schema.org's words, true to what the page shows."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone
from jsonschema import Draft202012Validator

from programs import structured
from programs.models import Clinic, Component, Condition, Page, Program, Question
from tests.pages import COMPONENTS, CONDITIONS, FORM, PROGRAM, PUBLIC_PAGES, read

from . import rows

pytestmark = pytest.mark.usefixtures("site")

ROOT = "http://testserver"

# What schema.org (release 29) lets a type have, as far as we use it. A property may be inherited:
# a MedicalClinic is an Organization, a Place and a LocalBusiness; every type is a Thing.
TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": r"^http://testserver/\S*$"}
DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
CLOCK = {"type": "string", "pattern": r"^\d\d:\d\d$"}
DAY = {"enum": structured.WEEKDAYS}
LANGUAGE = {"enum": ["en", "es"]}
THING = {"name": TEXT, "url": URL, "description": TEXT, "alternateName": TEXT}
WEB_PAGE = {
    **THING,
    "isPartOf": "WebSite",
    "publisher": "MedicalClinic",
    "inLanguage": LANGUAGE,
    "breadcrumb": "BreadcrumbList",
    "mainEntity": ["MedicalTherapy", "MedicalCondition", "MedicalClinic", "Question"],
    "about": ["MedicalTherapy", "MedicalCondition", "MedicalClinic"],
    "mentions": "MedicalCondition",
    "lastReviewed": DATE,
    "reviewedBy": "Person",
}
VOCABULARY: dict[str, dict[str, Any]] = {
    "MedicalClinic": {
        **THING,
        "telephone": TEXT,
        "email": TEXT,
        "address": "PostalAddress",
        "openingHoursSpecification": "OpeningHoursSpecification",
        "isAcceptingNewPatients": {"type": "boolean"},
        "contactPoint": "ContactPoint",
        "availableService": "MedicalTherapy",
    },
    "PostalAddress": {"streetAddress": TEXT, "addressLocality": TEXT, "postalCode": TEXT},
    "OpeningHoursSpecification": {
        "dayOfWeek": {"type": "array", "items": DAY, "minItems": 1},
        "opens": CLOCK,
        "closes": CLOCK,
    },
    "ContactPoint": {
        "contactType": TEXT,
        "url": URL,
        "availableLanguage": {"type": "array", "items": TEXT, "minItems": 1},
    },
    "WebSite": {**THING, "publisher": "MedicalClinic", "potentialAction": "SearchAction"},
    "SearchAction": {"target": "EntryPoint", "query-input": TEXT},
    "EntryPoint": {"urlTemplate": URL},
    "WebPage": WEB_PAGE,
    "MedicalWebPage": WEB_PAGE,
    "BreadcrumbList": {"itemListElement": "ListItem"},
    "ListItem": {"position": {"type": "integer", "minimum": 1}, "name": TEXT, "item": URL},
    "Question": {"name": TEXT, "acceptedAnswer": "Answer"},
    "Answer": {"text": TEXT},
    "Person": {"name": TEXT},
    "MedicalTherapy": THING,
    "MedicalCondition": {**THING, "possibleTreatment": "MedicalTherapy"},
}
REFERENCE = {
    "type": "object",
    "properties": {"@id": URL},
    "required": ["@id"],
    "additionalProperties": False,
}
# A page with questions is both at once.
TYPES = {
    name: {"enum": [name, [name, "FAQPage"]]} if name.endswith("WebPage") else {"const": name}
    for name in ["WebPage", *VOCABULARY]
}


def _expected(value: Any) -> dict[str, Any]:
    """The schema of a property: of a plain value, or of a node of the types named, or several."""
    if isinstance(value, dict):
        return value
    names = [value] if isinstance(value, str) else value
    one = {"anyOf": [REFERENCE, *({"$ref": f"#/$defs/{name}"} for name in names)]}
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


SCHEMA = {
    "type": "object",
    "properties": {
        "@context": {"const": "https://schema.org"},
        "@graph": {
            "type": "array",
            "items": {
                "anyOf": [
                    {"$ref": f"#/$defs/{name}"}
                    for name in ("MedicalClinic", "WebSite", "WebPage", "MedicalWebPage")
                ]
            },
        },
    },
    "required": ["@context", "@graph"],
    "additionalProperties": False,
    "$defs": {
        name: {
            "type": "object",
            "properties": {
                "@type": TYPES[name],
                "@id": URL,
                **{key: _expected(value) for key, value in properties.items()},
            },
            "required": ["@type"],
            "additionalProperties": False,
        }
        for name, properties in VOCABULARY.items()
    },
}


def data_of(soup: BeautifulSoup) -> dict[str, Any]:
    (script,) = soup.find_all("script", type="application/ld+json")
    return json.loads(script.string)


def nodes_of(value: Any) -> list[dict[str, Any]]:
    """Every described node, however deep."""
    if isinstance(value, list):
        return [node for item in value for node in nodes_of(item)]
    if not isinstance(value, dict):
        return []
    own = [value] if "@type" in value else []
    return own + [node for item in value.values() for node in nodes_of(item)]


def find(data: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [node for node in nodes_of(data) if kind in [node["@type"], *node["@type"]]]


def page_node(data: dict[str, Any]) -> dict[str, Any]:
    return data["@graph"][2]


def squeezed(text: str) -> str:
    """Without white space: where tags begin and end does not matter."""
    return "".join(text.split())


def fill_in(**values: Any) -> None:
    Clinic.objects.update_or_create(pk=1, defaults=values)


def everything_known() -> None:
    """A clinic and records with every value that the data can hold (all made up)."""
    fill_in(
        phone="+16195550123",
        email="hello@clinic.example",
        street="1 Test Street",
        city="San Diego",
        postal_code="92101",
        accepting_new_clients=True,
        accepting_checked_on=timezone.localdate(),
        languages="English\nSpanish",
    )
    for weekday in (0, 1):
        rows.hours(weekday=weekday, opens=time(9), closes=time(17, 30)).save()
    reviewed = {"reviewed_by": "Dr. Test Person", "reviewed_on": timezone.localdate()}
    for model in (Page, Program, Component, Condition):
        model.objects.update(**reviewed)


def test_the_schema_itself_is_sound():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_uses_schema_orgs_types_and_properties(client, path, known):
    if known:
        everything_known()
    soup = read(client, path)
    if "noindex" in soup.find("meta", attrs={"name": "robots"})["content"]:
        return
    mistakes = list(Draft202012Validator(SCHEMA).iter_errors(data_of(soup)))
    assert not mistakes, "\n".join(mistake.message[:500] for mistake in mistakes)


@pytest.mark.parametrize("path", [*PUBLIC_PAGES])
def test_every_name_it_refers_to_is_described_once_on_the_same_page(client, path):
    data = data_of(read(client, path))
    described = [node["@id"] for node in nodes_of(data) if "@id" in node]
    assert len(described) == len(set(described))

    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [name for item in value for name in references(item)]
        if not isinstance(value, dict):
            return []
        if set(value) == {"@id"}:
            return [value["@id"]]
        return [name for item in value.values() for name in references(item)]

    assert set(references(data)) <= set(described)


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_every_text_can_be_read_on_the_page(client, path):
    everything_known()
    soup = read(client, path)
    data = data_of(soup)
    seen = squeezed(soup.body.get_text(" ") + soup.title.get_text())
    seen += squeezed(soup.find("meta", attrs={"name": "description"})["content"])
    for node in nodes_of(data):
        for key in ("name", "description", "text", "alternateName", "streetAddress"):
            assert squeezed(node.get(key, "")) in seen, f"{key} of {node['@type']}: {node[key]}"


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_the_breadcrumbs_are_those_on_the_page(client, path):
    soup = read(client, path)
    visible = soup.select(".breadcrumbs li")
    trails = find(data_of(soup), "BreadcrumbList")
    if not visible:
        assert path == "/"
        assert trails == []
        return
    listed = trails[0]["itemListElement"]
    assert [item["name"] for item in listed] == [" ".join(li.get_text().split()) for li in visible]
    hrefs = [li.a["href"] if li.a else path for li in visible]
    assert [item["item"] for item in listed] == [ROOT + href for href in hrefs]
    assert [item["position"] for item in listed] == list(range(1, len(visible) + 1))


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_the_questions_are_those_on_the_page(client, path):
    soup = read(client, path)
    page = page_node(data_of(soup))
    visible = [" ".join(h.get_text().split()) for h in soup.select("details.question summary")]
    questions = page["mainEntity"] if "FAQPage" in page["@type"] else []
    assert [question["name"] for question in questions] == visible


def test_an_unanswered_question_is_not_in_the_data(client):
    Question.objects.filter(slug="what-is-iop").update(answer="", answer_en="")
    names = [node["name"] for node in find(data_of(read(client, "/questions/")), "Question")]
    assert "What is an intensive outpatient program?" not in names
    assert names


def test_a_clinic_of_which_only_the_name_is_known_has_no_blank_values(client):
    clinic = find(data_of(read(client, "/privacy/")), "MedicalClinic")[0]
    assert clinic == {
        "@type": "MedicalClinic",
        "@id": f"{ROOT}/#clinic",
        "url": f"{ROOT}/",
        "name": "Amity San Diego",
        "contactPoint": {
            "@type": "ContactPoint",
            "contactType": "admissions",
            "url": ROOT + FORM,
        },
    }


def test_what_staff_entered_about_the_clinic_is_in_the_data(client):
    everything_known()
    clinic = find(data_of(read(client, "/admissions/")), "MedicalClinic")[0]
    assert clinic["telephone"] == "+16195550123"
    assert clinic["email"] == "hello@clinic.example"
    assert clinic["isAcceptingNewPatients"] is True
    assert clinic["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "1 Test Street",
        "addressLocality": "San Diego",
        "postalCode": "92101",
    }
    assert clinic["contactPoint"]["availableLanguage"] == ["English", "Spanish"]
    assert clinic["openingHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": ["Monday", "Tuesday"],
            "opens": "09:00",
            "closes": "17:30",
        }
    ]


def test_a_clinic_that_takes_nobody_says_so(client):
    fill_in(accepting_new_clients=False, accepting_checked_on=timezone.localdate())
    clinic = find(data_of(read(client, "/")), "MedicalClinic")[0]
    assert clinic["isAcceptingNewPatients"] is False


@pytest.mark.parametrize("path", [PROGRAM, COMPONENTS[0], CONDITIONS[0], "/privacy/"])
def test_a_review_is_in_the_data_only_once_there_was_one(client, path):
    page = page_node(data_of(read(client, path)))
    assert "lastReviewed" not in page
    assert "reviewedBy" not in page
    everything_known()
    page = page_node(data_of(read(client, path)))
    assert page["lastReviewed"] == timezone.localdate().isoformat()
    assert page["reviewedBy"] == {"@type": "Person", "name": "Dr. Test Person"}


def test_the_programs_page_is_about_its_therapy(client):
    page = page_node(data_of(read(client, PROGRAM)))
    assert page["@type"] == "MedicalWebPage"
    assert page["mainEntity"]["@type"] == "MedicalTherapy"
    assert page["mainEntity"]["name"] == "Intensive Outpatient Program"
    assert page["mainEntity"]["alternateName"] == "IOP"
    assert page["mainEntity"]["description"] == Program.objects.get().summary
    assert [condition["url"] for condition in page["mentions"]] == [ROOT + p for p in CONDITIONS]


def test_the_clinic_offers_the_program_and_its_components(client):
    clinic = find(data_of(read(client, PROGRAM)), "MedicalClinic")[0]
    assert [service["@id"] for service in clinic["availableService"]] == [
        f"{ROOT}{path}#therapy" for path in (PROGRAM, *COMPONENTS)
    ]


def test_a_components_page_is_about_its_therapy(client):
    page = page_node(data_of(read(client, COMPONENTS[0])))
    assert page["mainEntity"]["@type"] == "MedicalTherapy"
    assert page["mainEntity"]["url"] == ROOT + COMPONENTS[0]


def test_a_condition_names_the_program_as_its_treatment(client):
    page = page_node(data_of(read(client, CONDITIONS[0])))
    condition = page["mainEntity"]
    assert condition["@type"] == "MedicalCondition"
    assert {"@id": f"{ROOT}{PROGRAM}#therapy"} in condition["possibleTreatment"]


def test_pages_about_the_law_and_the_site_are_no_medical_pages(client):
    kinds = {path: page_node(data_of(read(client, path)))["@type"] for path in ("/privacy/", FORM)}
    assert set(kinds.values()) == {"WebPage"}


def test_addresses_begin_with_site_url_when_it_is_set(client, settings):
    settings.SITE_URL = "https://clinic.example"
    text = json.dumps(data_of(read(client, PROGRAM)))
    assert "testserver" not in text
    assert f"https://clinic.example{PROGRAM}#therapy" in text


@pytest.mark.parametrize(
    "odd",
    [
        '</script><script>alert("1")</script>',
        "<!--<script>",
        'Tom & Jerry\'s "quotes" \\ back',
        "emoji 🌊 and ñ",
        "line\u2028and\u2029paragraph",
        "{{ template }} {% tag %}",
    ],
)
def test_odd_texts_come_through_whole_and_end_nothing(client, odd):
    Component.objects.filter(slug="group-therapy").update(text_en=odd, title_en=odd)
    response = client.get(COMPONENTS[0])
    soup = BeautifulSoup(response.content, "html5lib")
    assert len(soup.find_all("script", type="application/ld+json")) == 1
    assert soup.find("script", string=lambda text: text and text.startswith("alert")) is None
    entity = page_node(data_of(soup))["mainEntity"]
    assert entity["description"] == " ".join(odd.split())
    raw = response.content.decode().rpartition('<script type="application/ld+json">')[2]
    inside = raw.partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(inside)


@pytest.mark.parametrize("path", [f"{FORM}received/made-up/", "/no-such-page/"])
def test_pages_that_are_not_to_be_indexed_have_none(client, path):
    response = client.get(path)
    assert b"ld+json" not in response.content


def test_what_a_form_answers_to_a_post_has_none(client):
    response = client.post(f"{FORM}check/", {})
    assert response.status_code == 422
    assert b"ld+json" not in response.content
