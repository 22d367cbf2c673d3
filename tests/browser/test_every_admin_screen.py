"""Every screen that the admin has, found by itself, judged by axe: lists, forms, wrong forms,
histories, and what asks whether to delete. On a phone and on a desktop, light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page

from admissions import workflow
from admissions.models import DutyShift, Inquiry, Notification, ReplyTemplate
from programs.models import Clinic
from tests.admissions.people import received
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import ERROR_ANSWER, SCHEMES, TOO_WIDE, WCAG

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# To see what style sheets import, axe would write styles into the page, which the policy forbids.
OPTIONS = WCAG | {"preload": False}
# Colours change gradually, and are judged once they have.
SETTLED = "() => Promise.all(document.getAnimations().map((change) => change.finished))"
ADVICE = re.compile(r"\[DOM\]|Autofocus processing was blocked")  # of Chromium's own
ENTRANCE = ["login", "index", "password_change"]


@pytest.fixture
def forgiven() -> tuple[re.Pattern[str], ...]:
    return (ERROR_ANSWER, ADVICE)


@pytest.fixture
def boss(transactional_db) -> User:
    return User.objects.create_superuser("boss", first_name="Bea")


@pytest.fixture
def judge(page: Page, screenshot) -> Callable[[str], None]:
    """Axe finds nothing and nothing scrolls sideways, at both widths and in both schemes."""

    def look(name: str) -> None:
        for width in (PHONE, DESKTOP):
            for scheme in SCHEMES:
                screenshot(f"admin-{name}-{width}-{scheme}", width=width, scheme=scheme)
                page.evaluate(SETTLED)
                report = Axe().run(page, options=OPTIONS)
                where = f"{name} at {width}, {scheme}"
                assert not report.violations_count, f"{where}\n{report.generate_report()}"
                assert page.evaluate(TOO_WIDE) == [], where

    return look


@pytest.fixture
def desk(page: Page, sign_in, site, boss, coordinator) -> Page:
    """A superuser's tab, and a row of everything."""
    inquiry = received(consent=["email"])
    workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    received(key=None, suspicions=["links"])
    assert Inquiry.objects.exists()
    assert Notification.objects.exists()
    DutyShift.objects.create(member=coordinator, weekday=0, starts="09:00", ends="17:00")
    ReplyTemplate.objects.create(name="Hours", language="en", body="We are open.")
    Clinic.current()
    sign_in(boss)
    return page


def address(model: type[Model], view: str, *args: object) -> str | None:
    """None where the admin has no such page."""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)
    except NoReverseMatch:
        return None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_axe_finds_nothing_on_any_screen_of_a_record(model, desk: Page, judge, boss):
    request = RequestFactory().get("/")
    request.user = boss
    shown = admin.site._registry[model]
    row = model._base_manager.order_by("pk").first()
    pages = {"changelist": address(model, "changelist")}
    if shown.has_add_permission(request):
        pages["add"] = address(model, "add")
    if row is not None:
        pages |= {view: address(model, view, row.pk) for view in ("change", "history")}
        if shown.has_delete_permission(request, row):
            pages["delete"] = address(model, "delete", row.pk)
    for view, url in pages.items():
        if url is None:
            continue
        response = desk.goto(url)
        if response is None or response.status in {403, 404}:
            continue  # a page that this admin does not give anybody
        assert response.status == 200, url
        judge(f"{model._meta.label} {view}")
        save = desk.locator("input[name=_save]")
        if view == "add" and save.count():
            desk.evaluate("document.querySelector('form[method=post]').noValidate = true")
            save.first.click()
            judge(f"{model._meta.label} {view}, sent empty")


@pytest.mark.parametrize("name", ENTRANCE)
def test_axe_finds_nothing_on_the_way_in(name, desk: Page, judge):
    if name == "login":
        desk.context.clear_cookies()
    desk.goto(reverse(f"admin:{name}"))
    judge(name)


def test_axe_finds_nothing_where_somebody_is_refused(page: Page, judge, live_server):
    page.goto(reverse("admin:login"))
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.locator("[type=submit]").click()
    judge("login refused")
