"""What people send through the inquiry form, and reading what comes back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.test import Client

FORM = "/admissions/inquiry/"
CHECK = "/admissions/inquiry/check/"
KEY = "3d3c5c1e-7f0a-4f7e-9d5b-0a1b2c3d4e5f"

# The least that is taken.
SHORT = {
    "asking_for": "self",
    "name": "Rosa",
    "contact_by": "call",
    "phone": "(619) 555-0134",
    "voicemail_ok": "no",
}
FULL: dict[str, Any] = {
    "key": KEY,
    "asking_for": "family",
    "relationship": "sister",
    "name": "Rosa Example",
    "ask_for": "Rosie",
    "phone": "619.555.0134 x12",
    "email": "rosa@example.com",
    "contact_by": "call",
    "best_time": ["evening", "morning"],
    "voicemail_ok": "yes",
    "language": "es",
    "situation": "after-detox",
    "payer": "medi-cal",
    "message": "First line.\r\nSecond line.",
    "consent": ["email", "call"],
}


def post(client: Client, path: str = FORM, *, leave_out: str = "", **answers: Any) -> HttpResponse:
    """SHORT with `answers` on top, posted as a browser does (url-encoded)."""
    data = {k: v for k, v in (SHORT | answers).items() if k != leave_out}
    return client.post(path, _encoded(data), content_type="application/x-www-form-urlencoded")


def _encoded(data: dict[str, Any]) -> bytes:
    return urlencode(data, doseq=True).encode()


def soup_of(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html5lib")


def control(soup: BeautifulSoup, name: str) -> Tag:
    """The first control of the main part called `name`."""
    found = soup.main.find(attrs={"name": name})
    assert found is not None, f"no field {name}"
    return found


def values_in(soup: BeautifulSoup) -> dict[str, list[str]]:
    """What the form in the main part would send if its first button were pressed, CSRF aside."""
    sent: dict[str, list[str]] = {}
    form = soup.main.form
    for item in form.find_all(["input", "textarea", "select"]):
        if item["name"] == "csrfmiddlewaretoken":
            continue
        if item.name == "select":
            chosen = item.find("option", selected=True)
            value = chosen["value"] if chosen else ""
        elif item.name == "textarea":
            value = item.get_text()
        elif item.get("type") in {"radio", "checkbox"} and not item.has_attr("checked"):
            continue
        else:
            value = item.get("value", "")
        sent.setdefault(item["name"], []).append(value)
    return sent


def errors_at(soup: BeautifulSoup) -> dict[str, str]:
    """The error summary: each link's target id and its words."""
    summary = soup.main.find(class_="error-summary")
    return {a["href"][1:]: a.get_text() for a in summary.find_all("a")} if summary else {}
