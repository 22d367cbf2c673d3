"""Every error is a page in the site's look: the right status, a way on, the crisis lines."""

from __future__ import annotations

import logging

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client, RequestFactory

from amity_site import errors
from programs.models import CrisisLine
from tests.html.documents import ERRORS, error
from tests.pages import FORM, missing_help


def assert_kind_page(response, status: int) -> BeautifulSoup:
    assert response.status_code == status
    soup = BeautifulSoup(response.content, "html5lib")
    assert len(soup.find_all("h1")) == 1
    assert soup.main.find("a", href="/"), "a way on"
    assert missing_help(soup) == set()
    assert "Traceback" not in soup.get_text()
    return soup


@pytest.mark.django_db
class TestErrorPages:
    def test_an_unknown_address_is_404(self, client):
        assert_kind_page(client.get("/nothing/here/"), 404)

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
    def test_the_form_takes_no_method_but_post(self, method):
        response = Client(enforce_csrf_checks=True).generic(method, FORM)
        assert_kind_page(response, 405)
        assert "POST" in response.headers["Allow"]

    @pytest.mark.parametrize("path", ["/", "/programs/", "/help-now/", "/robots.txt"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_a_wrong_method_is_405_and_names_the_right_ones(self, path, method):
        response = Client(enforce_csrf_checks=True).generic(method, path)
        assert_kind_page(response, 405)
        assert "GET" in response.headers["Allow"]

    def test_a_method_nobody_knows_is_405(self, client):
        assert_kind_page(client.generic("BREW", "/"), 405)

    def test_a_wrong_host_is_400(self):
        assert_kind_page(Client(headers={"host": "evil.example"}).get("/"), 400)

    def test_a_body_over_the_limit_is_413_and_is_not_parsed(self, client):
        body = b"message=" + b"x" * (10 * 1024 * 1024)
        response = client.generic(
            "POST", FORM, body, content_type="application/x-www-form-urlencoded"
        )
        assert_kind_page(response, 413)

    def test_a_stated_length_that_is_not_a_number_is_harmless(self, client):
        assert client.get("/healthz", CONTENT_LENGTH="many").status_code == 200

    def test_a_post_without_its_csrf_cookie_is_403(self, site):
        assert_kind_page(Client(enforce_csrf_checks=True).post("/admin/login/", {}), 403)


@pytest.mark.django_db
def test_a_missing_table_is_a_503_page_and_logs_no_values(client, caplog, monkeypatch, site):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE programs_page RENAME TO programs_page_gone")
    with caplog.at_level(logging.ERROR):
        response = client.get("/")
    assert_kind_page(response, 503)
    assert response.headers["Retry-After"]
    assert "programs_page" not in caplog.text


def test_too_many_requests_is_a_page_that_says_when_to_come_back():
    response = errors.too_many(RequestFactory().get("/"), retry_after=120)
    assert_kind_page(response, 429)
    assert response.headers["Retry-After"] == "120"


def test_the_500_page_needs_no_database():
    # No django_db mark: pytest-django fails this test on any query.
    response = errors.server_error(RequestFactory().get("/"))
    assert_kind_page(response, 500)


def test_the_500_page_has_a_last_resort(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT = "/nowhere"
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    page = response.content.decode()
    for target in ("tel:911", "tel:988", "sms:988", "tel:+18006624357", "tel:+18887247240"):
        assert target in page
    assert "1-800-487-4889" in page
    assert "benzodiazepines" in page and "Nobody watches" in page


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_page_names_who_can_help_now(name):
    # No database: the lines are the fixed ones.
    assert missing_help(BeautifulSoup(error(name).content, "html5lib")) == set()


def test_error_pages_are_never_cached(client, db):
    assert client.get("/nothing/").headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("site")
def test_the_fixed_crisis_lines_name_the_numbers_of_the_content_file(client):
    fixed = BeautifulSoup(client.get("/nothing/").content, "html5lib").find(id="crisis")
    targets = {link["href"] for link in fixed.find_all("a")}
    for line in CrisisLine.objects.live():
        assert f"tel:{line.phone_uri}" in targets
        assert not line.tty or line.tty in fixed.get_text()
