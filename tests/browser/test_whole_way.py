"""One inquiry, all the way: a visitor sends it, a coordinator finds it, works it and closes it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from admissions import spam
from admissions.models import Inquiry, Notification
from tests.pages import FORM, PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def content(transactional_db, site):
    """The real content, committed, so that the live server sees it."""


def send_inquiry(page: Page, screenshot) -> str:
    """Goes from the home page to the confirmation as a mother would; returns the reference."""
    page.goto("/")
    screenshot("home-phone", width=390)
    page.get_by_role("link", name="someone I care about").click()
    page.get_by_label("Your name").fill("Marta Ejemplo")
    page.get_by_label("Phone call").first.check()
    page.get_by_label("Phone number").fill("(619) 555-0134")
    page.get_by_role("group", name="May we leave a voicemail?").get_by_label("No").check()
    page.wait_for_timeout(spam.FASTEST * 1000)  # nobody is as fast as this tab
    screenshot("form-phone", width=390)
    page.get_by_role("button", name="Check my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    screenshot("check-phone", width=390)
    page.get_by_role("button", name="Send my request").click()
    reference = page.locator("#inquiry-reference")
    expect(reference).to_be_visible()
    screenshot("confirmation-phone", width=390)
    return reference.inner_text()


def test_a_visitor_reads_the_program_and_reaches_the_form(page: Page, content, screenshot):
    page.goto("/")
    page.get_by_role("link", name="See how the program works").click()
    expect(page).to_have_url(re.compile(f"{PROGRAM}$"))
    screenshot("program")
    page.get_by_role("link", name="Group Therapy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Group Therapy")
    page.get_by_role("banner").get_by_role("link", name="Talk to admissions").click()
    expect(page).to_have_url(re.compile(rf"{FORM}\?from=component$"))


def test_an_inquiry_goes_from_a_phone_to_an_outcome(
    page: Page, content, coordinator, sign_in, screenshot
):
    reference = send_inquiry(page, screenshot)
    inquiry = Inquiry.objects.get(reference=reference)
    assert inquiry.phone.as_e164 == "+16195550134"
    assert Notification.objects.filter(inquiry=inquiry).count() == 1

    sign_in(coordinator)
    page.goto("/admin/admissions/inquiry/")
    row = page.get_by_role("row").filter(has_text=reference)
    expect(row).to_have_count(1)
    screenshot("queue")
    page.get_by_role("link", name=reference).first.click()
    screenshot("workspace-new")
    page.get_by_role("button", name="Claim").first.click()
    inquiry.refresh_from_db()
    assert inquiry.status == Inquiry.Status.CLAIMED
    assert inquiry.assignee == coordinator
    screenshot("workspace-claimed")

    page.get_by_label("How it went").select_option(label="Reached the person")
    page.get_by_role("button", name="Log the attempt").click()
    inquiry.refresh_from_db()
    assert inquiry.status == Inquiry.Status.CONTACTED
    assert inquiry.first_contact_at is not None

    page.get_by_text("Close", exact=True).click()
    page.get_by_label("How it ended").select_option(label="Referred on: out of area")
    page.get_by_role("button", name="Close the inquiry").click()
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.outcome) == ("closed", "referred-on")
    screenshot("workspace-closed")
    kinds = list(inquiry.events.values_list("kind", flat=True))
    assert kinds == ["received", "claimed", "attempted", "closed"]

    page.goto("/admin/admissions/inquiry/")
    expect(page.get_by_text(reference)).to_have_count(0)


def test_the_whole_way_works_without_javascript(browser, live_server, content):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(FORM)
    page.get_by_label("Me", exact=True).check()
    page.get_by_label("Your name").fill("Sam")
    page.get_by_label("E-mail").first.check()
    page.get_by_label("E-mail address").fill("sam@example.org")
    page.get_by_role("button", name="Check my answers").click()
    page.get_by_role("button", name=re.compile("Change.*E-mail address")).click()
    expect(page.get_by_label("Your name")).to_have_value("Sam")
    page.get_by_label("E-mail address").fill("sam@example.net")
    page.get_by_role("button", name="Check my answers").click()
    page.get_by_role("button", name="Send my request").click()
    reference = page.locator("#inquiry-reference").inner_text()
    context.close()
    assert Inquiry.objects.get().reference == reference
    assert Inquiry.objects.get().email == "sam@example.net"
