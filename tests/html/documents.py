"""Every document the site can answer with: its pages, its errors, and what follows on a form."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from amity_site import errors
from tests.admissions.answers import CHECK, FULL, post
from tests.pages import FORM, GUIDE, PLANNER, PUBLIC_PAGES, read

ERRORS = sorted(
    path.stem
    for path in Path(settings.BASE_DIR, "templates", "errors").glob("*.html")
    if path.stem != "base"
)


def documents(client: Client) -> dict[str, bytes]:
    """The HTML of each, by a name that can be a file's."""
    found = {name_of(path): client.get(path) for path in PUBLIC_PAGES}
    found |= {f"error-{name}": error(name) for name in ERRORS}
    found["error-404-unknown-address"] = client.get("/nothing/here/")
    found |= {
        "form-empty": post(client, leave_out="name", phone="", message="x" * 5000),
        "form-check": post(client, CHECK, **FULL),
        "form-change": post(client, change="name"),
        "form-unsent": Client(enforce_csrf_checks=True).post(FORM, {"name": "Rosa"}),
        "form-received": client.get(post(client).headers["Location"]),
        "form-received-unknown": client.get(f"{FORM}received/made-up/"),
    }
    found |= searches(client) | tools(client)
    found |= {f"form-for-{who}": client.get(f"{FORM}?for={who}") for who in ("self", "family")}
    return {name: response.content for name, response in found.items()}


def searches(client: Client) -> dict[str, HttpResponse]:
    """With a typing mistake, in a crisis, and for what is nowhere."""
    words = {"found": "famly", "crisis": "suicide", "nothing": "xylophone"}
    return {f"search-{name}": client.get("/search/", {"q": q}) for name, q in words.items()}


def tools(client: Client) -> dict[str, HttpResponse]:
    """The guide with each radio group's first, then last, choice; the planner's kinds of answer."""
    radios = read(client, GUIDE).main.select("input[type=radio]")
    planner = read(client, PLANNER).main
    hours = [box["value"] for box in planner.select("input[name=t]")]
    pick = planner.find(attrs={"name": "pick"})
    return {
        "guide-first": client.post(GUIDE, {r["name"]: r["value"] for r in reversed(radios)}),
        "guide-last": client.post(GUIDE, {r["name"]: r["value"] for r in radios}),
        "guide-nothing": client.post(GUIDE),
        "planner-picked": client.post(PLANNER, {"pick": pick["value"]}),
        "planner-fits": client.post(PLANNER, {"t": hours}),
        "planner-too-little": client.post(PLANNER, {"t": hours[:1]}),
        "planner-nothing": client.post(PLANNER),
    }


def name_of(path: str) -> str:
    """A page's path as a file's name: `/` is `home`."""
    return re.sub(r"\W+", "-", path.strip("/")) or "home"


def error(name: str) -> HttpResponse:
    return errors.page(RequestFactory().get("/"), 500, name)
