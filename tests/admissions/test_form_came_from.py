"""From what kind of page somebody came is noted, never from which."""

from __future__ import annotations

import pytest

from admissions.models import Inquiry
from tests.admissions.answers import CHECK, FORM, post, soup_of, values_in
from tests.pages import PROGRAM

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (f"{PROGRAM}what-to-expect/group-therapy/", "component"),
        ("/conditions/alcohol-and-drug-use-disorders/", "condition"),
        (f"{PROGRAM}plan-your-week/", "planner"),
    ],
)
def test_links_to_the_form_say_the_kind_of_page_and_nothing_more(site, client, page, kind):
    response = client.get(page)
    assert response.status_code == 200
    links = {a["href"] for a in soup_of(response).find_all("a") if FORM in a.get("href", "")}
    assert links
    assert all(link.partition("?")[2].endswith(f"from={kind}") for link in links)


def test_other_pages_say_nothing(site, client):
    links = {a["href"] for a in soup_of(client.get("/")).find_all("a") if FORM in a.get("href", "")}
    assert links
    assert not any("from=" in link for link in links)


def test_the_kind_travels_through_form_check_and_change_into_the_inquiry(client):
    form = values_in(soup_of(client.get(f"{FORM}?for=family&from=condition")))
    assert form["came_from"] == ["condition"]
    data = values_in(soup_of(post(client, CHECK, came_from="condition")))
    assert values_in(soup_of(client.post(FORM, data | {"change": "name"})))["came_from"]
    assert client.post(FORM, data).status_code == 302
    assert Inquiry.objects.get().came_from == "condition"


@pytest.mark.parametrize("told", ["alcohol-use-disorders", "COMPONENT", "x" * 5000, "<b>"])
def test_anything_else_is_dropped_without_a_word(client, told):
    assert "came_from" not in values_in(soup_of(client.get(FORM, {"from": told})))
    assert post(client, came_from=told).status_code == 302
    assert Inquiry.objects.get().came_from == ""
