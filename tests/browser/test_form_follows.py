"""The form follows whom it is about, and leaves nothing of one person for the next."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Error, Page, expect

from tests.pages import FORM

HEADS = {
    "self": "Where are you with treatment right now?",
    "family": "Where is the person you care about with treatment right now?",
    "professional": "Where is your client with treatment right now?",
}


def fill(tab: Page) -> None:
    tab.fill("[name=name]", "Rosa")
    tab.check("[name=contact_by][value=call]")
    tab.fill("[name=phone]", "619 555 0134")
    tab.check("[name=voicemail_ok][value=no]")


def test_choosing_another_person_changes_the_words_and_keeps_the_answers(tab: Page, visits):
    tab.goto(visits.origin + FORM)
    fill(tab)
    for audience, words in HEADS.items():
        tab.check(f"[name=asking_for][value={audience}]")
        expect(tab.locator("#div_id_situation")).to_contain_text(words)
        assert tab.input_value("[name=name]") == "Rosa"
    expect(tab.locator("#div_id_relationship")).to_contain_text("What is your role?")
    tab.check("[name=asking_for][value=self]")
    expect(tab.locator("#div_id_relationship")).to_have_count(0)


def test_a_link_to_another_wording_keeps_the_answers_and_the_place(tab: Page, visits):
    tab.goto(f"{visits.origin}{FORM}?for=self&from=planner")
    fill(tab)
    tab.click(".audiences a >> text=Someone I care about")
    expect(tab.locator("#div_id_situation")).to_contain_text(HEADS["family"])
    assert tab.input_value("[name=name]") == "Rosa"
    expect(tab.locator("#div_id_relationship")).to_have_count(1)
    tab.click("text=Check my answers")
    expect(tab.locator("h1")).to_have_text("Check your answers")
    expect(tab.locator("main")).to_contain_text("Someone I care about")


def test_after_sending_neither_back_nor_a_new_form_shows_what_was_typed(tab: Page, visits):
    tab.goto(visits.origin + FORM)
    tab.check("[name=asking_for][value=self]")
    fill(tab)
    tab.click("text=Check my answers")
    tab.click("text=Send my request")
    expect(tab.locator("#inquiry-reference")).to_be_visible()
    for _step in range(3):
        with suppress(Error):  # the checked answers: the browser would have to send them again
            tab.go_back(timeout=3000)
        tab.wait_for_timeout(300)
        html = tab.content()
        assert "0134" not in html
        if tab.locator("[name=phone]").count():
            assert tab.input_value("[name=phone]") == ""
            assert tab.input_value("[name=name]") == ""
    tab.goto(visits.origin + FORM)
    assert tab.input_value("[name=name]") == ""
