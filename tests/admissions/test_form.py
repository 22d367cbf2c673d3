"""The form as a visitor meets it."""

from __future__ import annotations

import re

import pytest

from admissions import spam
from programs.models import Clinic, CrisisLine
from tests.admissions.answers import CHECK, FORM, control, post, soup_of

pytestmark = pytest.mark.django_db

FIELDS = [
    *("asking_for", "relationship", "name", "ask_for", "phone", "email", "contact_by"),
    *("best_time", "voicemail_ok", "language", "situation", "payer", "message"),
    *("confirmation", "consent"),
]


@pytest.fixture
def form(client):
    return soup_of(client.get(FORM))


def test_the_form_asks_exactly_the_agreed_questions(form) -> None:
    names = {
        item["name"]
        for item in form.main.form.find_all(["input", "select", "textarea"])
        if item.get("type") != "hidden"
    }
    assert names - {spam.TRAP} == set(FIELDS)
    assert spam.TRAP in names - set(FIELDS)


def test_the_form_is_sent_to_the_check_page_without_the_browser_judging_it(form) -> None:
    tag = form.main.form
    assert (tag["action"], tag["method"]) == (CHECK, "post")
    assert tag.has_attr("novalidate")
    assert "novalidate" not in str(form.main).replace(str(tag)[: str(tag).index(">")], "", 1)
    assert not form.main.find_all(required=True)
    assert not form.main.find_all(maxlength=True)


@pytest.mark.parametrize(
    ("value", "question"),
    [
        ("self", "Where are you with treatment right now?"),
        ("family", "Where is the person you care about with treatment right now?"),
        ("professional", "Where is your client with treatment right now?"),
    ],
)
def test_for_presets_whom_it_is_about_and_the_wording(client, value, question) -> None:
    soup = soup_of(client.get(FORM, {"for": value}))
    [sent] = soup.main.find_all("input", {"name": "asking_for"})
    assert (sent["type"], sent["value"]) == ("hidden", value)
    assert question in soup.main.get_text()
    assert soup.main.find("a", {"aria-current": "true"})["href"] == f"{FORM}?for={value}"


def test_a_page_for_oneself_does_not_ask_how_one_knows_the_person(client) -> None:
    asked = {
        value: bool(soup_of(client.get(FORM, {"for": value})).find(id="id_relationship"))
        for value in ("self", "family", "professional")
    }
    assert asked == {"self": False, "family": True, "professional": True}


def test_whom_it_is_for_is_asked_once(client, form) -> None:
    # With answers in it the form keeps them: a link to another wording would not.
    posted = soup_of(post(client, leave_out="name"))
    for page in (form, posted):
        assert not page.main.find(class_="audiences")
        assert len(page.main.find_all("input", {"name": "asking_for", "type": "radio"})) == 3


@pytest.mark.parametrize("value", ["", "everyone", "self\x00", "SELF", "<script>"])
def test_any_other_value_of_for_presets_nothing(client, value) -> None:
    response = client.get(FORM, {"for": value})
    assert response.status_code == 200
    assert not soup_of(response).main.find_all("input", {"name": "asking_for"}, checked=True)


def test_three_plain_links_choose_the_wording(client) -> None:
    form = soup_of(client.get(FORM, {"for": "self"}))
    links = [a["href"] for a in form.main.find(class_="audiences").find_all("a")]
    assert links == [f"{FORM}?for={value}" for value in ("self", "family", "professional")]


def test_optional_questions_say_so_and_required_ones_do_not(form) -> None:
    marked = {
        name
        for name in FIELDS
        if "(optional)" in form.find(id=f"div_id_{name}").find(["legend", "label"]).get_text()
    }
    assert marked == {
        *("relationship", "ask_for", "best_time", "situation", "payer", "message"),
        *("confirmation", "consent"),
    }


def test_every_question_has_a_hint_that_its_control_or_group_refers_to(form) -> None:
    for name in FIELDS:
        box = form.find(id=f"div_id_{name}")
        described = box if box.name == "fieldset" else control(form, name)
        hint = form.find(id=described["aria-describedby"])
        assert hint.get_text(strip=True), name


def test_radios_and_check_boxes_are_grouped_and_every_control_has_a_label(form) -> None:
    for item in form.main.form.find_all(["input", "select", "textarea"]):
        if item.get("type") == "hidden":
            continue
        named = item.find_parent("label") or form.find("label", {"for": item["id"]})
        assert named, item["name"]
        if item.get("type") in {"radio", "checkbox"}:
            assert item.find_parent("fieldset").legend.get_text(strip=True)


def test_controls_help_phones_and_browsers_fill_them_in(form) -> None:
    assert control(form, "name")["autocomplete"] == "name"
    phone, email = control(form, "phone"), control(form, "email")
    assert (phone["type"], phone["inputmode"], phone["autocomplete"]) == ("tel", "tel", "tel")
    assert (email["type"], email["inputmode"], email["autocomplete"]) == ("email",) * 3


@pytest.mark.parametrize("name", ["relationship", "ask_for", "message"])
def test_a_shared_browser_does_not_remember_private_answers(form, name) -> None:
    assert control(form, name)["autocomplete"] == "off"


def test_nothing_is_consented_to_beforehand_and_no_voicemail_is_presumed(form) -> None:
    assert not form.main.find_all("input", {"name": ["consent", "voicemail_ok"]}, checked=True)
    assert form.main.find("input", {"name": "language"}, checked=True)["value"] == "en"


def test_text_fields_take_either_writing_direction(form) -> None:
    for name in ("name", "ask_for", "relationship", "message"):
        assert control(form, name)["dir"] == "auto"


def test_each_form_has_a_key_of_its_own(client) -> None:
    keys = {control(soup_of(client.get(FORM)), "key")["value"] for _n in range(3)}
    assert len(keys) == 3


def test_the_form_says_that_nobody_watches_it_for_emergencies(form) -> None:
    assert "Nobody watches this form for emergencies" in form.main.get_text()
    assert form.main.find("a", href="tel:911")
    assert form.main.find("a", href="tel:988")


def test_the_words_around_mistakes_and_questions_are_calm(client) -> None:
    words = soup_of(client.post(CHECK)).main.get_text().lower()
    assert not re.search(r"\b(please|sorry|invalid|failed|forbidden)\b", words)


@pytest.mark.parametrize("path", [FORM, CHECK])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_no_answer_of_the_form_may_be_kept_by_a_browser_or_a_cache(client, path, method) -> None:
    header = getattr(client, method)(path).headers["Cache-Control"]
    assert {part.strip() for part in header.split(",")} == {"no-store", "private"}


def test_a_head_request_is_answered_as_a_get(client) -> None:
    assert client.head(FORM).status_code == 200


@pytest.mark.parametrize("path", [FORM, CHECK])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_wrong_method_is_refused_and_told_which_are_right(client, path, method) -> None:
    response = getattr(client, method)(path)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_a_clinic_that_takes_nobody_new_says_so_and_still_takes_a_message(client, site) -> None:
    Clinic.objects.update_or_create(
        pk=1, defaults={"accepting_new_clients": False, "accepting_checked_on": "2025-03-04"}
    )
    soup = soup_of(client.get(FORM))
    words = " ".join(soup.main.get_text().split())
    assert "not taking new clients right now" in words
    assert "March 4, 2025" in words
    assert soup.main.form.find("button", type="submit")


def notice_of(soup):
    """What is said of new clients, and the numbers it names."""
    heading = soup.main.find("h2", string="We are not taking new clients right now")
    notice = heading.find_parent(class_="notice")
    return notice.get_text(), [link["href"] for link in notice.find_all("a")]


def test_only_lines_that_find_care_are_named_for_care_somewhere_else(client, site) -> None:
    Clinic.objects.update(accepting_new_clients=False, accepting_checked_on="2025-03-04")
    words, numbers = notice_of(soup_of(client.get(FORM)))
    assert "find care somewhere else" in words
    assert numbers == ["tel:+18006624357", "tel:+18887247240"]


def test_where_no_line_finds_care_none_is_announced(client, site) -> None:
    Clinic.objects.update(accepting_new_clients=False, accepting_checked_on="2025-03-04")
    CrisisLine.objects.update(finds_care=False)
    words, numbers = notice_of(soup_of(client.get(FORM)))
    assert "somewhere else" not in words and numbers == []


@pytest.mark.parametrize("accepting", [None, True])
def test_otherwise_the_form_says_nothing_about_taking_clients(client, accepting) -> None:
    Clinic.objects.update_or_create(
        pk=1, defaults={"accepting_new_clients": accepting, "accepting_checked_on": "2025-03-04"}
    )
    assert "not taking new clients" not in client.get(FORM).text
