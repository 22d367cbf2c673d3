"""The workflow as documented and drawn is the one that is enforced."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from admissions import workflow_table
from admissions.transitions import TRANSITIONS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "workflow.md"
PAGE = "/admin/admissions/inquiry/workflow/"


def test_the_document_s_tables_are_those_that_are_enforced():
    assert workflow_table.markdown() in DOCUMENT.read_text()


def test_the_diagram_has_each_status_and_each_way_between_two():
    drawn = workflow_table.diagram()
    assert [box.label for box in drawn.boxes] == [str(status.label) for status in TRANSITIONS]
    ways = {
        (start, end)
        for start, table in TRANSITIONS.items()
        for end in table.values()
        if start != end
    }
    assert len(drawn.arcs) == len(ways)
    for arc in drawn.arcs:
        for _words, x, y in arc.labels:
            assert 0 < x < drawn.width
            assert 0 < y < drawn.height


@pytest.mark.parametrize(("role", "status"), [("coordinator", 200), ("auditor", 403)])
def test_who_sees_inquiries_sees_the_page(role, status, request, client):
    client.force_login(request.getfixturevalue(role))
    assert client.get(PAGE).status_code == status


def test_a_table_says_what_the_diagram_shows(client, coordinator):
    client.force_login(coordinator)
    soup = BeautifulSoup(client.get(PAGE).content.decode(), "html5lib")
    rows = {tuple(cell.text for cell in row.select("th,td")) for row in soup.select("tbody tr")}
    assert ("New", "Claim", "Claimed") in rows
    assert ("Admitted", "Contacted, Assessment scheduled") in rows
    assert soup.select_one("svg[role=img]")["aria-labelledby"] == soup.select_one("svg title")["id"]
