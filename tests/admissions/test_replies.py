"""Replies by e-mail: from a template, with consent only, through the outbox, sealed at home."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from admissions import outbox, person_requests, replying, retention, workflow
from admissions.models import Inquiry, Notification, ReplyTemplate
from admissions.workflow import Action, IllegalTransition, StaleInquiry
from programs.models import Clinic
from tests.admissions.people import received

pytestmark = pytest.mark.usefixtures("mail_on")
TEXT = "Hello Rosa,\n\nwe called you twice."


@pytest.fixture
def claimed(db, coordinator):
    inquiry = received(consent=["email"], language="es")
    Notification.objects.update(sent_at=timezone.now())
    return workflow.claim(inquiry=inquiry, actor=coordinator, version=1)


def reply(inquiry, actor, text=TEXT):
    return workflow.send_reply(inquiry=inquiry, actor=actor, version=inquiry.version, text=text)


def test_a_reply_is_an_attempt_and_stands_in_the_timeline(claimed, coordinator):
    after = reply(claimed, coordinator)
    attempt = after.attempts.get()
    assert (attempt.channel, attempt.outcome, attempt.actor) == ("email", "sent", coordinator)
    assert after.tried_at == after.first_attempt_at == attempt.at
    assert (after.status, after.version) == ("claimed", claimed.version + 1)
    event = after.events.last()
    assert (event.kind, event.text, event.at) == ("replied", TEXT, attempt.at)


def test_the_worker_sends_the_text_under_a_subject_that_says_nothing(claimed, coordinator, mail_on):
    reply(claimed, coordinator)
    assert outbox.send_next()
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (
        ["rosa@example.org"],
        "Un mensaje para usted",
        TEXT,
    )
    assert Notification.objects.get(kind="reply").sent_at is not None


def test_the_outbox_holds_nothing_of_it(claimed, coordinator):
    reply(claimed, coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM admissions_notification WHERE kind = 'reply'")
        row = str(cursor.fetchone())
    assert "Rosa" not in row
    assert "rosa" not in row


def test_several_replies_are_all_sent(claimed, coordinator, mail_on):
    reply(reply(claimed, coordinator), coordinator, "And again")
    while outbox.send_next():
        pass
    assert [message.body for message in mail.outbox] == [TEXT, "And again"]


def test_a_consent_taken_back_before_it_is_sent_stops_it(claimed, coordinator, mail_on):
    reply(claimed, coordinator)
    person_requests.revoke_consent(inquiry=claimed, actor=coordinator, channel="email")
    outbox.send_next()
    assert not mail.outbox
    assert Notification.objects.get(kind="reply").dropped_at is not None


def revoke(inquiry, actor):
    person_requests.revoke_consent(inquiry=inquiry, actor=actor, channel="email")


def refuse(box):
    box.refuse["rosa@example.org"] = "550 No such mailbox"


def test_a_reply_that_is_refused_for_good_was_no_attempt(claimed, coordinator, smtp):
    after = reply(claimed, coordinator)
    refuse(smtp)
    while outbox.send_next():
        pass
    row = Inquiry.objects.get()
    assert (row.tried_at, row.first_attempt_at, row.due_at) == (None, None, claimed.due_at)
    assert (row.attempts.count(), row.version) == (0, after.version + 1)
    entry = row.events.last()
    assert (entry.kind, entry.actor) == ("not-sent", None)
    assert entry.text == "The mail server does not take this address."


def test_a_reply_whose_consent_went_was_no_attempt(claimed, coordinator):
    reply(claimed, coordinator)
    revoke(claimed, coordinator)
    outbox.send_next()
    row = Inquiry.objects.get()
    assert row.tried_at is None
    assert row.events.last().text == "There is no address any more, or no consent to e-mail."


def test_a_try_after_the_reply_keeps_the_clock_stopped(claimed, coordinator):
    after = reply(claimed, coordinator)
    tried = workflow.record_attempt(
        inquiry=after, actor=coordinator, channel="call", outcome="no-answer"
    )
    revoke(claimed, coordinator)
    outbox.send_next()
    row = Inquiry.objects.get()
    assert row.tried_at == row.first_attempt_at == tried.attempts.get().at


def test_a_try_before_the_reply_stays_the_first(claimed, coordinator):
    tried = workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="no-answer"
    )
    reply(tried, coordinator)
    revoke(claimed, coordinator)
    outbox.send_next()
    row = Inquiry.objects.get()
    assert (row.tried_at, row.first_attempt_at) == (tried.tried_at, tried.first_attempt_at)


def test_a_reply_that_waits_for_its_mail_server_stops_the_clock_still(claimed, coordinator, smtp):
    reply(claimed, coordinator)
    smtp.refuse["rosa@example.org"] = "450 Not now"
    outbox.send_next()
    assert Inquiry.objects.get().tried_at is not None


def test_who_works_it_reads_that_the_reply_did_not_leave(claimed, coordinator, client, smtp):
    reply(claimed, coordinator)
    refuse(smtp)
    outbox.send_next()
    client.force_login(coordinator)
    page = client.get(claimed.get_absolute_url()).content.decode()
    assert "The reply could not be sent" in page
    assert "waiting for" in page


def test_a_site_that_sends_no_mail_offers_no_reply_and_takes_none(claimed, coordinator, settings):
    settings.EMAIL_CONFIGURED = False
    assert Action.REPLY not in workflow.legal_actions(claimed, coordinator)
    with pytest.raises(IllegalTransition, match="sends no e-mail at present"):
        reply(claimed, coordinator)
    assert not claimed.attempts.exists()


def test_an_erased_person_gets_no_reply(claimed, coordinator, lead, mail_on):
    after = reply(claimed, coordinator)
    retention.erase(after, actor=lead)
    while outbox.send_next():
        pass
    assert not mail.outbox


@pytest.mark.parametrize(
    "more", [{"consent": ["call"]}, {"consent": []}, {"consent": ["email"], "email": ""}]
)
def test_without_consent_and_an_address_nothing_is_offered_or_sent(more, db, coordinator):
    inquiry = workflow.claim(inquiry=received(**more), actor=coordinator, version=1)
    assert Action.REPLY not in workflow.legal_actions(inquiry, coordinator)
    with pytest.raises(IllegalTransition):
        reply(inquiry, coordinator)
    assert not inquiry.attempts.exists()


@pytest.mark.parametrize("text", [" \n", "x" * 4001, "Within {promise}."])
def test_an_empty_a_long_or_an_unfilled_text_is_refused(text, claimed, coordinator):
    with pytest.raises(ValidationError):
        reply(claimed, coordinator, text)


def test_a_reply_made_on_an_old_page_is_stale(claimed, coordinator):
    reply(claimed, coordinator)
    with pytest.raises(StaleInquiry):
        reply(claimed, coordinator)


def test_a_template_is_filled_with_what_is_known(claimed):
    clinic = Clinic.current()
    clinic.call_back_minutes = 60
    clinic.save()
    template = ReplyTemplate(language="en", body="{name}, {clinic}: {promise} {other}")
    assert replying.fill(template, claimed) == f"Rosa Cruz, {clinic.name}: within 1 hour {{other}}"


def test_what_the_clinic_has_not_entered_stays_to_be_filled_in(claimed):
    text = replying.fill(ReplyTemplate(language="en", body="We call {promise}."), claimed)
    assert text == "We call {promise}."
    assert replying.left_open(text) == "{promise}"


def test_a_template_has_no_other_places():
    with pytest.raises(ValidationError):
        ReplyTemplate(name="A", language="en", body="{phone}").clean()
    ReplyTemplate(name="A", language="en", body="{name}").clean()


def test_a_reply_in_the_outbox_has_its_text_and_nothing_else_has(claimed):
    for kind, event in (("reply", None), ("overdue", claimed.events.first())):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notification.objects.create(inquiry=claimed, kind=kind, event=event)


def test_a_fresh_site_has_two_drafts_in_each_language(db):
    rows = ReplyTemplate.objects.all()
    assert sorted(rows.values_list("language", flat=True)) == ["en", "en", "es", "es"]
    for row in rows:
        row.full_clean()
        assert not row.reviewed


def test_the_workspace_offers_templates_and_shows_the_chosen_one_to_be_changed(
    claimed, client, coordinator, django_assert_max_num_queries
):
    client.force_login(coordinator)
    soup = BeautifulSoup(client.get(claimed.get_absolute_url()).content.decode(), "html5lib")
    links = soup.select("#step-reply a")
    assert "Spanish" in links[0].text, "the person's language first"
    hint = " ".join(hint.text for hint in soup.select("#step-reply .desk-hint"))
    assert "first save what you have typed" in hint
    assert "leave it out where somebody else may read their mail" in hint
    with django_assert_max_num_queries(12):
        page = client.get(links[0]["href"].split("#")[0]).content.decode()
    soup = BeautifulSoup(page, "html5lib")
    form = soup.select_one("#step-reply")
    assert "Rosa Cruz" in form.textarea.text
    assert form.find_parent("details").has_attr("open")
    typed = {field["name"]: field.get("value", "") for field in form.select("[type=hidden]")}
    response = client.post(form["action"], typed | {"text": "Hola, Rosa"})
    assert response.status_code == 302
    assert claimed.events.last().text == "Hola, Rosa"


@pytest.mark.parametrize(("role", "status"), [("lead", 200), ("coordinator", 403), ("editor", 403)])
def test_leads_write_templates(role, status, request, client):
    client.force_login(request.getfixturevalue(role))
    page = client.get("/admin/admissions/replytemplate/add/")
    assert page.status_code == status


def test_a_reply_long_after_the_first_attempt_leaves_its_time_alone(claimed, coordinator):
    hour = timezone.now() - timedelta(minutes=1)
    type(claimed).objects.filter(pk=claimed.pk).update(tried_at=hour, first_attempt_at=hour)
    assert reply(claimed, coordinator).first_attempt_at == hour
