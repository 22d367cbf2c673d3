"""The style page: for staff, never kept, and made of what visitors see."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User

STYLE = "/admin/style/"


@pytest.fixture
def staff(site) -> User:
    return User.objects.create_user("styler", is_staff=True)


def test_sends_strangers_to_the_login(client, db):
    response = client.get(STYLE)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")


def test_sends_users_without_the_desk_to_the_login(client, site):
    client.force_login(User.objects.create_user("visitor"))
    assert client.get(STYLE).status_code == 302


def test_is_for_staff_and_is_not_kept(client, staff):
    client.force_login(staff)
    response = client.get(STYLE)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    soup = BeautifulSoup(response.content, "html5lib")
    assert "noindex" in soup.find("meta", attrs={"name": "robots"})["content"]


def test_shows_every_component_and_no_colour_that_is_too_close(client, staff):
    client.force_login(staff)
    soup = BeautifulSoup(client.get(STYLE).content, "html5lib")
    for piece in (
        ".btn-primary", ".btn-outline-primary", ".btn-link", ".btn[disabled]", ".card", ".notice",
        ".closed-note", ".figures", ".ticks", ".points", ".steps", ".question[open]",
        ".question:not([open])", ".contents", ".has-error", ".field:not(.has-error)",
        ".error-summary", ".summary-list", ".reference", ".neighbours", ".talk", ".breadcrumbs",
        ".crisis", ".band", "table",
    ):  # fmt: skip
        assert soup.main.select(piece) or soup.body.select(piece), piece
    assert len(soup.select(".style-scenes svg.scene")) == 6
    assert "too low" not in soup.main.get_text()


def test_ids_are_unique(client, staff):
    client.force_login(staff)
    soup = BeautifulSoup(client.get(STYLE).content, "html5lib")
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert sorted(set(ids)) == sorted(ids)
