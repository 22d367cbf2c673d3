"""What is masked in lists, and who reads what people wrote."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from admissions import privacy, workflow
from admissions.models import DeskSettings
from tests.admissions.people import received

MESSAGE = "Only evenings"
EARLIER = "Call me\nconsent before: a trap\nat the old place"


@pytest.fixture
def inquiry(db):
    """With a message, and an earlier one in its timeline."""
    received(message=EARLIER)
    return received()


@pytest.fixture
def staff(coordinator, colleague, lead):
    return coordinator, colleague, lead


def page(client, user, inquiry):
    client.force_login(user)
    html = client.get(inquiry.get_absolute_url()).content.decode()
    return BeautifulSoup(html, "html5lib").text


def set_readers(rule):
    DeskSettings.objects.update_or_create(defaults={"messages_seen_by": rule})


@pytest.mark.parametrize(
    ("rule", "readers"),
    [
        ("all", {"cora", "colin", "leda"}),
        ("assignee", {"cora", "leda"}),
        ("leads", {"leda"}),
    ],
)
def test_the_setting_decides_who_reads_messages_of_now_and_before(
    rule, readers, client, inquiry, staff
):
    set_readers(rule)
    workflow.claim(inquiry=inquiry, actor=staff[0], version=2)
    for user in staff:
        text = page(client, user, inquiry)
        reads = user.username in readers
        assert (MESSAGE in text) is reads, user
        for words in ("Call me", "a trap", "the old place"):
            assert (words in text) is reads, user
        assert ("They wrote a message" in text) is not reads
        assert "message before: " in text  # that there was another is no secret
        assert "(619) 555-0134" in text


def test_a_step_that_is_refused_shows_no_more(client, inquiry, coordinator):
    set_readers("leads")
    client.force_login(coordinator)
    for name, data in (("reopen", {"reason": "x"}), ("note", {"text": ""})):
        address = reverse(f"admin:admissions_inquiry_{name}", args=[inquiry.pk])
        text = client.post(address, {"version": 1, **data}).content.decode()
        assert inquiry.reference in text
        assert MESSAGE not in text
        assert "the old place" not in text


def test_an_auditor_reads_none_whatever_is_set(inquiry, auditor, outsider):
    for rule in ("all", "assignee", "leads"):
        set_readers(rule)
        assert not privacy.may_read_message(auditor, inquiry)
        assert not privacy.may_read_message(outsider, inquiry)


def test_everybody_who_works_inquiries_reads_them_unless_it_is_set(inquiry, coordinator):
    assert DeskSettings().messages_seen_by == "all"
    assert privacy.may_read_message(coordinator, inquiry)


def test_the_look_up_shows_the_ends_of_routes_alone(client, inquiry, lead):
    client.force_login(lead)
    html = client.post(reverse("admin:admissions_inquiry_person"), {"who": "Rosa"})
    [match] = BeautifulSoup(html.content.decode(), "html5lib").select(".desk-match-name ~ dl")
    assert "number ending in 34" in match.text
    assert "r…@e….org" in match.text
    assert "555" not in match.text
    assert "rosa@" not in match.text


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("rosa@example.org", "r…@e….org"),
        ("r@mail.example.co.uk", "r…@m….uk"),
        ("no address", "…"),
        ("", ""),
    ],
)
def test_an_address_keeps_its_first_letters_and_its_end(address, masked):
    assert privacy.masked_email(address) == masked


@pytest.mark.parametrize("phone", ["", None])
def test_no_number_is_no_words(phone):
    assert privacy.masked_phone(phone) == ""
