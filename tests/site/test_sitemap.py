"""sitemap.xml: the pages that search engines may show, and when their words last changed."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from amity_site import sitemaps
from programs import models
from tests.pages import COMPONENTS, FORM, PROGRAM, PUBLIC_PAGES, read, text_of
from tests.programs import rows

from .bilingual import BilingualAddresses

pytestmark = pytest.mark.usefixtures("site")

ROOT = "http://testserver"
WITHOUT_RECORD = [FORM, "/search/"]
LATER = timezone.make_aware(datetime.datetime(2031, 5, 17, 12))
MARK = "Quokka"
KINDS = [
    models.AdmissionStep,
    models.Component,
    models.Condition,
    models.CrisisLine,
    models.DurationFactor,
    models.EntryPath,
    models.LevelOfCare,
    models.OtherLevelSign,
    models.Page,
    models.PageSection,
    models.Program,
    models.Question,
    models.SuitabilityCriterion,
]


def _entries(client) -> dict[str, str]:
    """The XML of each entry, by its address."""
    text = client.get("/sitemap.xml").content.decode()
    found = {}
    for entry in re.findall("<url>(.*?)</url>", text, re.DOTALL):
        (address,) = re.findall("<loc>(.*?)</loc>", entry)
        assert address not in found
        found[address.removeprefix(ROOT)] = entry
    return found


def entries(client) -> dict[str, str]:
    """The last change of each address, "" where none is given."""
    return {
        address: "".join(re.findall("<lastmod>(.*?)</lastmod>", entry))
        for address, entry in _entries(client).items()
    }


def test_lists_exactly_the_pages_that_may_be_indexed(client):
    indexable = [page for page in PUBLIC_PAGES if read(client, page).find("link", rel="canonical")]
    assert sorted(entries(client)) == sorted(indexable)


def test_every_listed_page_opens_and_says_that_this_is_its_address(client):
    for address in entries(client):
        assert read(client, address).find("link", rel="canonical")["href"] == ROOT + address


def test_uses_site_url_when_it_is_set(client, settings):
    settings.SITE_URL = "https://clinic.example"
    assert all(address.startswith("https://clinic.example/") for address in entries(client))


def test_every_page_of_records_says_when_it_last_changed(client):
    undated = [address for address, changed in entries(client).items() if not changed]
    assert undated == WITHOUT_RECORD


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
def test_a_page_changes_with_the_records_it_shows_and_with_no_others(client, model):
    """All records of a kind get a mark, and a date: pages with the one must have the other."""
    texts = [field for field in model._meta.fields if field.name.endswith("_en")]
    for record in model.objects.all():
        marked = {
            field.name: f"{MARK} {getattr(record, field.name)}"[: field.max_length]
            for field in texts
            if getattr(record, field.name)
        }
        model.objects.filter(pk=record.pk).update(updated_at=LATER, **marked)
    dated = {address for address, changed in entries(client).items() if changed == "2031-05-17"}
    showing = {address for address in PUBLIC_PAGES if MARK in text_of(read(client, address))}
    assert dated == showing - set(WITHOUT_RECORD)


def test_pages_that_show_the_clinics_facts_change_with_them(client):
    models.Clinic.objects.update(updated_at=LATER)
    with time_machine.travel(LATER, tick=False):
        found = entries(client)
    assert {address for address, changed in found.items() if changed == "2031-05-17"} == {
        *("/admissions/", "/accessibility/", "/language-help/"),
    }


def test_a_part_counts_on_its_own_programs_pages_only(client):
    other = rows.program(
        slug="other", name="Other Program", level=models.LevelOfCare.objects.first()
    )
    other.save()
    factor = rows.factor(program=other)
    factor.save()
    models.DurationFactor.objects.filter(pk=factor.pk).update(updated_at=LATER)
    found = entries(client)
    assert found["/programs/other/"] == "2031-05-17"
    assert found[PROGRAM] != "2031-05-17"


def test_a_record_that_comes_by_itself_changes_its_page_then(client):
    models.Component.objects.filter(slug="group-therapy").update(live_from=LATER)
    with time_machine.travel(LATER - datetime.timedelta(hours=1), tick=False):
        assert COMPONENTS[0] not in entries(client)
    with time_machine.travel(LATER + datetime.timedelta(days=3), tick=False):
        found = entries(client)
    assert found[COMPONENTS[0]] == found[PROGRAM] == "2031-05-17"


def test_a_record_that_has_gone_by_itself_changes_the_page_it_stood_on(client):
    models.EntryPath.objects.filter(slug="directly").update(live_until=LATER)
    with time_machine.travel(LATER - datetime.timedelta(hours=1), tick=False):
        assert entries(client)[PROGRAM] != "2031-05-17"
    with time_machine.travel(LATER + datetime.timedelta(days=3), tick=False):
        assert entries(client)[PROGRAM] == "2031-05-17"


def test_components_of_a_program_that_is_not_live_are_not_listed(client):
    models.Program.objects.update(live_from=None)
    found = entries(client)
    assert PROGRAM not in found
    assert not set(COMPONENTS) & set(found)


def test_a_page_record_without_an_address_is_not_listed(client):
    rows.page(slug="nowhere").save()
    assert not [address for address in entries(client) if "nowhere" in address]


def test_once_spanish_opens_every_page_is_listed_in_both_with_its_alternates(
    client, settings, monkeypatch
):
    monkeypatch.setattr(sitemaps, "open_languages", lambda: ["en", "es"])
    settings.ROOT_URLCONF = BilingualAddresses
    listed = _entries(client)
    for path in ("/questions/", "/es/questions/", FORM, f"/es{FORM}"):
        english = path.removeprefix("/es")
        alternates = dict(re.findall(r'hreflang="(.*?)" href="(.*?)"', listed[path]))
        assert alternates == {
            "en": f"{ROOT}{english}",
            "es": f"{ROOT}/es{english}",
            "x-default": f"{ROOT}{english}",
        }


def multiply(times: int) -> None:
    """More of the records that the sitemap reads."""
    program: Any = models.Program.objects.get()
    for _ in range(times):
        rows.component(program=program).save()
        rows.condition().save()
        rows.question().save()


def test_costs_one_query_however_many_records_there_are(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/sitemap.xml")
    multiply(50)
    with django_assert_num_queries(1):
        assert len(entries(client)) > 100
