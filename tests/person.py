"""Somebody with a browser and no JavaScript: opens pages, fills in their forms, presses buttons."""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from bs4 import BeautifulSoup, Tag


@dataclass
class Shown:
    """A page as it came: where it was in the end, its status and what it holds."""

    url: str
    status: int
    soup: BeautifulSoup

    @property
    def words(self) -> str:
        """What the main part says, for the message of a test that fails."""
        main = self.soup.find("main") or self.soup
        return " ".join(main.get_text(" ").split())

    def form(self, action: str = "") -> Tag:
        """The form whose address ends with `action`; the main part's first without it."""
        forms = self.soup.select("main form[method=post], #content form[method=post]")
        found = [f for f in forms if str(f.get("action", "")).partition("?")[0].endswith(action)]
        assert found, f"no form {action!r} on {self.url} ({self.status}): {self.words}"
        return found[0]


class Person:
    """A visitor of the site on `port` with cookies of their own. Follows redirects."""

    def __init__(self, port: int, **headers: str) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.headers = headers
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, **query: Any) -> Shown:
        return self.ask(f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, fields: dict[str, Any]) -> Shown:
        return self.ask(path, urlencode(fields, doseq=True).encode())

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Shown:
        """One request and where it leads; an error's page is a page like any other."""
        request = urllib.request.Request(urljoin(self.origin, path), body, self.headers | headers)
        try:
            response = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            soup = BeautifulSoup(response.read().decode(), "html5lib")
            return Shown(response.url, response.status, soup)

    def submit(self, shown: Shown, action: str = "", **changes: Any) -> Shown:
        """Send a form of the page with `changes`; a field changed to None is left out."""
        form = shown.form(action)
        fields = fields_of(form) | changes
        sent = {name: value for name, value in fields.items() if value is not None}
        return self.post(urljoin(shown.url, str(form.get("action", ""))), sent)


def fields_of(form: Tag) -> dict[str, list[str]]:
    """What a form would send as it stands, buttons aside."""
    fields: dict[str, list[str]] = {}
    for tag in form.select("input[name], textarea[name], select[name]"):
        # The row that JavaScript copies for “Add another” is a template, not an answer.
        if tag.get("type") in {"submit", "button"} or "__prefix__" in str(tag["name"]):
            continue
        fields.setdefault(str(tag["name"]), []).extend(_values(tag))
    return {name: values for name, values in fields.items() if values}


def _values(tag: Tag) -> list[str]:
    if tag.name == "textarea":
        return [tag.get_text().removeprefix("\n")]
    if tag.name == "select":
        chosen = tag.select("option[selected]") or tag.select("option")[:1]
        return [str(option["value"]) for option in chosen]
    if tag.get("type") in {"radio", "checkbox"} and not tag.has_attr("checked"):
        return []
    return [str(tag.get("value", ""))]
