"""Finding sealed inquiries by keyed digests."""

from __future__ import annotations

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from admissions import asked, intake, related
from admissions.models import Inquiry, LookupToken
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa():
    InquiryFactory(name="Somebody Else", phone="+16195550199")
    return InquiryFactory(
        name="Rosa María O’Brien-Cruz",
        ask_for="Beto",
        phone="+16195550134",
        email="Rosa.C@Example.org",
    )


def found(text: str) -> list[Inquiry]:
    return list(related.search(Inquiry.objects.all(), text))


@pytest.mark.parametrize(
    "text",
    [
        *("Rosa", "rosa maria", "MARÍA", "obrien", "O'Brien", "cruz", "beto", "cruz, rosa"),
        *("(619) 555-0134", "+1 619 555 0134", "0134", "6195550134"),
        *("rosa.c@example.org", " ROSA.C@EXAMPLE.ORG ", "mailto:rosa.c@example.org"),
        *("Rosa <rosa.c@example.org>", "o brien", "Rosa O Brien"),
        # Numbers as they are read aloud, noted, or copied from a telephone.
        *("555-0134", "5550134", "550134", "50134", "tel:+16195550134", "phone 0134"),
        *("Tel. 619 555 0134", "teléfono: 6195550134", "001 619 555 0134", "#0134"),
        *("619-555-0134 ext 5", "619 555 0134 x5", "(619) 555-0134, ext. 12", "0134 x5"),
    ],
)
def test_an_inquiry_is_found_by_whole_words_numbers_and_addresses(text, rosa):
    assert found(text) == [rosa]


@pytest.mark.parametrize(
    "text", ["Ros", "Rosa Else", "rosa@", "", "  ", "…", "0135", "619555", "AAAA-AAAA-AA"]
)
def test_a_part_of_a_word_or_two_people_s_words_find_nobody(text, rosa):
    assert found(text) == []


@pytest.mark.parametrize(
    "around",
    [
        *("{}", "#{}", "ref {}", "Ref. {}", "reference: {}", "inquiry {}"),
        "https://clinic.example/admissions/inquiry/sent/{}:1tq9-x_Zk/",
        "Your reference is {}. We call you back.",
    ],
)
def test_a_reference_is_found_however_it_is_quoted(around, rosa):
    assert found(around.format(rosa.reference)) == [rosa]
    assert related.find(around.format(rosa.reference.lower())).keys == [rosa.pk]


def test_a_reference_read_aloud_is_found_behind_the_word(rosa):
    assert found("ref " + rosa.reference.replace("-", " ")) == [rosa]


@pytest.mark.parametrize("text", ["Jane Cortes", "6195550136"])
def test_a_name_or_number_that_could_be_a_reference_is_found_all_the_same(text):
    assert asked.reference_in(text)
    inquiry = InquiryFactory(name="Jane Cortes", phone="+16195550136")
    assert found(text) == [inquiry]
    assert related.find(text).keys == [inquiry.pk]


def test_a_name_apart_finds_those_who_write_it_so_and_those_who_do_not(rosa):
    apart = InquiryFactory(name="Ana O Brien")
    assert related.find("O Brien").keys == [apart.pk, rosa.pk]


def test_an_initial_is_no_part_of_the_word_behind_it():
    inquiry = InquiryFactory(name="Ana L. Cruz")
    assert found("ana l cruz") == [inquiry]


@pytest.mark.parametrize("text", ["+1 619 555 0135", "619 555 0134 0135", "phone Else", "x 0134"])
def test_another_number_is_not_found_by_what_it_shares(text, rosa):
    assert rosa not in found(text)


@pytest.mark.parametrize(
    ("text", "by_end"),
    [
        *(("0134", False), ("619-555-0134", False), ("+1 619 555 0134", False)),
        *(("555-0134", True), ("550134", True), ("Rosa", False), ("r5550134@x.org", False)),
    ],
)
def test_that_only_the_end_of_a_number_was_compared_is_known(text, by_end, rosa):
    assert related.find(text).by_end is by_end


def test_a_corrected_answer_is_found_and_the_earlier_one_no_longer():
    key = uuid4()
    said = {"asking_for": "self", "contact_by": "call", "phone": "+16195550134"}
    intake.receive(key=key, name="Rosa", **said)
    inquiry = intake.receive(key=key, name="Ana", **said)
    assert found("ana") == [inquiry]
    assert found("rosa") == []
    assert found("0134") == [inquiry]


def test_another_lookup_key_makes_other_digests(rosa, settings):
    settings.LOOKUP_KEY = b"x" * 32
    assert found("Rosa") == []


def test_no_digest_is_a_plain_hash_of_what_it_stands_for(rosa):
    kinds = set(LookupToken.objects.values_list("kind", flat=True))
    assert kinds == {"phone", "phone-end", "email", "reference", "name", "whole-name"}
    assert all(len(bytes(row.digest)) == 16 for row in LookupToken.objects.all())


def test_the_same_word_as_a_name_and_as_an_address_has_two_digests():
    assert related.digests.token("name", "x").digest != related.digests.token("email", "x").digest


def alike(inquiry: Inquiry) -> dict[str, str]:
    return {other.inquiry.name: other.shared for other in related.alike(inquiry)}


def test_the_same_number_address_or_whole_name_makes_inquiries_alike(rosa):
    InquiryFactory(name="Same Phone", phone="+16195550134")
    InquiryFactory(name="Same Mail", phone="+16195550197", email="rosa.c@example.org")
    InquiryFactory(name="Obrien Cruz, Maria Rosa", phone="+16195550198")
    InquiryFactory(name="Rosa Only", phone="+16195550196")
    assert alike(rosa) == {
        "Same Phone": "same phone",
        "Same Mail": "same e-mail",
        "Obrien Cruz, Maria Rosa": "same name",
    }


def test_one_first_name_makes_nobody_alike():
    first = InquiryFactory(name="Rosa", phone="+16195550101")
    InquiryFactory(name="Rosa", phone="+16195550102")
    assert alike(first) == {}


def test_a_name_with_a_word_more_is_another_name(rosa):
    InquiryFactory(name="Rosa María O’Brien-Cruz Vega", phone="+16195550198")
    assert alike(rosa) == {}


def test_many_alike_cost_two_queries(rosa, django_assert_num_queries):
    for _n in range(30):
        InquiryFactory(name="Rosa Maria Obrien Cruz", phone="+16195550134")
    with django_assert_num_queries(2):
        assert len(related.alike(rosa)) == related.MOST_ALIKE


def read(response) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html5lib")


def test_the_workspace_says_of_each_who_it_is_and_who_has_it(rosa, client, coordinator, colleague):
    """A family shares a telephone."""
    InquiryFactory(name="Beto Cruz", phone="+16195550134", status="claimed", assignee=colleague)
    InquiryFactory(name="Ana Cruz", phone="+16195550134")
    gone = {"status": "closed", "outcome": "referred-on", "referral": "out-of-area"}
    InquiryFactory(name="Eva Cruz", phone="+16195550134", closed_at=timezone.now(), **gone)
    client.force_login(coordinator)
    page = read(client.get(rosa.get_absolute_url()))
    first, second, third = (" ".join(li.text.split()) for li in page.select(".desk-alike li"))
    assert "Eva Cruz same phone · Closed, Referred on: out of area" in first
    assert "Ana Cruz same phone · New · with nobody yet" in second
    assert "Beto Cruz same phone · Claimed · with colin" in third


def test_who_is_written_down_is_shown_with_earlier_ones_who_they_are_and_who_has_them(
    client, coordinator, colleague
):
    InquiryFactory(name="Beto Cruz", phone="+16195550134", status="claimed", assignee=colleague)
    client.force_login(coordinator)
    earlier = reverse("admin:admissions_inquiry_earlier")
    page = read(client.post(earlier, {"phone": "(619) 555-0134"}))
    assert "Beto Cruz same phone · Claimed · with colin" in " ".join(page.text.split())


def test_the_workspace_shows_who_may_be_the_same_person(rosa, client, coordinator):
    other = InquiryFactory(phone="+16195550134")
    client.force_login(coordinator)
    html = client.get(rosa.get_absolute_url()).content.decode()
    assert "Perhaps the same person" in html
    assert other.reference in html
