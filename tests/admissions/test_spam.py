"""Suspicion sets an inquiry aside, says why, and refuses nobody."""

from __future__ import annotations

import time

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import OperationalError

from admissions import intake, spam
from admissions.models import Event, Inquiry, Notification
from admissions.spam import Sign
from tests.admissions.answers import CHECK, FORM, post, soup_of, values_in

pytestmark = pytest.mark.django_db
LONG = "I finish at the hospital on Friday and look for the next step."


def opened(seconds_ago: int) -> str:
    with time_machine.travel(time.time() - seconds_ago, tick=False):
        return spam.opened_now()


def sent(client, **answers) -> list[str]:
    assert post(client, **{"opened": opened(60)} | answers).status_code == 302
    inquiry = Inquiry.objects.latest("pk")
    assert inquiry.is_quarantined == bool(inquiry.suspicions)
    return inquiry.suspicions


def test_a_person_s_inquiry_goes_to_the_queue(client):
    assert sent(client, message=LONG) == []
    assert Notification.objects.filter(kind="new-inquiry").count() == 1


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({spam.TRAP: "https://spam.example"}, [Sign.TRAP_FILLED]),
        ({"opened": "form:1xWLNG:forged"}, [Sign.FORGED_TIME]),
        ({"opened": "nonsense"}, [Sign.FORGED_TIME]),
        ({"message": "Buy http://a.example and http://b.example now"}, [Sign.LINKS]),
        ({"name": "www.casino.example"}, [Sign.LINKS]),
        ({"opened": "", "message": "see https://a.example"}, [Sign.NO_TIME, Sign.ONE_LINK]),
    ],
)
def test_what_people_do_not_do_by_accident_sets_aside(client, answers, why):
    assert sorted(sent(client, **answers)) == sorted(why)


def test_a_form_filled_in_at_once_is_set_aside(client):
    assert sent(client, opened=spam.opened_now()) == [Sign.TOO_FAST]


@pytest.mark.parametrize(
    "answers",
    [
        {"opened": ""},
        {"message": "My plan is at https://insurer.example, does it cover this?"},
        {"message": "e-mail me at rosa@example.com, I was at St. Mary's."},
    ],
)
def test_one_weak_sign_alone_sets_nobody_aside(client, answers):
    assert sent(client, **answers) == []


def test_a_page_that_stayed_open_for_weeks_says_nothing(client):
    assert sent(client, opened=opened(30 * 24 * 60 * 60)) == []


def test_the_same_message_again_and_again_is_set_aside_from_the_third(client):
    found = [sent(client, message=text) for text in (LONG, LONG.upper(), f"  {LONG} ", LONG)]
    assert found == [[], [], [Sign.REPEATED], [Sign.REPEATED]]


def test_a_planner_may_write_one_sentence_about_each_of_ten_clients(client):
    found = [sent(client, message=LONG, asking_for="professional") for _n in range(12)]
    assert found == [*[[]] * 11, [Sign.REPEATED, Sign.BUSY_NETWORK]]


def test_a_try_that_the_database_failed_repeats_nothing(client, monkeypatch):
    def fail(**_answers):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(intake, "receive", fail)
        for _n in range(3):
            assert post(client, message=LONG, opened=opened(60)).status_code == 503
    assert sent(client, message=LONG) == []


def test_a_short_message_that_many_write_is_no_repetition(client):
    assert [sent(client, message="Please call me.") for _n in range(5)] == [[]] * 5


def test_ten_referrals_from_one_hospital_go_to_the_queue(client):
    found = [sent(client, message=f"Referral {n}: discharge next week, ready.") for n in range(12)]
    assert found == [[]] * 12


def test_a_busy_network_with_another_sign_is_set_aside(client):
    for _n in range(10):
        sent(client)
    assert sent(client, message="see https://a.example") == [Sign.ONE_LINK, Sign.BUSY_NETWORK]


def test_who_is_set_aside_sees_the_same_confirmation(client):
    response = post(client, **{spam.TRAP: "x", "opened": opened(60)})
    page = client.get(response.url)
    assert page.status_code == 200
    assert Inquiry.objects.get().reference in page.content.decode()


def test_nobody_is_told_of_what_is_set_aside_and_its_timeline_says_so(client):
    sent(client, **{spam.TRAP: "x"})
    assert not Notification.objects.exists()
    assert list(Event.objects.values_list("kind", flat=True)) == ["received", "set-aside"]


def test_time_and_trap_travel_through_the_check_and_a_change(client):
    first = values_in(soup_of(client.get(FORM)))
    assert first[spam.TRAP] == [""]
    carried = {"opened": first["opened"][0], spam.TRAP: "caught"}
    checked = values_in(soup_of(post(client, CHECK, **carried)))
    assert (checked["opened"], checked[spam.TRAP]) == (first["opened"], ["caught"])
    changed = values_in(soup_of(post(client, change="name", **carried)))
    assert (changed["opened"], changed[spam.TRAP]) == (first["opened"], ["caught"])


def test_people_do_not_meet_the_trap(client):
    field = BeautifulSoup(client.get(FORM).content, "html5lib").find(attrs={"name": spam.TRAP})
    assert field["tabindex"] == "-1"
    assert field["autocomplete"] == "off"
    assert field.find_parent(attrs={"aria-hidden": "true"})["class"] == ["visually-hidden"]


def test_staff_read_the_reasons_in_words(client, coordinator):
    sent(client, **{spam.TRAP: "x"})
    client.force_login(coordinator)
    assert (
        "A hidden field was filled in"
        in client.get(Inquiry.objects.get().get_absolute_url()).content.decode()
    )
