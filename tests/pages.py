"""The addresses a visitor can open, and what every one of them must hold."""

from __future__ import annotations

from bs4 import BeautifulSoup
from django.test import Client

PROGRAM = "/programs/intensive-outpatient/"
COMPONENTS = [
    f"{PROGRAM}what-to-expect/{slug}/"
    for slug in (
        "group-therapy",
        "individual-therapy",
        "family-counseling",
        "relapse-prevention-training",
        "life-skills-coaching",
    )
]
CONDITIONS = [
    f"/conditions/{slug}/"
    for slug in (
        "alcohol-and-drug-use-disorders",
        "mental-health-disorders",
        "co-occurring-disorders",
    )
]
GUIDE = f"{PROGRAM}is-it-right-for-me/"
PLANNER = f"{PROGRAM}plan-your-week/"
CONTENT_PAGES = [
    "/",
    "/programs/",
    PROGRAM,
    GUIDE,
    PLANNER,
    *COMPONENTS,
    "/conditions/",
    *CONDITIONS,
    "/questions/",
    "/families/",
    "/professionals/",
    "/admissions/",
    "/search/",
    "/help-now/",
    "/privacy/",
    "/notices/",
    "/rights/",
    "/accessibility/",
    "/language-help/",
]
FORM = "/admissions/inquiry/"
PUBLIC_PAGES = [*CONTENT_PAGES, FORM]


def read(client: Client, path: str, status: int = 200) -> BeautifulSoup:
    """The page at `path`, parsed as a browser would (html5lib)."""
    response = client.get(path)
    assert response.status_code == status, f"{path} answered {response.status_code}"
    return BeautifulSoup(response.content, "html5lib")


HELP = {"tel:911", "tel:988", "sms:988", "tel:+18006624357", "tel:+18887247240"}
WARNINGS = ("TTY 1-800-487-4889", "benzodiazepines", "Nobody watches")


def missing_help(soup: BeautifulSoup) -> set[str]:
    """What the page's crisis block lacks of the four lines and what has to be said beside them."""
    block = soup.find(id="crisis")
    if block is None:
        return {"the block"}
    words = " ".join(block.get_text(" ").split())
    routes = {link["href"] for link in block.find_all("a")}
    return (HELP - routes) | {warning for warning in WARNINGS if warning not in words}


def text_of(soup: BeautifulSoup) -> str:
    """The words in a page's main part, white space folded."""
    return " ".join(soup.main.get_text(" ").split())
