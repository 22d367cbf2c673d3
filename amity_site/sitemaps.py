"""Every page that search engines may show, with the time its words last changed."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from programs.models import Component, Condition, ContentRecord, Page, Program


class SiteSitemap(Sitemap):
    """The live records that have a page, and the inquiry form. Four queries.

    Addresses begin with SITE_URL, or with the request's own host while that is unset.
    """

    FORM = "admissions:inquiry"

    @cached_property
    def _found(self) -> list[ContentRecord | str]:
        # Django asks for the items several times a request; each request has its own instance.
        return [
            *(page for page in Page.objects.live() if page.has_address()),
            *Program.objects.live(),
            *Component.objects.reachable().select_related("program"),
            *Condition.objects.live(),
            self.FORM,
        ]

    def items(self) -> list[ContentRecord | str]:
        return self._found

    def location(self, item: ContentRecord | str) -> str:
        return reverse(item) if isinstance(item, str) else item.get_absolute_url()

    def lastmod(self, item: ContentRecord | str) -> datetime.datetime | None:
        return None if isinstance(item, str) else item.updated_at

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme or protocol or "https"

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc or super().get_domain(site)


SITEMAPS = {"site": SiteSitemap}
