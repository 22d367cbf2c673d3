"""The confirmation: a reference, what comes next, and nothing about the person."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from admissions import views
from admissions.models import Inquiry
from admissions.reference import new_reference
from programs.models import AdmissionStep, Clinic, OpeningHours
from tests.admissions.answers import FORM, FULL, post, soup_of
from tests.pages import missing_help

pytestmark = pytest.mark.django_db

REFERENCE = "0123-4567-8B"


def _page(token: str) -> str:
    return f"{FORM}received/{token}/"


@pytest.fixture
def page() -> str:
    return _page(views.receipt(REFERENCE))


def _words(response) -> str:
    return " ".join(soup_of(response).main.get_text().split())


def test_a_sent_form_leads_to_a_page_with_its_reference(client) -> None:
    response = post(client)
    soup = soup_of(client.get(response.headers["Location"]))
    shown = soup.find(id="inquiry-reference").get_text()
    assert shown == Inquiry.objects.get().reference


def test_the_page_needs_no_database_row_for_its_reference(client, page) -> None:
    assert not Inquiry.objects.exists()
    response = client.get(page)
    assert response.status_code == 200
    assert soup_of(response).find(id="inquiry-reference").get_text() == REFERENCE


def test_the_page_opens_for_a_day(client) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        page = _page(views.receipt(REFERENCE))
    with time_machine.travel(now + timedelta(hours=23, minutes=59), tick=False):
        assert client.get(page).status_code == 200
    with time_machine.travel(now + timedelta(hours=24, minutes=1), tick=False):
        assert client.get(page).status_code == 404


def _tokens() -> dict[str, str]:
    real = views.receipt(REFERENCE)
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        old = views.receipt(REFERENCE)
    return {
        "old": old,
        "bare": REFERENCE,
        "altered": real[:-1] + ("A" if real[-1] != "A" else "B"),
        "other reference": real.replace("0123", "0124"),
        "signed for something else": signing.TimestampSigner(salt="other").sign(REFERENCE),
        "nonsense": "\u202e%00😀",
        "long": "x" * 4000,
    }


def test_any_other_token_gets_one_and_the_same_neutral_page(client) -> None:
    Inquiry.objects.create(
        reference=REFERENCE,
        asking_for="self",
        name="Rosa",
        phone="+16195550134",
        contact_by="call",
        due_at=timezone.now() + timedelta(hours=1),
    )
    bodies = set()
    for kind, token in _tokens().items():
        response = client.get(_page(token))
        assert response.status_code == 404, kind
        assert response.headers["Cache-Control"] == "no-store, private"
        bodies.add(_words(response))
    assert len(bodies) == 1
    assert REFERENCE not in bodies.pop()


def test_the_token_names_the_reference_and_nothing_else(client) -> None:
    location = post(client, **FULL).headers["Location"]
    token = location.removeprefix(f"{FORM}received/").rstrip("/")
    assert token.split(":")[0] == Inquiry.objects.get().reference


def test_nothing_personal_is_on_the_page(client) -> None:
    html = client.get(post(client, **FULL).headers["Location"]).text
    for private in ("Rosa", "555-0134", "5550134", "rosa@example.com", "sister", "First line"):
        assert private not in html


def test_the_page_sets_no_cookie_and_is_kept_nowhere(client, page) -> None:
    response = client.get(page)
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-store, private"
    assert soup_of(response).find("meta", {"name": "robots"})["content"] == "noindex"


def test_the_live_steps_after_reaching_out_tell_what_happens_next(client, page) -> None:
    AdmissionStep.objects.create(slug="reach-out", title="You ask", text="Done.", position=0)
    AdmissionStep.objects.create(slug="talk", title="We talk", text="About **you**.", position=1)
    AdmissionStep.objects.create(slug="draft", title="Not yet", text="-", live_from=None)
    soup = soup_of(client.get(page))
    assert [h3.get_text() for h3 in soup.main.ol.find_all("h3")] == ["We talk"]
    assert soup.main.ol.strong.get_text() == "you"


def test_while_nobody_new_is_taken_no_step_leads_to_a_beginning(client, page) -> None:
    AdmissionStep.objects.create(slug="plan", title="Then you begin", text="Soon.")
    Clinic.objects.create(
        pk=1, accepting_new_clients=False, accepting_checked_on=timezone.localdate()
    )
    words = _words(client.get(page))
    assert "We are not taking new clients right now" in words
    assert "We will try to reach you" in words
    assert "Then you begin" not in words


def test_no_time_is_promised_when_the_clinic_promises_none(client, page) -> None:
    assert "within" not in _words(client.get(page))


def test_the_clinics_promise_is_told_in_words(client, page) -> None:
    clinic = Clinic.objects.create(pk=1, call_back_minutes=30)
    assert "We will try to reach you within 30 minutes," in _words(client.get(page))
    OpeningHours.objects.create(clinic=clinic, weekday=0, opens=time(9), closes=time(17))
    assert "within 30 minutes of opening time," in _words(client.get(page))


def test_the_page_says_how_to_keep_it_and_how_to_leave_no_trace(client, page) -> None:
    words = _words(client.get(page))
    assert "choose Print in your browser’s menu" in words
    assert "Close this tab when you are done" in words
    assert "Nobody watches these requests for emergencies" in words


def test_the_page_carries_the_crisis_lines_and_their_warnings(client, page) -> None:
    assert missing_help(soup_of(client.get(page))) == set()


def test_the_clinics_contacts_are_shown_once_they_are_known(client, page) -> None:
    assert "To change something" not in _words(client.get(page))
    Clinic.objects.create(pk=1, phone="+16195550100", email="hello@example.com")
    main = soup_of(client.get(page)).main
    assert main.find("a", href="tel:+16195550100")
    assert main.find("a", href="mailto:hello@example.com")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_can_only_be_read(client, page, method) -> None:
    assert getattr(client, method)(page).status_code == 405


def test_the_page_takes_at_most_six_queries_however_many_steps_there_are(
    client, page, django_assert_max_num_queries
) -> None:
    Clinic.objects.create(pk=1, call_back_minutes=30)
    counts = []
    for start in (0, 3):
        AdmissionStep.objects.bulk_create(
            AdmissionStep(slug=f"step-{n}", title=f"Step {n}", text="Words.")
            for n in range(start, start * 10 or 3)
        )
        with django_assert_max_num_queries(6) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_every_reference_survives_signing() -> None:
    for _n in range(50):
        reference = new_reference()
        assert views.read_receipt(views.receipt(reference)) == reference
