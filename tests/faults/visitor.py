"""A visitor without a browser: fetches the inquiry form and posts it, over plain HTTP."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote, urlencode

FORM = "/admissions/inquiry/"
RECEIVED = "/admissions/inquiry/received/"
Answers = Mapping[str, str | Sequence[str]]


class NotNow(ConnectionError):
    """The site says that it cannot take the form at the moment; `page` is what it shows."""

    def __init__(self, page: str) -> None:
        super().__init__("the form was answered with 503")
        self.page = page


@dataclass
class Form:
    """A fetched form: what has to go back with the answers."""

    cookie: str
    hidden: dict[str, str]

    @property
    def key(self) -> str:
        return self.hidden["key"]

    @property
    def token(self) -> str:
        return self.hidden["csrfmiddlewaretoken"]

    def body(self, answers: Answers) -> bytes:
        return urlencode(self.hidden | dict(answers), doseq=True).encode()

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
    if response.status == 503:
        raise NotNow(page)
    assert response.status == 200, f"the form answered {response.status}"
    form = Form(cookie, hidden_inputs(page))
    assert {"key", "csrfmiddlewaretoken"} <= set(form.hidden)
    return form


def hidden_inputs(page: str) -> dict[str, str]:
    tags = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    pairs = [(_attribute(tag, "name"), _attribute(tag, "value")) for tag in tags]
    return {name: value for name, value in pairs if name}


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(match[1]) if match else ""


def post(port: int, form: Form, answers: Answers, *, timeout: float = 10) -> str:
    """The reference of the confirmation the server redirects to.

    Raises OSError or http.client.HTTPException when no whole answer came: then nobody knows
    whether the inquiry was stored. NotNow is one of them: the server says that it was not.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", FORM, form.body(answers), form.headers)
        response = connection.getresponse()
        page = response.read().decode()
    finally:
        connection.close()
    if response.status == 503:
        raise NotNow(page)
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
