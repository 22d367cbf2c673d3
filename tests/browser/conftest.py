"""A real Chromium for every test of this folder, strict about what pages may do.

Public pages are visited on one served site (`visits`, `tab`): gunicorn as `make run` starts it, a
database and content of its own. What needs rows made by a test has pytest-django's live server
(`page`). Both tabs fail their test on any console message, script error or request to another
host. Pictures go to screenshots/ in the project's root, which git ignores.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.visits import Visits, watch
from tests.serving import Served, copy_project, serving

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
PHONE, DESKTOP = 390, 1280

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    # A browser that keeps to itself: what is asked for then comes from our pages alone.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run: $CHROMIUM, or Debian's."""
    # Playwright's own loop runs in this thread; Django would refuse its queries there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM_ARGS
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The site as `make run` serves it."""
    folder = copy_project(tmp_path_factory.mktemp("served"))
    # Every visit comes from one address, and many of them send the form.
    yield from serving(folder, INQUIRY_RATE="10000/h")


@pytest.fixture(scope="session")
def visits(browser: Browser, served: Served) -> Visits:
    return Visits(browser, f"http://127.0.0.1:{served.port}")


@pytest.fixture
def tab(visits: Visits) -> Iterator[Page]:
    """A tab of its own on the served site, on a desktop's width."""
    context = visits.context(DESKTOP)
    page = context.new_page()
    complaints = watch(context, page, visits.origin)
    yield page
    context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def forgiven() -> tuple[re.Pattern[str], ...]:
    """What the console of `page` may say: nothing, unless a module means to be told of errors."""
    return ()


@pytest.fixture
def page(browser: Browser, live_server, forgiven: tuple[re.Pattern[str], ...]) -> Iterator[Page]:
    """A tab of its own, on a desktop's width, with relative addresses going to the live server."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": DESKTOP, "height": 900}
    )
    tab = context.new_page()
    said = watch(context, tab, live_server.url)
    yield tab
    context.close()
    complaints = [words for words in said if not any(known.match(words) for known in forgiven)]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def sign_in(page: Page, live_server) -> Callable[[User], None]:
    """Puts a user's session into the tab, without going through the login form."""

    def give_session(user: User) -> None:
        client = Client()
        client.force_login(user)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return give_session


@pytest.fixture
def screenshot(page: Page) -> Callable[..., Path]:
    """Saves the whole page as screenshots/<name>.png, at a width and in a colour scheme."""

    def take(name: str, *, width: int = DESKTOP, scheme: str = "light") -> Path:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        path = SCREENSHOTS / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
