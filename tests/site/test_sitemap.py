"""robots.txt and sitemap.xml."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from programs.models import Page
from tests.pages import PUBLIC_PAGES

pytestmark = pytest.mark.usefixtures("site")


def locations(client) -> list[str]:
    return re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").content.decode())


def test_the_sitemap_lists_every_indexable_page_once(client):
    assert sorted(locations(client)) == sorted(f"http://testserver{path}" for path in PUBLIC_PAGES)


def test_the_sitemap_uses_site_url_when_it_is_set(client, settings):
    settings.SITE_URL = "https://clinic.example"
    assert all(address.startswith("https://clinic.example/") for address in locations(client))


def test_the_sitemap_says_when_a_page_last_changed(client):
    Page.objects.filter(slug="privacy").update(
        updated_at=timezone.make_aware(timezone.datetime(2031, 5, 17, 12))
    )
    assert "<lastmod>2031-05-17</lastmod>" in client.get("/sitemap.xml").content.decode()


def test_robots_names_the_sitemap_and_keeps_out_of_the_admin(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in text
    assert "Disallow: /admin/" in text
