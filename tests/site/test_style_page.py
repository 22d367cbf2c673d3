"""The style page: for staff, never kept, made of the public templates, and complete."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import User
from django.test.signals import template_rendered

STYLE = "/admin/style/"
SHEETS = ("site", "form", "tools")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
NOT_SHOWN = {
    # Bootstrap's, in the same files as what the form uses.
    "form-control-color", "form-control-lg", "form-control-plaintext", "form-control-sm",
    "form-select-lg", "form-select-sm",
}  # fmt: skip


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


def test_shows_every_scene_and_no_colour_that_is_too_close(client, staff):
    client.force_login(staff)
    soup = BeautifulSoup(client.get(STYLE).content, "html5lib")
    assert len(soup.select("section[aria-labelledby=scenes] svg.scene")) == 6
    assert "too low" not in soup.main.get_text()


def styled(sheet: str) -> set[str]:
    """The classes of a compiled style sheet."""
    css = (settings.BASE_DIR / f"static/css/{sheet}.css").read_text()
    return set(CLASS.findall(re.sub(r"url\([^)]*\)", "", css)))


def shown(client) -> set[str]:
    """The classes on the style page."""
    soup = BeautifulSoup(client.get(STYLE).content, "html5lib")
    return {name for tag in soup.body.find_all(class_=True) for name in tag["class"]}


@pytest.mark.parametrize("sheet", SHEETS)
def test_shows_every_class_of_the_style_sheets(client, staff, sheet):
    client.force_login(staff)
    on_page = shown(client)
    assert len(styled(sheet)) > 20
    assert sorted(styled(sheet) - on_page - NOT_SHOWN) == []
    assert sorted(NOT_SHOWN & on_page) == []


def test_has_no_class_without_a_style(client, staff):
    client.force_login(staff)
    assert sorted(shown(client) - set.union(*map(styled, SHEETS))) == []


def test_shows_every_template_that_only_includes_show(client, staff):
    """A new component or notice is on the page, or the page falls behind."""
    templates = settings.BASE_DIR / "templates"
    rendered: set[str] = set()

    def note(sender, template, **_more):
        rendered.add(template.name)

    client.force_login(staff)
    template_rendered.connect(note)
    try:
        client.get(STYLE)
    finally:
        template_rendered.disconnect(note)
    pieces = {
        path.relative_to(templates).as_posix()
        for folder in ("components", "programs", "admissions")
        for path in (templates / folder).rglob("*.html")
        if "{% extends" not in path.read_text()
    }
    assert len(pieces) > 30
    assert sorted(pieces - rendered) == []


def test_its_forms_send_nothing(client, staff):
    client.force_login(staff)
    soup = BeautifulSoup(client.get(STYLE).content, "html5lib")
    ways = {form["method"] for form in soup.main.find_all("form") if not form.get("role")}
    assert ways == {"dialog"}


def test_costs_the_same_few_queries_whatever_it_shows(client, staff, django_assert_max_num_queries):
    client.force_login(staff)
    with django_assert_max_num_queries(6):  # session and user among them
        client.get(STYLE)


def test_ids_are_unique(client, staff):
    client.force_login(staff)
    soup = BeautifulSoup(client.get(STYLE).content, "html5lib")
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert sorted(set(ids)) == sorted(ids)
