"""Every mistake the form can point out, as met by eye, keyboard and screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from admissions import rate
from admissions.forms import wording
from admissions.models import Inquiry
from amity_site.environment import Rate
from tests.browser.visits import ERROR_ANSWER, WCAG, watch
from tests.pages import FORM

CHECK_BUTTON = "Check my answers"
RING = "() => document.activeElement?.className ?? ''"


def fill(page: Page, **text: str) -> None:
    """What has no mistake, and then `text` by the names of its fields."""
    page.check("[name=asking_for][value=self]")
    page.check("[name=contact_by][value=call]")
    page.check("[name=voicemail_ok][value=no]")
    for name, value in ({"name": "Rosa", "phone": "619 555 0134"} | text).items():
        page.fill(f"[name={name}]", value)


def by(channel: str) -> Callable[[Page], None]:
    def mistake(page: Page) -> None:
        fill(page, phone="", email="")
        page.check(f"[name=contact_by][value={channel}]")

    return mistake


def typed(**text: str) -> Callable[[Page], None]:
    return lambda page: fill(page, **text)


def unchecked(name: str) -> Callable[[Page], None]:
    def mistake(page: Page) -> None:
        fill(page)
        page.evaluate(
            "(name) => document.querySelectorAll(`[name=${name}]`)"
            ".forEach((input) => input.checked = false)",
            name,
        )

    return mistake


def unlisted(page: Page) -> None:
    fill(page)
    page.evaluate("() => document.querySelector('[name=contact_by]:checked').value = 'pigeon'")


def twice(page: Page) -> None:
    fill(page)
    page.evaluate(
        "() => document.querySelector('[name=name]').after(Object.assign("
        "document.createElement('input'), {type: 'hidden', name: 'name', value: 'Ana'}))"
    )


def unconfirmed(page: Page) -> None:
    fill(page)
    page.check("[name=confirmation]")


def long(length: int) -> str:
    return "x" * length


# What goes wrong → how, and the field that says so.
MISTAKES: dict[str, tuple[Callable[[Page], None], str]] = {
    "asking_for is missing": (unchecked("asking_for"), "asking_for"),
    "name is missing": (typed(name=""), "name"),
    "contact_by is missing": (unchecked("contact_by"), "contact_by"),
    "voicemail_ok is missing": (unchecked("voicemail_ok"), "voicemail_ok"),
    "phone is missing for a call": (by("call"), "phone"),
    "phone is missing for a text": (by("text"), "phone"),
    "email is missing for an e-mail": (by("email"), "email"),
    "email is missing for the confirmation": (unconfirmed, "email"),
    "phone is unclear": (typed(phone="12"), "phone"),
    "extension is too long": (typed(phone="619 555 0134 ext 1234567890123"), "phone"),
    "email is unclear": (typed(email="rosa at example"), "email"),
    "email is too long": (typed(email=f"{long(60)}@{long(60)}.{long(190)}.com"), "email"),
    "name is too long": (typed(name=long(121)), "name"),
    "ask_for is too long": (typed(ask_for=long(121)), "ask_for"),
    "message is too long": (typed(message=long(2001)), "message"),
    "hidden characters": (typed(name="Ro\x07sa"), "name"),
    "an answer that is not listed": (unlisted, "contact_by"),
    "an answer given twice": (twice, "name"),
}
# What each message of the form is shown by.
SHOWN = {
    wording.REQUIRED["asking_for"]: "asking_for is missing",
    wording.REQUIRED["name"]: "name is missing",
    wording.REQUIRED["contact_by"]: "contact_by is missing",
    wording.MISSING_VOICEMAIL: "voicemail_ok is missing",
    wording.MISSING_ROUTE["call"][1]: "phone is missing for a call",
    wording.MISSING_ROUTE["text"][1]: "phone is missing for a text",
    wording.MISSING_ROUTE["email"][1]: "email is missing for an e-mail",
    wording.MISSING_FOR_CONFIRMATION: "email is missing for the confirmation",
    wording.PHONE_UNCLEAR: "phone is unclear",
    wording.EXTENSION_TOO_LONG: "extension is too long",
    wording.EMAIL_UNCLEAR: "email is unclear",
    wording.TOO_LONG["email"]: "email is too long",
    wording.TOO_LONG["name"]: "name is too long",
    wording.TOO_LONG["ask_for"]: "ask_for is too long",
    wording.TOO_LONG["message"]: "message is too long",
    wording.HIDDEN_CHARACTERS: "hidden characters",
    wording.CHOOSE_LISTED: "an answer that is not listed",
    wording.ONCE: "an answer given twice",
}


def words(message: object) -> re.Pattern[str]:
    """`message` with anything where its numbers and names stand."""
    parts = re.split(r"%\(\w+\)[sd]", str(message))
    return re.compile(".*".join(re.escape(part) for part in parts), re.DOTALL)


def field(page: Page, name: str) -> Locator:
    return page.locator(f"main [name={name}]:not([type=hidden])").first


def clean(page: Page) -> None:
    found = Axe().run(page, options=WCAG)
    assert not found.response["violations"], found.generate_report()


@pytest.fixture
def form(browser: Browser, live_server, site: None) -> Iterator[Page]:
    """The form in a tab of its own, in which an answer 4xx is what the test is about."""
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    complaints = watch(context, page, live_server.url)
    page.goto(FORM)
    yield page
    context.close()
    assert [said for said in complaints if not ERROR_ANSWER.match(said)] == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_said_first_and_at_its_field(form: Page, mistake: str):
    make, name = MISTAKES[mistake]
    message = next(message for message, shown in SHOWN.items() if shown == mistake)
    make(form)
    form.get_by_role("button", name=CHECK_BUTTON).click()
    expect(form).to_have_title(re.compile("^Error: "))
    summary = form.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading")).to_have_text("There is a problem")
    link = summary.get_by_role("link", name=words(message))
    expect(link).to_have_count(1)
    for width, scheme in ((360, "dark"), (1280, "light")):
        form.set_viewport_size({"width": width, "height": 800})
        form.emulate_media(color_scheme=scheme)
        clean(form)
    link.press("Enter")
    control = field(form, name)
    expect(control).to_be_focused()
    grouped = control.get_attribute("type") in {"radio", "checkbox"}
    said = form.locator(f"#div_id_{name}") if grouped else control
    expect(said).to_have_accessible_description(words(message))
    expect(control).to_have_attribute("aria-invalid", "true")


def test_every_message_of_the_form_has_its_state():
    said = [
        *wording.REQUIRED.values(),
        *wording.TOO_LONG.values(),
        *(message for _field, message in wording.MISSING_ROUTE.values()),
        *(value for name, value in vars(wording).items() if name.startswith("MISSING_FOR")),
        *(wording.CHOOSE_LISTED, wording.ONCE, wording.HIDDEN_CHARACTERS, wording.PHONE_UNCLEAR),
        *(wording.EXTENSION_TOO_LONG, wording.EMAIL_UNCLEAR, wording.MISSING_VOICEMAIL),
    ]
    missing = set(map(str, said)) - set(map(str, SHOWN))
    # Asked only of somebody who writes for another person.
    assert missing == {str(wording.TOO_LONG["relationship"])}
    assert set(SHOWN.values()) == set(MISTAKES)


def test_over_the_rate_the_answers_stay_and_it_says_when_to_try_again(form: Page, settings):
    settings.INQUIRY_RATE = Rate(1, "h")
    rate.forget()
    for _time in range(2):
        form.goto(FORM)
        fill(form, message="Words worth keeping.")
        form.get_by_role("button", name=CHECK_BUTTON).click()
        form.get_by_role("button", name="Send my request").click()
    expect(form.get_by_role("alert")).to_contain_text("Too many requests came from your network")
    assert form.input_value("[name=message]") == "Words worth keeping."
    clean(form)
    assert Inquiry.objects.count() == 1


def test_other_answers_than_those_checked_are_shown_again(form: Page):
    fill(form)
    form.get_by_role("button", name=CHECK_BUTTON).click()
    form.evaluate("() => document.querySelector('input[name=phone]').value = '619 555 0199'")
    form.get_by_role("button", name="Send my request").click()
    expect(form.get_by_role("alert")).to_contain_text("Nothing was sent")
    expect(form.locator("main")).to_contain_text("(619) 555-0199")
    clean(form)
    assert not Inquiry.objects.exists()


def test_with_the_keyboard_alone_mistakes_are_mended_and_the_form_is_sent(form: Page):
    def to(name: str) -> None:
        for _stop in range(90):
            form.keyboard.press("Tab")
            if form.evaluate("() => document.activeElement?.name ?? ''") == name:
                return
        raise AssertionError(f"Tab never came to {name}")

    def press(label: str) -> None:
        for _stop in range(90):
            form.keyboard.press("Tab")
            if label in form.evaluate("() => document.activeElement?.textContent ?? ''"):
                form.keyboard.press("Enter")
                return
        raise AssertionError(f"Tab never came to {label}")

    to("asking_for")
    form.keyboard.press("Space")
    to("name")
    form.keyboard.type("Rosa")
    to("contact_by")
    form.keyboard.press("Space")
    to("voicemail_ok")
    form.keyboard.press("ArrowDown")
    press(CHECK_BUTTON)
    expect(form.locator(".error-summary")).to_be_focused()
    form.keyboard.press("Tab")
    form.keyboard.press("Enter")
    expect(field(form, "phone")).to_be_focused()
    form.keyboard.type("619 555 0134")
    press(CHECK_BUTTON)
    expect(form.get_by_role("heading", level=1)).to_have_text("Check your answers")
    press("Send my request")
    shown = form.locator("#inquiry-reference")
    expect(shown).to_be_visible()
    assert shown.inner_text() == Inquiry.objects.get().reference
