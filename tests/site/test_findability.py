"""How pages present themselves: titles, addresses, previews, icons; robots, security, manifest."""

from __future__ import annotations

import datetime
import re
import struct
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.conf import settings as project
from django.contrib.staticfiles import finders
from django.utils import translation

from programs import findability
from programs.models import Clinic, Condition, Page
from tests.pages import COMPONENTS, FORM, PROGRAM, PUBLIC_PAGES, read
from tests.programs import rows

from .bilingual import BilingualAddresses

pytestmark = pytest.mark.usefixtures("site")

ROOT = "http://testserver"
HOSTILE = "</title><script>alert('x')</script> & \"quotes\" 🌊"


def meta(soup: BeautifulSoup, name: str) -> list[str]:
    tags = soup.find_all("meta", attrs={"name": name}) + soup.find_all("meta", property=name)
    return [tag["content"] for tag in tags]


def links(soup: BeautifulSoup, rel: str) -> list[str]:
    return [tag["href"] for tag in soup.find_all("link", rel=rel)]


def is_indexable(soup: BeautifulSoup) -> bool:
    return "noindex" not in meta(soup, "robots")[0]


def lines_of(response) -> dict[str, str]:
    """The fields of a security.txt."""
    return dict(line.split(": ", 1) for line in response.content.decode().splitlines())


# Titles and descriptions


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_title_and_description_fit_a_search_result(client, path):
    soup = read(client, path)
    (title,) = soup.head.find_all("title")
    (description,) = meta(soup, "description")
    assert 10 <= len(title.get_text()) <= 70
    assert 40 <= len(description) <= 160
    assert title.get_text() == title.get_text().strip()


def test_every_page_has_a_title_and_a_description_of_its_own(client):
    pages = [read(client, path) for path in PUBLIC_PAGES]
    titles = [page.title.get_text() for page in pages]
    descriptions = [meta(page, "description")[0] for page in pages]
    assert len(set(titles)) == len(titles)
    assert len(set(descriptions)) == len(descriptions)


def test_components_of_two_programs_may_share_a_name_and_still_differ_in_title(client):
    other = rows.program(slug="other", name="Other Program", abbreviation="OP")
    other.save()
    rows.component(program=other, slug="group-therapy", title="Group Therapy").save()
    titles = {
        read(client, address).title.get_text()
        for address in (COMPONENTS[0], "/programs/other/what-to-expect/group-therapy/")
    }
    assert titles == {
        "Group Therapy in IOP – Amity San Diego",
        "Group Therapy in OP – Amity San Diego",
    }


def test_a_long_title_leaves_the_clinics_name_away_and_ends_with_a_whole_word(client):
    Condition.objects.filter(slug="mental-health-disorders").update(name_en="Worry " * 20)
    title = read(client, "/conditions/mental-health-disorders/").title.get_text()
    assert len(title) <= 70
    assert re.fullmatch(r"(Worry )*Worry…", title)


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("Short enough.", "Short enough."),
        ("One two  three\nfour", "One two three four"),
        ("A first sentence here. And a second one that is too long", "A first sentence here."),
        ("One. Then words that go on and on past it", "One. Then words that go on…"),
        ("Words and so on, incomprehensibilities", "Words and so on…"),
        ("Incomprehensibilitieswithoutanyspaceatall", "Incomprehensibilitieswithouta…"),
    ],
)
def test_a_text_is_shortened_at_a_sentence_or_else_a_word(text, shortened):
    assert findability.shorten(text, 30) == shortened
    assert len(shortened) <= 30


def test_odd_record_texts_stay_texts_in_the_head(client):
    Page.objects.filter(slug="privacy").update(title_en=HOSTILE, description_en=HOSTILE)
    response = client.get("/privacy/")
    soup = BeautifulSoup(response.content, "html5lib")
    assert b"<script>alert" not in response.content
    assert HOSTILE in soup.title.get_text()
    assert meta(soup, "description") == [HOSTILE]
    assert meta(soup, "og:title") == [HOSTILE]
    assert meta(soup, "og:description") == [HOSTILE]


# One address a page


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_an_indexable_page_names_its_own_address_as_the_one_to_keep(client, path):
    soup = read(client, path)
    expected = [ROOT + path] if is_indexable(soup) else []
    assert links(soup, "canonical") == expected
    assert meta(soup, "og:url") == expected


def test_a_query_string_makes_no_other_page(client):
    assert links(read(client, f"{FORM}?for=family&utm_source=x"), "canonical") == [ROOT + FORM]


def test_addresses_begin_with_site_url_when_it_is_set(client, settings):
    settings.SITE_URL = "https://clinic.example"
    soup = read(client, PROGRAM)
    assert links(soup, "canonical") == [f"https://clinic.example{PROGRAM}"]
    assert meta(soup, "og:image")[0].startswith("https://clinic.example/static/img/og")


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"{FORM}received/made-up/", 404), ("/no-such-page/", 404), ("/search/?q=hours", 200)],
)
def test_pages_that_are_not_to_be_indexed_name_no_address(client, path, status):
    soup = read(client, path, status)
    assert not is_indexable(soup)
    assert links(soup, "canonical") == []
    assert meta(soup, "og:url") == []


def test_what_a_form_answers_names_no_address(client):
    response = client.post(f"{FORM}check/", {})
    soup = BeautifulSoup(response.content, "html5lib")
    assert links(soup, "canonical") == []
    assert soup.title.get_text().startswith("Error:")


# Languages


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_while_one_language_is_open_there_are_no_alternates(client, path):
    assert links(read(client, path), "alternate") == []


@pytest.mark.parametrize("path", ["/questions/", FORM])
def test_once_spanish_opens_pages_name_their_alternates(client, settings, monkeypatch, path):
    monkeypatch.setattr(findability, "open_languages", lambda: ["en", "es"])
    settings.ROOT_URLCONF = BilingualAddresses
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    for address in (path, f"/es{path}"):
        with translation.override("en"):  # the middleware leaves its choice to this thread
            soup = read(client, address)
        alternates = {
            tag["hreflang"]: tag["href"] for tag in soup.find_all("link", rel="alternate")
        }
        assert links(soup, "canonical") == [ROOT + address]
        assert alternates == {
            "en": f"{ROOT}{path}",
            "es": f"{ROOT}/es{path}",
            "x-default": f"{ROOT}{path}",
        }


# Previews


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_an_indexable_page_says_what_its_preview_shows(client, path):
    soup = read(client, path)
    if not is_indexable(soup):
        return
    assert meta(soup, "og:type") == ["website"]
    assert meta(soup, "og:locale") == ["en_US"]
    assert meta(soup, "og:site_name") == ["Amity San Diego"]
    assert meta(soup, "og:description") == meta(soup, "description")
    assert soup.title.get_text().startswith(meta(soup, "og:title")[0])
    assert meta(soup, "twitter:card") == ["summary_large_image"]
    assert meta(soup, "og:image")[0].startswith(f"{ROOT}/static/img/og")
    assert meta(soup, "og:image:alt")[0]


def test_the_previews_picture_has_the_size_the_page_says(client):
    soup = read(client, "/")
    header = Path(finders.find("img/og.png")).read_bytes()[:24]
    stated = (int(meta(soup, "og:image:width")[0]), int(meta(soup, "og:image:height")[0]))
    assert struct.unpack(">II", header[16:24]) == stated == (1200, 630)


# Icons, colours, manifest


def test_every_icon_that_pages_and_manifest_name_is_there(client):
    soup = read(client, "/")
    named = [*links(soup, "icon"), *links(soup, "apple-touch-icon")]
    named += [icon["src"] for icon in client.get("/manifest.webmanifest").json()["icons"]]
    assert len(named) == 5
    for address in named:
        assert finders.find(address.removeprefix("/static/")), address


def test_the_manifests_icons_have_the_sizes_it_says(client):
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        header = Path(finders.find(icon["src"].removeprefix("/static/"))).read_bytes()[:24]
        width, height = struct.unpack(">II", header[16:24])
        assert icon["sizes"] == f"{width}x{height}"


def test_the_browsers_frame_has_the_pages_own_ground(client):
    tokens = (project.BASE_DIR / "static/css/_tokens.scss").read_text()
    grounds = re.findall(r"--ground: (#\w+)", tokens)[:2]
    assert meta(read(client, "/"), "theme-color") == grounds
    facts = client.get("/manifest.webmanifest").json()
    assert facts["theme_color"] == facts["background_color"] == grounds[0]


def test_the_manifest_names_the_clinic_and_begins_at_home(client):
    Clinic.objects.update(name='Clinic "Ñ" </script>')
    response = client.get("/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    facts = response.json()
    assert facts["name"] == facts["short_name"] == 'Clinic "Ñ" </script>'
    assert facts["start_url"] == "/"
    assert facts["display"] == "browser"


def test_the_icon_at_the_root_leads_to_the_stored_one(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/static/img/favicon")


# robots.txt, security.txt


def test_robots_names_the_sitemap_and_keeps_out_of_the_admin(client):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {ROOT}/sitemap.xml" in text
    assert "Disallow: /admin/" in text


def test_robots_uses_site_url_when_it_is_set(client, settings):
    settings.SITE_URL = "https://clinic.example"
    assert b"Sitemap: https://clinic.example/sitemap.xml" in client.get("/robots.txt").content


@pytest.mark.parametrize(
    ("values", "contact"),
    [
        ({}, ROOT + FORM),
        ({"email": "hello@clinic.example"}, "mailto:hello@clinic.example"),
        (
            {"email": "hello@clinic.example", "security_contact": "safe+x@clinic.example"},
            "mailto:safe%2Bx@clinic.example",
        ),
    ],
)
def test_security_reports_go_where_the_clinic_said(client, values, contact):
    Clinic.objects.update_or_create(pk=1, defaults=values)
    assert lines_of(client.get("/.well-known/security.txt"))["Contact"] == contact


def test_security_txt_has_the_fields_of_its_standard(client):
    response = client.get("/.well-known/security.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = lines_of(response)
    assert fields["Canonical"] == f"{ROOT}/.well-known/security.txt"
    assert fields["Preferred-Languages"] == "en"
    assert set(fields) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}


def test_security_txt_expires_within_a_year_and_changes_once_a_day(client):
    with time_machine.travel("2031-03-01 08:00Z", tick=False):
        morning = client.get("/.well-known/security.txt").content
    with time_machine.travel("2031-03-01 23:59Z", tick=False):
        night = client.get("/.well-known/security.txt")
    assert night.content == morning
    expires = datetime.datetime.fromisoformat(lines_of(night)["Expires"])
    ahead = expires - datetime.datetime(2031, 3, 2, tzinfo=datetime.UTC)
    assert datetime.timedelta(90) < ahead < datetime.timedelta(364)


@pytest.mark.parametrize(
    "address", ["/robots.txt", "/.well-known/security.txt", "/manifest.webmanifest"]
)
def test_the_files_for_machines_take_no_post(client, address):
    assert client.post(address).status_code == 405


@pytest.mark.parametrize(
    ("address", "queries"),
    [("/robots.txt", 0), ("/.well-known/security.txt", 1), ("/manifest.webmanifest", 1)],
)
def test_the_files_for_machines_cost_a_query_at_most(
    client, django_assert_num_queries, address, queries
):
    with django_assert_num_queries(queries):
        client.get(address)
