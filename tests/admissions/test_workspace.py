"""The workspace: what it shows, what it offers, and what it answers when a step is not taken."""

from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admissions import workflow
from admissions.models import Consent, Event, Inquiry
from admissions.workflow import Action
from tests.factories import InquiryFactory


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def inquiry(db):
    return InquiryFactory(
        name="Rosa <i>Cruz</i>",
        email="rosa@example.org",
        message="First line\n<script>alert(1)</script>",
        received_at=timezone.now() - timedelta(hours=2),
    )


@pytest.fixture
def claimed(inquiry, coordinator):
    return workflow.claim(inquiry=inquiry, actor=coordinator, version=1)


def address(action, inquiry):
    return reverse(f"admin:admissions_inquiry_{Action(action).value}", args=[inquiry.pk])


def look(desk, inquiry):
    response = desk.get(inquiry.get_absolute_url())
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html5lib")


def soup_of(response):
    return BeautifulSoup(response.content.decode(), "html5lib")


def at_hour(hour):
    return timezone.make_aware(datetime(2031, 3, 3, hour))


def offered(soup):
    """The steps whose forms are on the page, by the last part of their address."""
    forms = soup.select("section form[method=post]")
    return {form["action"].rstrip("/").rsplit("/", 1)[-1] for form in forms}


# What it shows


def test_the_page_shows_who_it_is_and_how_to_reach_them(desk, inquiry):
    soup = look(desk, inquiry)
    assert soup.h1.text == "Rosa <i>Cruz</i>"
    assert soup.select_one(f'a[href="tel:{inquiry.phone.as_e164}"]')
    assert soup.select_one('a[href="mailto:rosa@example.org"]')
    assert "Do not leave a voicemail." in soup.text


def test_a_voicemail_that_is_fine_is_said_to_be(desk):
    text = look(desk, InquiryFactory(voicemail_ok=True)).text
    assert "A voicemail is fine" in text
    assert "Do not leave a voicemail" not in text


def test_an_extension_is_dialled_too(desk):
    inquiry = InquiryFactory(phone_extension="12")
    soup = look(desk, inquiry)
    assert soup.select_one(f'a[href="tel:{inquiry.phone.as_e164};ext=12"]')


@pytest.mark.parametrize(
    ("asking_for", "warned"), [("family", True), ("professional", True), ("self", False)]
)
def test_what_may_not_be_confirmed_is_said_when_somebody_else_asks(asking_for, warned, desk):
    text = look(desk, InquiryFactory(asking_for=asking_for)).text
    assert ("42 CFR Part 2" in text) is warned


def test_the_message_keeps_its_lines_and_is_escaped(desk, inquiry):
    message = look(desk, inquiry).select_one(".desk-message bdi[dir=auto]")
    assert message.find("br")
    assert message.find("script") is None
    assert "<script>alert(1)</script>" in message.text


def test_consents_are_shown_with_their_wording(desk, inquiry):
    given = {"wording_version": "w-7", "language": "en", "given_at": timezone.now()}
    Consent.objects.create(inquiry=inquiry, channel="text", **given)
    Consent.objects.create(inquiry=inquiry, channel="email", revoked_at=timezone.now(), **given)
    facts = look(desk, inquiry).select_one(".desk-area-facts").text
    assert "Text message" in facts
    assert "w-7" in facts
    assert "E-mail" not in facts


def test_the_timeline_tells_attempts_and_notes_newest_first(desk, claimed, coordinator):
    workflow.record_attempt(
        inquiry=claimed,
        actor=coordinator,
        channel="call",
        outcome="reached",
        note="Wants <b>evenings</b>",
    )
    entries = look(desk, claimed).select(".desk-timeline > li")
    kinds = [entry.strong.text for entry in entries]
    assert kinds == ["Contact attempt", "Claimed", "Received"]
    assert "Phone call: Reached the person" in entries[0].text
    assert "Wants <b>evenings</b>" in entries[0].text
    assert "by cora" in entries[0].text
    assert "Claimed →to Contacted" in " ".join(entries[0].text.split())


def test_opening_the_page_remembers_the_first_view_and_raises_no_version(desk, inquiry):
    look(desk, inquiry)
    inquiry.refresh_from_db()
    first = inquiry.first_viewed_at
    assert first is not None
    look(desk, inquiry)
    inquiry.refresh_from_db()
    assert (inquiry.first_viewed_at, inquiry.version) == (first, 1)
    assert inquiry.events.count() == 1


def test_the_page_s_title_and_the_address_name_no_person(desk, inquiry):
    soup = look(desk, inquiry)
    assert "Rosa" not in soup.title.text
    assert inquiry.reference in soup.title.text


def test_every_control_has_a_label_and_every_section_a_heading(desk, claimed):
    soup = look(desk, claimed)
    for control in soup.select("main :is(input:not([type=hidden]), select, textarea)"):
        assert soup.select_one(f'label[for="{control["id"]}"]'), control
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    for section in soup.select("main section"):
        assert soup.select_one(f"h2#{section['aria-labelledby']}")


def test_the_page_has_no_inline_script_or_style(desk, claimed):
    soup = look(desk, claimed)
    assert soup.select("style, [style], script:not([src]), [onclick], [onchange]") == []


def test_a_long_timeline_costs_no_more_queries(desk, claimed, coordinator):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            look(desk, claimed)
        return len(queries)

    look(desk, claimed)
    few = cost()
    for n in range(20):
        workflow.add_note(inquiry=claimed, actor=coordinator, text=f"Note {n}")
        workflow.record_attempt(
            inquiry=claimed, actor=coordinator, channel="call", outcome="no-answer"
        )
    assert cost() == few <= 12


# What it offers


def test_only_the_legal_steps_are_offered(desk, inquiry, coordinator):
    assert offered(look(desk, inquiry)) == {"claim", "note", "priority", "set-follow-up", "close"}
    workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    assert offered(look(desk, inquiry)) == {
        *("attempt", "note", "priority", "set-follow-up", "hand-over", "release", "close"),
    }


def test_only_the_outcomes_that_fit_are_offered(desk, inquiry):
    options = look(desk, inquiry).select("#id_close_outcome option")
    assert [option["value"] for option in options] == ["", "duplicate", "spam"]


def test_the_usual_next_step_stands_open(desk, claimed):
    [opened] = look(desk, claimed).select("details[open]")
    assert opened.summary.text == "Log an attempt"


@pytest.mark.parametrize("field", ["attempt_next_follow_up", "set-follow-up_on"])
def test_a_follow_up_day_is_chosen_from_today_on_and_for_a_year(field, desk, claimed):
    control = look(desk, claimed).find(id=f"id_{field}")
    today = timezone.localdate()
    assert (control["type"], control["min"]) == ("date", today.isoformat())
    assert control["max"] == (today + timedelta(days=366)).isoformat()


def test_the_follow_up_day_that_is_set_is_shown_to_be_moved(desk, claimed, coordinator):
    day = timezone.localdate() + timedelta(days=2)
    workflow.set_follow_up(inquiry=claimed, actor=coordinator, version=claimed.version, on=day)
    assert look(desk, claimed).find(id="id_set-follow-up_on")["value"] == day.isoformat()


def test_whoever_has_the_inquiry_is_not_offered_for_handing_over(desk, claimed, lead):
    options = look(desk, claimed).select("#id_hand-over_to option")
    assert [option.text for option in options] == ["Choose a colleague", "leda"]


# Taking steps


def test_an_inquiry_is_worked_from_new_to_closed_and_reopened(desk, inquiry, colleague):
    def step(action, **answers):
        inquiry.refresh_from_db()
        response = desk.post(address(action, inquiry), {"version": inquiry.version, **answers})
        assert response.status_code == 302, response.content.decode()
        assert response.url == inquiry.get_absolute_url()
        assert desk.get(response.url).context["messages"]
        inquiry.refresh_from_db()
        return inquiry.status

    soon = timezone.localtime() + timedelta(days=1)
    assert step("claim") == "claimed"
    assert step("note", text="Spoke to nobody yet") == "claimed"
    assert step("attempt", channel="call", outcome="no-answer") == "claimed"
    assert step("attempt", channel="call", outcome="reached", next_follow_up="") == "contacted"
    assert step("set-follow-up", on=f"{soon:%Y-%m-%d}") == "contacted"
    assert inquiry.follow_up_on == soon.date()
    assert step("set-follow-up", on="") == "contacted"
    assert inquiry.follow_up_on is None
    assert step("assessment", at=f"{soon:%Y-%m-%dT%H:%M}") == "assessment"
    assert inquiry.assessment_at == soon.replace(second=0, microsecond=0)
    assert step("close", outcome="admitted", reason="") == "closed"
    assert step("reopen", reason="Came back") == "claimed"
    assert step("release", reason="") == "new"
    assert step("claim") == "claimed"
    assert step("hand-over", to=colleague.pk, reason="") == "claimed"
    assert inquiry.assignee == colleague


@pytest.mark.parametrize("action", list(Action))
def test_a_step_is_never_taken_by_get(action, desk, inquiry):
    before = Inquiry.objects.values().get()
    response = desk.get(address(action, inquiry), {"version": 1, "outcome": "spam"})
    assert response.status_code == 302
    assert response.url == inquiry.get_absolute_url()
    assert Inquiry.objects.values().get() == before


def test_a_step_without_its_csrf_token_is_refused(inquiry, coordinator):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(coordinator)
    assert strict.post(address("claim", inquiry), {"version": 1}).status_code == 403
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_steps_write_no_admin_log_entry(desk, inquiry):
    desk.post(address("claim", inquiry), {"version": 1})
    assert not LogEntry.objects.exists()
    assert str(inquiry) == inquiry.reference


# Steps not taken


def test_a_stale_step_shows_what_changed_and_keeps_what_was_typed(desk, claimed, colleague):
    seen = claimed.events.order_by("-pk").first().pk
    workflow.add_note(inquiry=claimed, actor=colleague, text="A note from elsewhere")
    workflow.record_attempt(inquiry=claimed, actor=colleague, channel="call", outcome="reached")
    response = desk.post(
        address("close", claimed),
        {"version": claimed.version, "seen": seen, "outcome": "spam", "reason": "Typed at length"},
    )
    assert response.status_code == 409
    soup = soup_of(response)
    assert soup.title.text.strip().startswith("Error:")
    alert = soup.select_one("[role=alert]").text
    assert "changed this inquiry while you had it open" in alert
    assert "A note from elsewhere" in alert
    assert "Contact attempt" in alert
    assert "Received" not in alert
    form = soup.select_one(f'form[action="{address("close", claimed)}"]')
    assert form.select_one("textarea").text.strip() == "Typed at length"
    assert form.select_one("option[selected]")["value"] == "spam"
    claimed.refresh_from_db()
    assert form.select_one("[name=version]")["value"] == str(claimed.version)
    assert claimed.status == "contacted"


def test_what_was_kept_can_be_sent_again_as_it_stands(desk, claimed, colleague):
    workflow.record_attempt(inquiry=claimed, actor=colleague, channel="call", outcome="reached")
    answers = {"version": claimed.version, "outcome": "withdrew", "reason": "Typed"}
    form = soup_of(desk.post(address("close", claimed), answers)).select_one(
        f'form[action="{address("close", claimed)}"]'
    )
    again = {field["name"]: field.get("value", "") for field in form.select("input")}
    again |= {"outcome": "withdrew", "reason": form.select_one("textarea").text.strip()}
    assert desk.post(address("close", claimed), again).status_code == 302
    claimed.refresh_from_db()
    assert claimed.status == "closed"


def test_a_stale_page_without_its_last_entry_still_tells_the_change(desk, claimed, colleague):
    workflow.record_attempt(inquiry=claimed, actor=colleague, channel="call", outcome="reached")
    answers = {"version": claimed.version, "outcome": "spam"}
    alert = soup_of(desk.post(address("close", claimed), answers)).select_one("[role=alert]")
    assert [entry.strong.text for entry in alert.select("li")] == ["Contact attempt"]


def test_text_for_a_step_no_longer_legal_moves_into_the_note(desk, claimed, colleague):
    workflow.close(inquiry=claimed, actor=colleague, version=claimed.version, outcome="spam")
    response = desk.post(
        address("attempt", claimed),
        {
            "version": claimed.version,
            "channel": "call",
            "outcome": "reached",
            "note": "A long talk",
        },
    )
    assert response.status_code == 409
    soup = soup_of(response)
    assert "This inquiry is closed. Reopen it first." in soup.select_one("[role=alert]").text
    words = soup.select_one("#id_note_text").text.strip().splitlines()
    assert words == ["Phone call: Reached the person", "A long talk"]


def test_claiming_what_somebody_else_has_says_who(desk, inquiry, colleague):
    workflow.claim(inquiry=inquiry, actor=colleague, version=1)
    response = desk.post(address("claim", inquiry), {"version": 1})
    assert response.status_code == 409
    assert "colin has already claimed this inquiry." in response.content.decode()


def test_a_refused_step_is_403_and_changes_nothing(desk, inquiry, colleague):
    theirs = workflow.claim(inquiry=inquiry, actor=colleague, version=1)
    response = desk.post(address("release", theirs), {"version": 2})
    assert response.status_code == 403
    theirs.refresh_from_db()
    assert theirs.assignee == colleague


@pytest.mark.parametrize(
    ("action", "answers", "complaint"),
    [
        ("note", {"text": ""}, ("text", "Write the note.")),
        (
            "attempt",
            {"channel": "call", "outcome": "", "note": "Kept words"},
            ("outcome", "Choose how it went."),
        ),
        (
            "attempt",
            {"channel": "text", "outcome": "voicemail", "note": "Kept words"},
            ("outcome", "A voicemail is left by phone."),
        ),
        (
            "attempt",
            {"channel": "call", "outcome": "reached", "next_follow_up": "2020-01-01"},
            ("next_follow_up", "Choose today or a day to come."),
        ),
        (
            "attempt",
            {"channel": "call", "outcome": "reached", "next_follow_up": "2999-01-01"},
            ("next_follow_up", "Choose a day within a year."),
        ),
        ("set-follow-up", {"on": "soon"}, ("on", "Write the day as year-month-day")),
        ("set-follow-up", {"on": "2020-01-01"}, ("on", "Choose today or a day to come.")),
        ("set-follow-up", {"on": ""}, ("on", "Choose a day.")),
        ("close", {"outcome": ""}, ("outcome", "Choose how it ended.")),
        ("hand-over", {"to": ""}, ("to", "Choose a colleague.")),
    ],
)
def test_a_form_error_is_422_and_links_to_its_field(action, answers, complaint, desk, claimed):
    response = desk.post(address(action, claimed), {"version": claimed.version, **answers})
    assert response.status_code == 422
    soup = soup_of(response)
    assert soup.title.text.strip().startswith("Error:")
    field, words = f"id_{action}_{complaint[0]}", complaint[1]
    link = soup.select_one(f'[role=alert] a[href="#{field}"]')
    assert words in link.text
    control = soup.find(id=field)
    assert control["aria-invalid"] == "true"
    described = control["aria-describedby"].split()[-1]
    assert words in soup.find(id=described).text
    assert control.find_parent("details").has_attr("open")
    if answers.get("note"):
        assert answers["note"] in soup.select_one("#id_attempt_note").text


@pytest.mark.parametrize("version", ["", "x", "0", "-3", "9" * 40])
def test_a_tampered_version_is_answered_and_changes_nothing(version, desk, inquiry):
    response = desk.post(address("claim", inquiry), {"version": version})
    assert response.status_code in {409, 422}
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_hostile_text_is_refused_or_kept_as_text(desk, claimed):
    answers = {"version": claimed.version, "text": "nul \x00 byte"}
    assert desk.post(address("note", claimed), answers).status_code == 422
    answers["text"] = "x" * 4001
    assert desk.post(address("note", claimed), answers).status_code == 422
    answers["text"] = "emoji 🙂 and \u202eright to left <b>"
    assert desk.post(address("note", claimed), answers).status_code == 302
    assert "&lt;b&gt;" in desk.get(claimed.get_absolute_url()).content.decode()


# Stock pages around it


@pytest.mark.parametrize("key", ["99999", "abc", "9" * 40, "1%2F2"])
def test_an_unknown_inquiry_leads_back_to_the_queue_with_a_message(key, desk):
    response = desk.get(f"/admin/admissions/inquiry/{key}/change/", follow=True)
    assert response.status_code == 200
    assert "There is no inquiry at this address." in response.content.decode()


def test_a_step_on_an_unknown_inquiry_leads_back_to_the_queue(desk):
    response = desk.post("/admin/admissions/inquiry/99999/claim/", {"version": 1})
    assert response.url == reverse("admin:admissions_inquiry_changelist")


def test_the_history_page_leads_to_the_timeline(desk, inquiry):
    url = reverse("admin:admissions_inquiry_history", args=[inquiry.pk])
    assert desk.get(url).url == f"{inquiry.get_absolute_url()}#timeline"


def test_posting_to_the_workspace_itself_changes_nothing(desk, inquiry):
    response = desk.post(inquiry.get_absolute_url(), {"name": "Other", "status": "closed"})
    assert response.status_code == 405
    inquiry.refresh_from_db()
    assert (inquiry.name, inquiry.status) == ("Rosa <i>Cruz</i>", "new")


def test_nobody_deletes_an_inquiry_here(client, admin_user, inquiry):
    client.force_login(admin_user)
    url = reverse("admin:admissions_inquiry_delete", args=[inquiry.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert Event.objects.exists()


@pytest.mark.parametrize(
    ("hour", "best", "said"),
    [
        (18, ["evening"], "May be called now."),
        (10, ["evening"], "Do not call now. It is not a time they named: Evening"),
        (6, [], "Do not call now. It is outside the hours in which we call."),
    ],
)
def test_the_page_says_whether_this_is_a_time_to_call(client, coordinator, hour, best, said):
    inquiry = InquiryFactory(best_time=best)
    with time_machine.travel(at_hour(hour), tick=False):
        client.force_login(coordinator)
        page = client.get(inquiry.get_absolute_url())
    reach = soup_of(page).select_one(".desk-cautions").text
    assert said in " ".join(reach.split())


def test_whoever_wants_no_call_has_no_word_about_calling(desk):
    inquiry = InquiryFactory(contact_by="text")
    page = soup_of(desk.get(inquiry.get_absolute_url()))
    assert "called now" not in page.text
    assert "Do not call now" not in page.text


def test_why_no_reply_is_offered_is_said(desk, coordinator, settings):
    inquiry = InquiryFactory(email="r@example.org", status="claimed", assignee=coordinator)
    steps = soup_of(desk.get(inquiry.get_absolute_url())).select_one(".desk-area-steps")
    assert "No reply by e-mail: This site sends no e-mail at present." in steps.text
    settings.EMAIL_CONFIGURED = True
    steps = soup_of(desk.get(inquiry.get_absolute_url())).select_one(".desk-area-steps")
    assert "This person has given no consent to e-mail" in steps.text
