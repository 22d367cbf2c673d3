"""With Redis in CACHE_URL, all workers and hosts count together; it holds digests only."""

from __future__ import annotations

import pytest
from django.conf import settings as site
from django.core.cache import cache

from admissions import rate
from admissions.models import Inquiry
from amity_site.environment import Rate
from tests.admissions.answers import post

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "redis" not in site.CACHES["default"]["BACKEND"], reason="CACHE_URL names no Redis"
    ),
]
MESSAGE = "The words of a message that nobody else reads."


@pytest.fixture(autouse=True)
def two_an_hour(settings):
    settings.INQUIRY_RATE = Rate(2, "h")


def redis_holds() -> str:
    client = cache._cache.get_client()
    keys = client.keys("*")
    return repr([(key, client.type(key), client.get(key)) for key in keys])


def test_two_processes_count_together(client, monkeypatch):
    monkeypatch.setenv("AMITY_WORKERS", "8")  # which divides nothing here
    statuses = []
    for _n in range(3):
        rate.forget()  # as another process: nothing of its own
        statuses.append(post(client).status_code)
    assert statuses == [302, 302, 429]


def test_the_same_text_is_known_to_another_process(client, settings):
    settings.INQUIRY_RATE = Rate(60, "h")
    for _n in range(3):
        rate.forget()
        post(client, message=MESSAGE)
    assert Inquiry.objects.latest("pk").suspicions == ["repeated", "no-time"]


def test_redis_holds_neither_an_address_nor_a_word(client):
    post(client, message=MESSAGE)
    held = redis_holds()
    assert "LIMITER" in held
    assert "127.0.0.1" not in held
    assert "nobody" not in held
