"""The desk's work in real browsers: two people at one inquiry, a caller, somebody away, a reply."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from admissions import linking, workflow
from admissions.models import Inquiry
from tests.admissions.people import received
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.visits import ERROR_ANSWER, SCHEMES, TOO_WIDE, WCAG, asked_on

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/admin/admissions/inquiry/add/"


@pytest.fixture
def forgiven() -> tuple[re.Pattern[str], ...]:
    return (ERROR_ANSWER,)


@pytest.fixture
def judge(page: Page, screenshot) -> Callable[[str], None]:
    """Axe and sideways scrolling, at both widths and in both colour schemes."""

    def look(name: str) -> None:
        for width in (PHONE, DESKTOP):
            for scheme in SCHEMES:
                screenshot(f"work-{name}-{width}-{scheme}", width=width, scheme=scheme)
                report = Axe().run(page, options=WCAG)
                assert not report.violations_count, f"{name}\n{report.generate_report()}"
                assert page.evaluate(TOO_WIDE) == [], f"{name} at {width}"

    return look


@pytest.fixture
def inquiry(transactional_db, lead) -> Inquiry:
    """Rosa wrote twice, and may be e-mailed."""
    other = received(key=None, message="I wrote last week as well")
    inquiry = received(consent=["call", "email"])
    workflow.claim(inquiry=inquiry, actor=lead, version=1)
    workflow.record_attempt(inquiry=inquiry, actor=lead, channel="call", outcome="reached")
    linking.link(inquiry=inquiry, other=other, actor=lead)
    received(key=None, message="And again")
    return Inquiry.objects.get(pk=inquiry.pk)


@pytest.fixture
def desk(page: Page, sign_in, lead, inquiry) -> Page:
    """The lead's browser; `inquiry` is there."""
    sign_in(lead)
    return page


def test_two_people_change_one_inquiry_and_the_second_chooses(
    desk: Page, inquiry, coordinator, judge
):
    page = desk
    page.goto(inquiry.get_absolute_url())
    judge("workspace")
    page.get_by_text("Set the priority", exact=True).first.click()
    page.get_by_label("Priority", exact=True).select_option(label="High")
    page.locator("#step-priority textarea").fill("Called twice")
    workflow.set_priority(
        inquiry=inquiry, actor=coordinator, version=inquiry.version, priority=2, reason="Alone"
    )
    page.get_by_role("button", name="Set the priority").click()
    expect(page.get_by_role("alert")).to_be_focused()
    row = page.get_by_role("row", name=re.compile("^Priority"))
    expect(row).to_contain_text("Normal")
    expect(row).to_contain_text("Urgent")
    expect(row).to_contain_text("High")
    judge("conflict")
    page.get_by_role("button", name="Apply mine to the inquiry as it is now").click()
    expect(page.locator(".messagelist")).to_contain_text("is set")
    inquiry.refresh_from_db()
    assert inquiry.priority == Inquiry.Priority.HIGH


def test_two_browsers_correct_one_inquiry(
    desk: Page, browser: Browser, live_server, inquiry, judge
):
    page = desk
    page.goto(f"/admin/admissions/inquiry/{inquiry.pk}/correct/")
    context = browser.new_context(
        base_url=live_server.url, storage_state=page.context.storage_state()
    )
    second = context.new_page()
    second.goto(page.url)
    second.locator("#id_message").fill("Mornings only")
    second.get_by_role("button", name="Save the corrections").click()
    expect(second.locator(".messagelist")).to_contain_text("is corrected")
    context.close()
    page.locator("#id_message").fill("Evenings only")
    page.locator("#id_name").fill("Rosa Cruz-Vega")
    page.get_by_role("button", name="Save the corrections").click()
    expect(page.get_by_role("row", name=re.compile("^Message"))).to_contain_text("Mornings only")
    judge("correct-conflict")
    page.get_by_role("checkbox", name="Keep this").check()
    page.get_by_role("button", name="Save it like this").click()
    expect(page.locator(".messagelist")).to_contain_text("is corrected")
    inquiry = Inquiry.objects.get(pk=inquiry.pk)
    assert (inquiry.message, inquiry.name) == ("Mornings only", "Rosa Cruz-Vega")


def test_a_caller_is_taken_in_by_keyboard_and_known_while_typing(desk: Page, inquiry, judge):
    page = desk
    page.goto(ADD)
    judge("add")
    page.get_by_label("Phone", exact=False).first.focus()
    page.locator("#id_phone").fill("(619) 555-0134")
    expect(page.locator("#earlier")).to_contain_text(inquiry.reference)
    assert "0134" not in page.url
    judge("add-earlier")
    page.locator("#id_phone").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    judge("add-error")
    page.locator("#id_name").fill("Rosa Cruz")
    page.locator("[name=asking_for][value=self]").check()
    page.locator("[name=contact_by][value=call]").check()
    page.locator("[name=voicemail_ok][value=no]").check()
    page.locator("#id_name").press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("is taken in, and yours")


def test_the_workflow_is_drawn(desk: Page, judge):
    desk.goto("/admin/admissions/inquiry/workflow/")
    judge("workflow")


def test_work_moves_from_somebody_away(desk: Page, judge):
    page = desk
    page.goto("/admin/admissions/inquiry/away/")
    judge("away")
    page.get_by_label("Who is away").select_option(index=1)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("1 open inquiry would be moved")
    judge("away-counted")
    page.get_by_role("button", name="Move the inquiries").click()
    expect(page.get_by_role("status")).to_contain_text("Done for 1 of 1.")


def test_a_reply_begins_with_a_template(desk: Page, inquiry, judge, settings):
    page = desk
    settings.EMAIL_CONFIGURED = True
    page.goto(inquiry.get_absolute_url())
    page.get_by_text("Reply by e-mail", exact=True).first.click()
    page.get_by_role("link", name="We tried to call (English)").click()
    expect(page.locator("#step-reply textarea")).to_have_value(re.compile("Hello Rosa Cruz"))
    judge("reply")
    page.get_by_role("button", name="Send the e-mail").click()
    expect(page.locator(".messagelist")).to_contain_text("is on its way")


@pytest.fixture
def writing(desk: Page, inquiry, settings) -> Page:
    """The page of `inquiry`, with a note half written and the e-mail's form open."""
    settings.EMAIL_CONFIGURED = True
    desk.goto(inquiry.get_absolute_url())
    desk.get_by_text("Add a note", exact=True).click()
    desk.locator("#step-note textarea").fill("Asked for Tuesdays")
    desk.get_by_text("Reply by e-mail", exact=True).first.click()
    return desk


def test_a_template_leaves_what_is_typed_in_another_form(writing: Page):
    writing.get_by_role("link", name="We tried to call (English)").click()
    text = writing.locator("#step-reply textarea")
    expect(text).to_have_value(re.compile("Hello Rosa Cruz"))
    expect(text).to_be_focused()
    expect(writing.locator("#step-note textarea")).to_have_value("Asked for Tuesdays")


@pytest.mark.parametrize("replaced", [True, False])
def test_a_template_replaces_a_typed_e_mail_only_when_told_to(writing: Page, replaced):
    text = writing.locator("#step-reply textarea")
    text.fill("Dear Rosa")
    writing.once("dialog", lambda asked: asked.accept() if replaced else asked.dismiss())
    writing.get_by_role("link", name="We tried to call (English)").click()
    expect(text).to_have_value(re.compile("Hello Rosa Cruz" if replaced else "^Dear Rosa$"))


def test_words_not_sent_are_asked_about_before_the_page_is_left(writing: Page):
    other = writing.get_by_role("link", name="Admissions queue")
    assert asked_on(writing, other.click) == ["beforeunload"]


def test_words_not_sent_are_asked_about_when_another_form_is_sent(writing: Page):
    writing.locator("#step-reply textarea").fill("Dear Rosa")
    send = writing.get_by_role("button", name="Send the e-mail")
    assert asked_on(writing, send.click) == ["beforeunload"]


def test_the_form_that_is_sent_asks_nothing(writing: Page):
    send = writing.get_by_role("button", name="Add the note")
    assert asked_on(writing, send.click) == []


def test_words_of_a_step_that_was_not_taken_are_asked_about(writing: Page, lead, inquiry):
    workflow.set_priority(
        inquiry=inquiry, actor=lead, version=inquiry.version, priority=2, reason="Alone"
    )
    writing.locator("#step-note textarea").fill("")
    writing.locator("#step-reply textarea").fill("Dear Rosa")
    writing.get_by_role("button", name="Send the e-mail").click()
    expect(writing.get_by_role("alert")).to_be_focused()
    writing.locator("#step-reply textarea").click()
    other = writing.get_by_role("link", name="Admissions queue")
    assert asked_on(writing, other.click) == ["beforeunload"]
