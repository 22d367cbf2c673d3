"""A lost CSRF cookie: nothing is stored, nothing is lost, and the button works again."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from admissions.models import Inquiry
from admissions.views import csrf_lost
from tests.admissions.answers import CHECK, FORM, FULL, KEY, post, soup_of, values_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("path", [FORM, CHECK])
def test_the_form_comes_back_with_every_answer_and_stores_nothing(browser, path) -> None:
    response = post(browser, path, **FULL)
    assert response.status_code == 403
    kept = values_in(soup_of(response))
    for name, value in (FULL | {"message": "First line.\nSecond line."}).items():
        if name == "key":  # see the test of a planted key
            continue
        assert sorted(kept[name]) == (sorted(value) if isinstance(value, list) else [value]), name
    assert not Inquiry.objects.exists()


def test_a_calm_notice_says_that_pressing_the_button_again_is_enough(browser) -> None:
    soup = soup_of(post(browser, FORM))
    notice = soup.main.find(role="alert").get_text()
    assert "Nothing was sent" in notice
    assert "press the button again" in notice
    assert not soup.main.find(class_="error-summary")


def test_pressing_the_button_again_works(browser) -> None:
    soup = soup_of(post(browser, FORM, **FULL))
    token = soup.main.find("input", {"name": "csrfmiddlewaretoken"})["value"]
    checked = soup_of(browser.post(CHECK, values_in(soup) | {"csrfmiddlewaretoken": token}))
    token = checked.main.find("input", {"name": "csrfmiddlewaretoken"})["value"]
    response = browser.post(FORM, values_in(checked) | {"csrfmiddlewaretoken": token})
    assert response.status_code == 302
    assert Inquiry.objects.get().name == FULL["name"]


def test_a_key_that_another_site_planted_is_not_kept(browser) -> None:
    kept = values_in(soup_of(post(browser, FORM, **FULL)))
    assert kept["key"] != [FULL.get("key", KEY)]


@pytest.mark.parametrize("cookie", ["", "short", "x" * 33, "é" * 32])
def test_a_spoilt_cookie_is_replaced(browser, cookie) -> None:
    browser.cookies["csrftoken"] = cookie
    response = post(browser, FORM, csrfmiddlewaretoken="y" * 64)
    assert response.status_code == 403
    assert response.cookies["csrftoken"].value != cookie


def test_the_page_is_kept_nowhere(browser) -> None:
    assert post(browser, FORM).headers["Cache-Control"] == "no-store, private"


def test_hostile_answers_come_back_harmless(browser) -> None:
    response = post(browser, FORM, name="\x00<b>\x07", asking_for="x", best_time=["y"], key="z")
    assert response.status_code == 403
    assert values_in(soup_of(response))["name"] == ["<b>"]


@pytest.mark.parametrize("path", ["/", "/admin/login/", f"{FORM}received/x/"])
def test_other_addresses_are_not_its_business(path) -> None:
    assert csrf_lost(RequestFactory().post(path)) is None


def test_other_methods_are_not_its_business() -> None:
    assert csrf_lost(RequestFactory().put(FORM)) is None
