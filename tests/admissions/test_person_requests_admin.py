"""The pages of requests about a person: what they show, what they refuse, what they never say."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from admissions import retention, workflow
from admissions.models import Inquiry
from tests.admissions.people import received

PERSON = "/admin/admissions/inquiry/person/"
PERSONAL = re.compile(r"Rosa|Cruz|619|0134|rosa@example|evenings", re.I)


@pytest.fixture
def desk(client, lead):
    client.force_login(lead)
    return client


@pytest.fixture
def inquiry(db):
    return received(consent=["call", "text"])


def url(name, inquiry=None):
    return reverse(f"admin:admissions_inquiry_{name}", args=[inquiry.pk] if inquiry else [])


def soup_of(response):
    return BeautifulSoup(response.content.decode(), "html5lib")


def find(desk, who):
    response = desk.post(PERSON, {"who": who})
    assert response.status_code == 200
    return soup_of(response)


def fresh(inquiry):
    return Inquiry.objects.get(pk=inquiry.pk)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# Finding


def test_the_look_up_stands_at_its_address(desk):
    assert url("person") == PERSON
    soup = soup_of(desk.get(PERSON))
    assert soup.select_one('main form[method="post"] input[name="who"]')
    assert not soup.select(".desk-matches")


@pytest.mark.parametrize("who", ["(619) 555-0134", "ROSA@example.org", "cruz", "0134"])
def test_a_person_is_found_by_phone_mail_or_name(desk, inquiry, who):
    received(key=None, name="Somebody Else", phone="+16195550199", email="", ask_for="")
    matches = find(desk, who).select(".desk-matches > li")
    assert len(matches) == 1
    assert inquiry.reference in matches[0].text
    assert "Rosa Cruz" in matches[0].text


def test_a_person_is_found_by_reference_even_when_erased(desk, inquiry, lead):
    retention.erase(inquiry, actor=lead)
    [match] = find(desk, inquiry.reference).select(".desk-matches > li")
    assert "Erased on" in match.text
    assert not match.select("input")


def test_what_was_looked_for_is_in_no_address(desk, inquiry):
    soup = find(desk, "Rosa")
    for tag in soup.select("[href], [action], [formaction]"):
        address = " ".join(str(tag.get(name, "")) for name in ("href", "action", "formaction"))
        assert not PERSONAL.search(address)
    assert not PERSONAL.search(soup.title.text)
    # In the address it is not read at all.
    assert not soup_of(desk.get(f"{PERSON}?who=Rosa")).select(".desk-matches")


def test_nothing_found_says_what_to_try(desk, inquiry):
    assert "Nothing is held under these words" in find(desk, "Nobody").text


def test_an_empty_look_up_says_what_to_do(desk):
    response = desk.post(PERSON, {"who": " "})
    assert response.status_code == 422
    assert "Write what to look for." in response.content.decode()


def test_finding_costs_the_same_for_many_matches(desk, django_assert_max_num_queries):
    for _n in range(60):
        received(key=None)
    with django_assert_max_num_queries(8):
        soup = find(desk, "Rosa Cruz")
    assert len(soup.select(".desk-matches > li")) == 50
    assert "There are more" in soup.text


def test_pages_with_a_person_on_them_are_stored_nowhere(desk, inquiry):
    chosen = {"inquiry": [inquiry.pk]}
    answers = [
        desk.post(PERSON, {"who": "Rosa"}),
        desk.post(url("export"), chosen | {"as": "page"}),
        desk.post(url("export"), chosen | {"as": "file"}),
        desk.post(url("erase"), chosen),
        desk.get(url("correct", inquiry)),
        desk.get(url("hold", inquiry)),
    ]
    for response in answers:
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]


# A copy


def test_the_file_is_named_by_the_reference_alone(desk, inquiry):
    response = desk.post(url("export"), {"inquiry": [inquiry.pk], "as": "file"})
    assert response["Content-Type"] == "application/json"
    disposition = f'attachment; filename="{inquiry.reference}.json"'
    assert response["Content-Disposition"] == disposition
    document = json.loads(response.content)
    assert document["inquiries"][0]["answers"]["email"] == "rosa@example.org"
    assert fresh(inquiry).events.filter(kind="exported").count() == 1


def test_several_come_in_one_file(desk, inquiry):
    other = received(key=None, message="Second")
    response = desk.post(url("export"), {"inquiry": [other.pk, inquiry.pk], "as": "file"})
    references = [row["reference"] for row in json.loads(response.content)["inquiries"]]
    assert references == [inquiry.reference, other.reference]
    assert f"{inquiry.reference}-and-1-more.json" in response["Content-Disposition"]


def test_the_page_to_print_shows_everything(desk, inquiry, lead):
    workflow.add_note(inquiry=inquiry, actor=lead, text="Said <b>yes</b>\nto Tuesday")
    soup = soup_of(desk.post(url("export"), {"inquiry": [inquiry.pk], "as": "page"}))
    text = soup.select_one(".desk-copy").text
    for words in ("Rosa Cruz", "Only evenings", "Text message", "Said <b>yes</b>", "Note"):
        assert words in text
    assert not PERSONAL.search(soup.title.text)


@pytest.mark.parametrize("what", ["export", "erase"])
def test_nothing_chosen_is_said_and_the_matches_stay(desk, inquiry, what):
    response = desk.post(url(what), {"who": "Rosa"})
    assert response.status_code == 422
    assert "Choose at least one inquiry." in response.content.decode()
    assert soup_of(response).select(".desk-matches > li")


def test_rows_that_are_none_are_passed_over(desk, inquiry):
    data = {"who": "Rosa", "inquiry": ["x", "-1", "9" * 30, "999999", "٣"]}
    assert desk.post(url("export"), data).status_code == 422
    assert desk.post(url("erase"), data).status_code == 422


@pytest.mark.parametrize("what", ["export", "erase"])
def test_an_address_alone_does_nothing(desk, inquiry, what):
    response = desk.get(f"{url(what)}?inquiry={inquiry.pk}&confirm=ERASE")
    assert response.status_code == 302
    assert fresh(inquiry).events.count() == 1


# Erasing


def confirm(desk, *inquiries, word="ERASE"):
    data = {"inquiry": [row.pk for row in inquiries], "confirm": word}
    data |= {f"version-{row.pk}": row.version for row in inquiries}
    return desk.post(url("erase"), data)


def test_erasing_first_says_what_goes_and_what_stays(desk, inquiry):
    soup = soup_of(desk.post(url("erase"), {"inquiry": [inquiry.pk]}))
    assert "1 inquiry will be erased" in soup.text
    assert "It is open" in soup.text
    assert soup.select_one('input[name="confirm"]')
    assert fresh(inquiry).erased_at is None


@pytest.mark.parametrize("word", ["", "yes", "ERASED"])
def test_without_the_word_nothing_is_erased(desk, inquiry, word):
    response = confirm(desk, inquiry, word=word)
    assert response.status_code == 422
    assert "Type the word ERASE" in response.content.decode()
    assert fresh(inquiry).erased_at is None


def test_with_the_word_it_is_erased_and_said_by_reference(desk, inquiry, lead):
    other = received(key=None)
    response = confirm(desk, inquiry, other, word="erase ")
    assert response.url == PERSON
    assert fresh(inquiry).erased_at and fresh(other).erased_at
    [message] = said(response)
    assert message.startswith("2 inquiries are erased")
    assert inquiry.reference in message
    assert fresh(inquiry).events.get(kind="erased").actor == lead


def test_one_on_hold_is_named_and_stays(desk, inquiry, lead):
    retention.hold(inquiry=inquiry, actor=lead, version=1, reason="x")
    soup = soup_of(desk.post(url("erase"), {"inquiry": [inquiry.pk]}))
    assert "on legal hold" in soup.text
    assert not soup.select('input[name="confirm"]')
    response = confirm(desk, fresh(inquiry))
    assert "legal hold" in said(response)[0]
    assert fresh(inquiry).erased_at is None


def test_one_that_changed_after_the_page_was_shown_stays(desk, inquiry, lead):
    workflow.claim(inquiry=inquiry, actor=lead, version=1)
    response = confirm(desk, inquiry)
    assert "changed this inquiry" in said(response)[0]
    assert fresh(inquiry).erased_at is None


def test_without_a_ledger_nothing_is_erased_and_the_page_says_so(desk, inquiry, settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path / "missing" / "ledger"
    response = confirm(desk, inquiry)
    assert "ledger cannot be written" in said(response)[0]
    assert fresh(inquiry).erased_at is None


# Correcting


def answers_on(page):
    """What the form would send."""
    form = page.select_one(".desk-request form")
    data = {}
    for item in form.select("input, textarea, select"):
        if item.get("type") in {"radio", "checkbox"} and not item.has_attr("checked"):
            continue
        if item.name == "select":
            chosen = item.find("option", selected=True)
            data[item["name"]] = chosen["value"] if chosen else ""
        else:
            data[item["name"]] = item.text if item.name == "textarea" else item["value"]
    data.pop("csrfmiddlewaretoken", None)
    return data


def test_the_form_shows_what_is_stored_and_sent_unchanged_changes_nothing(desk, inquiry):
    page = soup_of(desk.get(url("correct", inquiry)))
    data = answers_on(page)
    assert data["name"] == "Rosa Cruz"
    assert "consent" not in data
    response = desk.post(url("correct", inquiry), data)
    assert response.url == inquiry.get_absolute_url()
    assert fresh(inquiry).version == 1
    assert "says the same" in said(response)[0]


def test_a_correction_is_saved_and_told(desk, inquiry, lead):
    data = answers_on(soup_of(desk.get(url("correct", inquiry))))
    response = desk.post(url("correct", inquiry), data | {"phone": "619.555.0177 x9"})
    assert response.status_code == 302
    row = fresh(inquiry)
    assert (str(row.phone.as_e164), row.phone_extension) == ("+16195550177", "9")
    assert row.events.get(kind="amended").actor == lead
    again = answers_on(soup_of(desk.get(url("correct", inquiry))))
    assert again["phone"] == "(619) 555-0177 x9"


def test_it_is_checked_as_the_public_form_is(desk, inquiry):
    data = answers_on(soup_of(desk.get(url("correct", inquiry))))
    response = desk.post(url("correct", inquiry), data | {"phone": "12", "name": ""})
    assert response.status_code == 422
    soup = soup_of(response)
    assert soup.title.text.strip().startswith("Error:")
    links = {link["href"] for link in soup.select(".desk-alert a")}
    assert links == {"#id_phone", "#id_name"}
    for link in links:
        assert soup.select_one(link)
    assert fresh(inquiry).version == 1


def test_one_made_on_an_older_version_is_refused_with_both_sides_shown(desk, inquiry):
    data = answers_on(soup_of(desk.get(url("correct", inquiry))))
    received(message="Mornings now")  # they sent the form again meanwhile
    response = desk.post(url("correct", inquiry), data | {"message": "Any time"})
    assert response.status_code == 409
    soup = soup_of(response)
    assert "Mornings now" in soup.select_one(".desk-alert").text
    assert soup.select_one("textarea[name=message]").text.strip() == "Any time"
    assert fresh(inquiry).message == "Mornings now"
    # Sent once more, knowingly, it is taken.
    assert desk.post(url("correct", inquiry), answers_on(soup)).status_code == 302
    assert fresh(inquiry).message == "Any time"


def test_what_only_a_colleague_corrected_is_not_undone(desk, inquiry):
    data = answers_on(soup_of(desk.get(url("correct", inquiry))))
    received(message="Mornings now")
    response = desk.post(url("correct", inquiry), data | {"name": "Rosa Cruz-Vega"})
    soup = soup_of(response)
    assert not soup.select(".desk-conflict"), "nobody changed the same answer"
    assert "Mornings now" in soup.select_one(".desk-alert").text
    assert desk.post(url("correct", inquiry), answers_on(soup)).status_code == 302
    row = fresh(inquiry)
    assert (row.name, row.message) == ("Rosa Cruz-Vega", "Mornings now")


def test_where_both_corrected_one_answer_theirs_can_be_kept(desk, inquiry):
    data = answers_on(soup_of(desk.get(url("correct", inquiry))))
    received(message="Mornings now", phone="+16195550177")
    typed = data | {"message": "Any time", "phone": "619 555 0188", "name": "Rosa C."}
    soup = soup_of(desk.post(url("correct", inquiry), typed))
    rows = {row.th.text: row for row in soup.select(".desk-conflict tbody tr")}
    assert set(rows) == {"Phone", "Message"}
    assert "the sender" in soup.select_one(".desk-conflict thead").text
    assert rows["Message"].select_one("input")["form"] == soup.select_one("#correct")["id"]
    again = answers_on(soup) | {"theirs": ["message"]}
    assert desk.post(url("correct", inquiry), again).status_code == 302
    row = fresh(inquiry)
    assert (row.name, row.message) == ("Rosa C.", "Mornings now")
    assert row.phone.as_e164 == "+16195550188"


@pytest.mark.parametrize("was", ["", "[]", "nonsense"])
def test_a_page_that_lost_what_it_showed_has_every_difference_decided(was, desk, inquiry):
    data = answers_on(soup_of(desk.get(url("correct", inquiry))))
    received(message="Mornings now")
    soup = soup_of(desk.post(url("correct", inquiry), data | {"name": "Rosa C.", "was": was}))
    labels = [row.th.text for row in soup.select(".desk-conflict tbody tr")]
    assert labels == ["Name", "Message"]


def test_the_page_holds_no_answer_twice(desk, inquiry):
    soup = soup_of(desk.get(url("correct", inquiry)))
    assert "Rosa" not in soup.select_one("input[name=was]")["value"]


# Hold


def test_a_hold_is_set_and_ended_with_a_reason(desk, inquiry):
    page = url("hold", inquiry)
    assert desk.post(page, {"version": 1, "hold": "set", "reason": " "}).status_code == 422
    assert desk.post(page, {"version": 1, "hold": "set", "reason": "Subpoena"}).status_code == 302
    assert fresh(inquiry).legal_hold
    assert "End the legal hold" in desk.get(page).content.decode()
    again = desk.post(page, {"version": 2, "hold": "set", "reason": "Twice"})
    assert again.status_code == 409
    assert "already" in again.content.decode()
    assert desk.post(page, {"version": 2, "hold": "end", "reason": "Over"}).status_code == 302
    assert not fresh(inquiry).legal_hold


# On the workspace


def test_a_coordinator_revokes_a_consent_by_one_click(client, coordinator, inquiry):
    client.force_login(coordinator)
    soup = soup_of(client.get(inquiry.get_absolute_url()))
    button = soup.select_one('button[form="revoke"][value="text"]')
    form = soup.select_one("form#revoke")
    assert "Revoke" in button.text
    assert "Text message" in button.text
    response = client.post(form["action"], {button["name"]: button["value"]})
    assert response.url == inquiry.get_absolute_url()
    assert fresh(inquiry).consents.filter(revoked_at__isnull=False).get().channel == "text"
    after = soup_of(client.get(inquiry.get_absolute_url()))
    assert [b["value"] for b in after.select('button[form="revoke"]')] == ["call"]


def test_a_revoked_consent_pressed_again_says_so(client, coordinator, inquiry):
    client.force_login(coordinator)
    client.post(url("revoke", inquiry), {"channel": "text"})
    list(get_messages(client.get(PERSON).wsgi_request))
    response = client.post(url("revoke", inquiry), {"channel": "text"})
    assert any("no such consent" in message for message in said(response))


def test_looking_at_the_address_revokes_nothing(desk, inquiry):
    assert desk.get(url("revoke", inquiry)).status_code == 302
    assert not fresh(inquiry).consents.filter(revoked_at__isnull=False).exists()


def test_the_workspace_offers_requests_to_leads_alone(client, coordinator, lead, inquiry):
    for user, offered in ((coordinator, False), (lead, True)):
        client.force_login(user)
        page = soup_of(client.get(inquiry.get_absolute_url()))
        assert bool(page.select(".desk-area-requests")) is offered
        index = client.get(reverse("admin:index")).content.decode()
        assert (PERSON in index) is offered


def test_an_erased_inquiry_says_so_and_offers_nothing(desk, inquiry, lead):
    workflow.add_note(inquiry=inquiry, actor=lead, text="Prefers evenings")
    retention.erase(inquiry, actor=lead)
    soup = soup_of(desk.get(inquiry.get_absolute_url()))
    assert soup.h1.text.startswith("Erased on")
    assert not soup.select("main form[action], main [formaction], .desk-area-steps, .desk-route")
    assert "Do not leave a voicemail" not in soup.text
    assert "(erased)" in soup.select_one(".desk-timeline").text
    assert "Erased" in soup.select_one(".desk-timeline > li").text


def test_the_queue_shows_an_erased_one_without_an_empty_name(desk, inquiry, lead):
    retention.erase(inquiry, actor=lead)
    soup = soup_of(desk.get(f"{url('changelist')}?show=closed"))
    assert "Erased on" in soup.select_one(".field-name").text


def test_pages_of_an_erased_one_lead_back_to_it(desk, inquiry, lead):
    retention.erase(inquiry, actor=lead)
    for name in ("correct", "hold", "revoke"):
        assert desk.post(url(name, inquiry)).url == inquiry.get_absolute_url()


# Who may, and what is never said


@pytest.mark.parametrize("role", ["coordinator", "auditor", "editor", "outsider"])
def test_who_is_no_lead_is_refused_every_page(role, client, inquiry, request):
    client.force_login(request.getfixturevalue(role))
    pages = [url("person"), url("export"), url("erase"), url("correct", inquiry)]
    for page in [*pages, url("hold", inquiry)]:
        assert client.get(page).status_code == 403
        assert client.post(page, {"inquiry": [inquiry.pk], "who": "Rosa"}).status_code == 403
    if role != "coordinator":
        assert client.post(url("revoke", inquiry), {"channel": "text"}).status_code == 403


def test_an_unknown_number_leads_to_the_look_up(desk, inquiry):
    assert desk.get("/admin/admissions/inquiry/999999/correct/").url == PERSON


def test_neither_messages_nor_the_admin_log_nor_addresses_name_the_person(desk, inquiry, lead):
    data = answers_on(soup_of(desk.get(url("correct", inquiry))))
    answers = [
        desk.post(url("correct", inquiry), data | {"name": "Rosa Ruiz"}),
        desk.post(url("revoke", inquiry), {"channel": "text"}),
        desk.post(url("hold", inquiry), {"version": 2, "hold": "set", "reason": "Cruz case"}),
        desk.post(url("hold", inquiry), {"version": 3, "hold": "end", "reason": "Cruz case"}),
        confirm(desk, fresh(inquiry)),
    ]
    for response in answers:
        assert response.status_code == 302
        assert not PERSONAL.search(response.url)
    told = said(answers[-1])
    assert len(told) == 5
    assert not PERSONAL.search(" ".join(told).replace(inquiry.reference, ""))
    assert not LogEntry.objects.exists()
