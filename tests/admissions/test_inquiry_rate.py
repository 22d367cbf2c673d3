"""Over INQUIRY_RATE a person keeps their answers, and hears when to try again and whom to call."""

from __future__ import annotations

import math
from uuid import uuid4

import pytest
import time_machine
from environs import Env, EnvError

from admissions import rate
from admissions.models import Inquiry
from amity_site import environment
from amity_site.environment import Rate
from programs.models import Clinic
from tests.admissions.answers import CHECK, FULL, post, soup_of, values_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_an_hour(settings):
    settings.INQUIRY_RATE = Rate(2, "h")


@pytest.fixture
def counted_here(settings):
    """In this process, whose clock and memory a test can reach."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    rate.forget()


def test_up_to_the_rate_each_is_stored_and_the_next_is_not(client):
    statuses = [post(client).status_code for _n in range(3)]
    assert statuses == [302, 302, 429]
    assert Inquiry.objects.count() == 2


def test_the_answers_are_still_in_the_form_under_the_same_key(client):
    post(client)
    post(client)
    response = post(client, **FULL | {"key": str(key := uuid4())})
    assert response.status_code == 429
    kept = values_in(soup_of(response))
    assert kept["key"] == [str(key)]
    assert kept["message"] == ["First line.\nSecond line."]
    assert kept["name"] == ["Rosa Example"]
    assert set(kept["consent"]) == {"email", "call"}


def test_it_says_when_to_try_again_and_whom_to_call(client, site):
    Clinic.objects.update(phone="+16195550123")
    for _n in range(2):
        post(client)
    response = post(client)
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert response.headers["Cache-Control"] == "no-store, private"
    notice = soup_of(response).main.find(role="alert")
    minutes = math.ceil(int(response.headers["Retry-After"]) / 60)
    assert f"again in {minutes} minute" in " ".join(notice.get_text(" ").split())
    links = {a["href"] for a in notice.find_all("a")}
    assert {"tel:+16195550123", "tel:988"} <= links


@pytest.mark.usefixtures("counted_here")
def test_after_the_time_the_same_form_goes_through(client):
    with time_machine.travel("2026-05-04 10:00 +0000", tick=False) as clock:
        for _n in range(2):
            post(client)
        assert post(client, key=str(uuid4())).status_code == 429
        clock.shift(3601)
        assert post(client).status_code == 302


def test_a_retry_of_a_stored_inquiry_is_never_refused(client):
    first = post(client, key=(key := str(uuid4())))
    post(client)
    assert post(client).status_code == 429
    again = post(client, key=key)
    assert again.status_code == 302
    assert again.url.split(":")[0] == first.url.split(":")[0]


def test_mistakes_and_checks_do_not_count(client):
    for _n in range(5):
        assert post(client, name="").status_code == 422
        assert post(client, CHECK).status_code == 200
    assert post(client).status_code == 302


def test_another_network_is_not_counted_with_it(client):
    for _n in range(3):
        post(client)
    client.defaults["REMOTE_ADDR"] = "198.51.100.9"
    assert post(client).status_code == 302


@pytest.mark.usefixtures("counted_here")
def test_no_address_is_kept_in_what_counts(client):
    post(client)
    post(client, message="The words of a message that nobody else reads.")
    storage = rate._limiter().storage
    held = repr(storage.storage)
    assert "LIMITER" in held
    assert "127.0.0.1" not in held
    assert "nobody" not in held


@pytest.mark.parametrize(
    ("text", "parsed"), [("60/h", Rate(60, "h")), ("5 / m", Rate(5, "m")), ("1/d", Rate(1, "d"))]
)
def test_a_rate_is_read(text, parsed, monkeypatch):
    monkeypatch.setenv("INQUIRY_RATE", text)
    assert environment.inquiry_rate(Env()) == parsed


def test_sixty_an_hour_is_the_default(monkeypatch):
    monkeypatch.delenv("INQUIRY_RATE", raising=False)
    assert environment.inquiry_rate(Env()) == Rate(60, "h")


@pytest.mark.parametrize("text", ["60", "0/h", "-1/h", "60/w", "h/60", "60/h/h", "many", "٦/h"])
def test_a_rate_that_is_none_is_refused(text, monkeypatch):
    monkeypatch.setenv("INQUIRY_RATE", text)
    with pytest.raises(EnvError, match="it must look like 60/h"):
        environment.inquiry_rate(Env())


@pytest.mark.parametrize(("workers", "share"), [("1", 60), ("2", 30), ("8", 8), ("100", 1)])
@pytest.mark.usefixtures("counted_here")
def test_a_limit_in_the_process_is_divided_by_the_workers(workers, share, monkeypatch):
    monkeypatch.setenv("AMITY_WORKERS", workers)
    assert rate._shared(Rate(60, "h")).amount == share


def test_while_redis_is_away_nobody_is_turned_away(client, settings, caplog):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    rate.forget()
    assert [post(client).status_code for _n in range(4)] == [302] * 4
    assert "Redis is away" in caplog.text
    assert "127.0.0.1" not in caplog.text
