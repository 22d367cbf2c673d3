"""A visitor without a browser: fetches the inquiry form and posts it, over plain HTTP."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlencode

FORM = "/admissions/inquiry/"
RECEIVED = "/admissions/inquiry/received/"


@dataclass
class Form:
    """A fetched form: what has to go back with the answers."""

    cookie: str
    token: str
    key: str

    def body(self, answers: dict[str, str]) -> bytes:
        return urlencode({"csrfmiddlewaretoken": self.token, "key": self.key} | answers).encode()

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}


def fetch_form(port: int, *, timeout: float = 10) -> Form:
    """Raises OSError or http.client.HTTPException when the server is away."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", FORM)
        response = connection.getresponse()
        page = response.read().decode()
        cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    finally:
        connection.close()
    if response.status != 200:
        raise ConnectionError(f"the form answered {response.status}")
    return Form(cookie, value(page, "csrfmiddlewaretoken"), value(page, "key"))


def value(page: str, name: str) -> str:
    match = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]+)"', page)
    assert match, f"the form has no hidden {name}"
    return match[1]


def post(port: int, form: Form, answers: dict[str, str], *, timeout: float = 10) -> str:
    """The reference of the confirmation the server redirects to.

    Raises OSError or http.client.HTTPException when no whole answer came: then nobody knows
    whether the inquiry was stored.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", FORM, form.body(answers), form.headers)
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    if response.status in {500, 502, 503}:
        raise ConnectionError(f"the post answered {response.status}")
    location = unquote(response.getheader("Location") or "")
    assert response.status in {302, 303}, f"the post answered {response.status}"
    assert location.startswith(RECEIVED), location
    return location.removeprefix(RECEIVED).split(":")[0]


def answers(name: str) -> dict[str, str]:
    """A complete, valid set of answers. The number is one that nobody has."""
    return {
        "asking_for": "self",
        "name": name,
        "contact_by": "call",
        "phone": "619-555-0142",
        "voicemail_ok": "no",
        "language": "en",
        "message": f"From {name}",
    }
