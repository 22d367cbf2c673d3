"""Who calls or walks in: staff write an inquiry down, and see at once whether they wrote before."""

from __future__ import annotations

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.core import mail

from admissions import outbox, workflow
from admissions.models import AccessRecord, DutyFallback, Inquiry, Notification
from tests.factories import InquiryFactory

ADD = "/admin/admissions/inquiry/add/"
EARLIER = f"{ADD}earlier/"
CALLER = {
    "source": "phone",
    "asking_for": "self",
    "name": "Rosa Cruz",
    "contact_by": "call",
    "phone": "(619) 555-0134",
    "voicemail_ok": "no",
    "language": "es",
}


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def send(desk, **more):
    return desk.post(ADD, {"key": str(uuid4())} | CALLER | more)


def soup_of(response):
    return BeautifulSoup(response.content.decode(), "html5lib")


def test_a_caller_is_taken_in_through_the_same_door(desk, coordinator):
    response = send(desk, best_time=["evening"], message="Works nights")
    inquiry = Inquiry.objects.get()
    assert response.url == inquiry.get_absolute_url()
    assert (inquiry.source, inquiry.name, str(inquiry.phone.as_e164)) == (
        "phone",
        "Rosa Cruz",
        "+16195550134",
    )
    assert (inquiry.status, inquiry.assignee, inquiry.site_language) == ("new", None, "es")
    event = inquiry.events.get()
    assert (event.kind, event.actor) == ("received", coordinator)
    assert inquiry.notifications.get().kind == "new-inquiry"


@pytest.mark.parametrize(("source", "channel"), [("phone", "call"), ("walk-in", "visit")])
def test_who_takes_it_at_once_has_reached_the_person(desk, coordinator, source, channel):
    send(desk, source=source, claim="yes")
    inquiry = Inquiry.objects.get()
    assert (inquiry.source, inquiry.status, inquiry.assignee) == (source, "contacted", coordinator)
    attempt = inquiry.attempts.get()
    assert (attempt.channel, attempt.outcome, attempt.actor) == (channel, "reached", coordinator)
    assert inquiry.tried_at == inquiry.first_attempt_at == inquiry.first_contact_at == attempt.at


def test_whom_nobody_has_taken_yet_waits_for_a_call(desk):
    send(desk)
    inquiry = Inquiry.objects.get()
    assert (inquiry.status, inquiry.tried_at) == ("new", None)
    assert not inquiry.attempts.exists()


@pytest.mark.usefixtures("mail_on")
@pytest.mark.parametrize(("claim", "told"), [([], 1), (["yes"], 0)])
def test_staff_are_told_of_one_that_nobody_took_at_once(desk, coordinator, claim, told):
    coordinator.email = "cora@example.org"
    coordinator.save()
    DutyFallback.objects.create(member=coordinator)
    send(desk, claim=claim)
    while outbox.send_next():
        pass
    assert len(mail.outbox) == told
    assert not Notification.objects.waiting().exists()


def test_what_the_same_page_corrects_is_no_new_wish_to_be_called(desk):
    key = str(uuid4())
    send(desk, key=key, claim="yes")
    send(desk, key=key, claim="yes", name="Rosa Cruz Lopez")
    inquiry = Inquiry.objects.get()
    assert (inquiry.name, inquiry.status) == ("Rosa Cruz Lopez", "contacted")
    assert inquiry.tried_at is not None
    assert inquiry.notifications.get().kind == "new-inquiry"


def test_what_is_corrected_of_one_that_a_colleague_has_is_told(desk, colleague):
    key = str(uuid4())
    send(desk, key=key)
    workflow.claim(inquiry=Inquiry.objects.get(), actor=colleague, version=1)
    send(desk, key=key, name="Rosa Cruz Lopez")
    assert Notification.objects.filter(kind="sent-again").exists()


def test_a_consent_that_was_spoken_names_who_heard_it(desk, coordinator):
    send(desk, consent=["call", "text"])
    for consent in Inquiry.objects.get().consents.all():
        assert (consent.wording_version, consent.taken_by) == ("spoken-1", coordinator)
        assert consent.language == "es"


def test_sent_twice_it_is_one_inquiry(desk):
    key = str(uuid4())
    first = send(desk, key=key, claim="yes")
    assert send(desk, key=key, claim="yes").url == first.url
    inquiry = Inquiry.objects.get()
    assert list(inquiry.events.values_list("kind", flat=True)) == [
        *("received", "claimed", "attempted"),
    ]


def test_what_is_missing_is_said_and_nothing_typed_is_lost(desk):
    response = send(desk, phone="12", message="Works nights")
    assert response.status_code == 422
    soup = soup_of(response)
    assert soup.select_one(".desk-alert a")["href"] == "#id_phone"
    assert soup.find(attrs={"name": "message"}).text.strip() == "Works nights"
    assert not Inquiry.objects.exists()


def test_what_is_missing_is_said_in_the_words_of_staff(desk):
    """Of whoever is on the phone, never to them."""
    page = soup_of(desk.post(ADD, {"key": str(uuid4()), "source": "phone"}))
    assert [link.text for link in page.select(".desk-alert a")] == [
        "Enter the name. A first name is enough.",
        "Choose for whom they are asking.",
        "Choose how they want to be contacted.",
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"phone": ""}, "Enter the phone number: they want a call."),
        ({"phone": "", "contact_by": "text"}, "Enter the phone number: they want a text message."),
        ({"contact_by": "email"}, "Enter the e-mail address: they want an e-mail."),
        ({"voicemail_ok": ""}, "Choose whether a voicemail is fine: they want a call."),
        ({"name": "x" * 121}, "Shorten the name to 120 characters. It has 121 now."),
        ({"message": "x" * 2001}, "Shorten the message to 2,000 characters. It has 2001 now."),
    ],
)
def test_a_mistake_is_said_in_the_words_of_staff(wrong, words, desk):
    assert [link.text for link in soup_of(send(desk, **wrong)).select(".desk-alert a")] == [words]


def test_the_answers_to_choose_from_are_worded_for_staff(desk):
    page = soup_of(desk.get(ADD))

    def choices(name):
        return [box.parent.text.strip() for box in page.select(f"[type=radio][name={name}]")]

    assert choices("asking_for") == ["Themselves", "Family or friend", "Client or patient"]
    consent = [box.parent.text.strip() for box in page.select("[name=consent]")]
    assert consent == ["Phone call", "Text message", "E-mail"]
    payers = [option.text for option in page.select("[name=payer] option")]
    assert (payers[0], "Paying themselves" in payers) == ("Not said", True)


def test_what_need_not_be_asked_is_marked_and_nothing_else(desk):
    """Neither is what the way of contact decides: there it says when it is needed."""
    page = soup_of(desk.get(ADD))
    heads = page.select("#new-inquiry legend, #new-inquiry .desk-field > label")
    words = {" ".join(head.text.split()) for head in heads}
    assert {head for head in words if "(optional)" in head} == {
        "Relationship (optional)",
        "Who to ask for (optional)",
        "Best times (optional)",
        "Situation (optional)",
        "Payer type (optional)",
        "Message (optional)",
        "Later contact they agreed to (optional)",
    }
    assert page.find(id="id_phone_helptext").text == "Needed for a call or a text message."
    group = page.select_one("fieldset:has([name=voicemail_ok])")
    assert page.find(id=group["aria-describedby"]).text == "Needed for a call."


def test_the_number_is_asked_for_first_and_has_the_focus(desk):
    page = soup_of(desk.get(ADD))
    assert page.select("#new-inquiry :is(input:not([type=hidden]), select, textarea)")[0] == (
        page.find(id="id_phone")
    )
    assert [control["id"] for control in page.select("[autofocus]")] == ["id_phone"]


def test_with_mistakes_the_summary_has_the_focus(desk):
    page = soup_of(send(desk, name=""))
    assert [part["class"] for part in page.select("[autofocus]")] == [["desk-alert"]]


def test_after_a_look_the_answer_has_the_focus(desk):
    page = soup_of(desk.post(ADD, {"look": "1", "phone": "619 555 0134"}))
    assert [part["id"] for part in page.select("[autofocus]")] == ["earlier"]


def test_the_website_is_no_way_in_here(desk):
    assert send(desk, source="web").status_code == 422


def test_looking_shows_earlier_inquiries_and_judges_nothing(desk):
    earlier = InquiryFactory(phone="+16195550134")
    response = desk.post(
        ADD, {"look": "1", "phone": "619 555 0134", "name": "Ro", "source": "walk-in"}
    )
    assert response.status_code == 200
    soup = soup_of(response)
    link = soup.select_one(f'#earlier a[href="{earlier.get_absolute_url()}"]')
    assert link.text == f"{earlier.reference} (opens a new tab)"
    assert (link["target"], link["rel"]) == ("_blank", ["noopener"])
    assert not soup.select(".desk-alert")
    assert soup.find(attrs={"name": "name"})["value"] == "Ro"
    assert soup.select_one("[name=source]:checked")["value"] == "walk-in"
    assert not soup.select("[name=claim]:checked")
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"phone": "+1 (619) 555-0134"}, True),
        ({"email": "ROSA@example.org"}, True),
        ({"name": "cruz rosa"}, True),
        ({"name": "Rosa"}, False),
        ({"phone": "619"}, False),
        ({}, False),
    ],
)
def test_the_script_asks_for_whom_is_being_typed(typed, found, desk):
    earlier = InquiryFactory(name="Rosa Cruz", phone="+16195550134", email="rosa@example.org")
    page = desk.post(EARLIER, typed).content.decode()
    assert (earlier.reference in page) is found


def test_a_look_is_recorded_without_the_words(desk, coordinator):
    InquiryFactory(phone="+16195550134")
    desk.post(EARLIER, {"phone": "619 555 0134"})
    row = AccessRecord.objects.latest("pk")
    assert (row.actor, row.action, row.detail, row.count) == (coordinator, "looked-up", "add", 1)


@pytest.mark.parametrize("role", ["editor", "auditor", "outsider"])
@pytest.mark.parametrize("address", [ADD, EARLIER])
def test_who_does_not_work_inquiries_takes_none_in(role, address, request, client):
    client.force_login(request.getfixturevalue(role))
    assert client.get(address).status_code == 403
    assert client.post(address, CALLER).status_code == 403
    assert not Inquiry.objects.exists()


def test_the_look_up_answers_a_post_only(desk):
    assert desk.get(EARLIER, {"phone": "6195550134"}).url == ADD


def test_the_page_is_found_from_the_admin_s_start(desk):
    assert soup_of(desk.get("/admin/")).select_one(f'a.desk-button[href="{ADD}"]')


def test_a_second_call_answered_at_once_makes_nobody_wait(desk):
    send(desk, claim="yes")
    first = Inquiry.objects.get()
    send(desk, claim="yes")
    again = Inquiry.objects.get(pk=first.pk)
    assert (again.tried_at, again.due_at) == (first.tried_at, first.due_at)
    assert again.events.last().kind == "wrote-again"


def test_a_second_call_left_to_others_restarts_the_first(desk):
    send(desk, claim="yes")
    first = Inquiry.objects.get()
    send(desk)
    assert Inquiry.objects.get(pk=first.pk).tried_at is None
