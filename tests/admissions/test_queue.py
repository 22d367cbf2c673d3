"""The queue: what is on top, what each tab holds, what a search finds, what it costs."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admissions import workflow
from admissions.admin.wording import in_words
from admissions.models import Inquiry
from tests.factories import InquiryFactory

URL = reverse("admin:admissions_inquiry_changelist")
BUDGET = 12


def minutes(n):
    return timedelta(minutes=n)


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def page(desk, **parameters):
    response = desk.get(URL, parameters)
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html5lib")


def listed(desk, **parameters):
    """The references on the page, in their order."""
    return references(page(desk, **parameters))


def references(soup):
    return [link.text for link in soup.select("#result_list tbody th a")]


def search(desk, text, **parameters):
    """The page that a search for `text` leads to."""
    response = desk.post(URL, {"words": text})
    assert response.status_code == 303
    found = parse_qs(urlsplit(response.url).query)
    return page(desk, **{name: values[0] for name, values in found.items()}, **parameters)


def test_what_is_most_overdue_is_on_top(desk):
    now = timezone.now()
    fresh = InquiryFactory(received_at=now)
    oldest = InquiryFactory(received_at=now - minutes(300))
    older = InquiryFactory(received_at=now - minutes(200))
    assert listed(desk) == [row.reference for row in (oldest, older, fresh)]


def test_whom_nobody_has_tried_comes_before_whom_somebody_has(desk, colleague):
    now = timezone.now()
    tried = InquiryFactory(
        received_at=now - minutes(300),
        status="claimed",
        assignee=colleague,
        first_attempt_at=now - minutes(290),
    )
    untried = InquiryFactory(received_at=now)
    assert listed(desk) == [untried.reference, tried.reference]


def test_an_earlier_due_time_wins_over_an_earlier_arrival(desk):
    now = timezone.now()
    patient = InquiryFactory(received_at=now - minutes(60), due_at=now + minutes(60))
    pressing = InquiryFactory(received_at=now - minutes(10), due_at=now + minutes(20))
    assert listed(desk) == [pressing.reference, patient.reference]


@pytest.fixture
def one_of_each(coordinator, colleague):
    """One inquiry for each tab, by the tab's name."""
    now, today = timezone.now(), timezone.localdate()
    tried = {"received_at": now - minutes(90), "first_attempt_at": now - minutes(80)}
    mine = InquiryFactory(status="claimed", assignee=coordinator, **tried)
    theirs = InquiryFactory(status="contacted", assignee=colleague, follow_up_on=today, **tried)
    closed = InquiryFactory(status="closed", outcome="spam", closed_at=now, **tried)
    return {
        "mine": mine,
        "theirs": theirs,
        "closed": closed,
        "overdue": InquiryFactory(received_at=now - minutes(60)),
        "fresh": InquiryFactory(received_at=now),
    }


@pytest.mark.parametrize(
    ("tab", "holds"),
    [
        (None, "overdue fresh mine theirs"),
        ("open", "overdue fresh mine theirs"),
        ("overdue", "overdue"),
        ("mine", "mine"),
        ("unassigned", "overdue fresh"),
        ("follow-up", "theirs"),
        ("waiting", "mine"),
        ("closed", "closed"),
        ("all", "fresh overdue closed theirs mine"),
    ],
)
def test_each_tab_holds_its_own(tab, holds, desk, one_of_each):
    parameters = {"show": tab} if tab else {}
    assert listed(desk, **parameters) == [one_of_each[name].reference for name in holds.split()]


def test_the_tab_shown_is_marked(desk):
    soup = page(desk, show="mine")
    [current] = soup.select(".desk-tabs [aria-current=page]")
    assert current.text.split() == ["Mine", "0"]


@pytest.mark.parametrize(
    "query",
    ["show=everything", "show=", "name__startswith=T", "status__exact=closed", "show=%00"],
)
def test_an_unknown_view_falls_back_to_the_open_ones_and_says_so(query, desk, one_of_each):
    response = desk.get(f"{URL}?{query}")
    soup = BeautifulSoup(response.content.decode(), "html5lib")
    assert "view that does not exist" in soup.select_one(".messagelist").text
    assert one_of_each["closed"].reference not in soup.text
    assert len(soup.select("#result_list tbody tr")) == 4


@pytest.mark.parametrize("query", ["p=99", "p=-1", "p=x", "o=1.2", "all=", "find=%00", "e=1"])
def test_odd_addresses_are_answered(query, desk, one_of_each):
    response = desk.get(f"{URL}?{query}", follow=True)
    assert response.status_code == 200


@pytest.fixture
def rosa(db):
    """The one to be found, and somebody else."""
    InquiryFactory(name="Somebody Else", phone="+16195550111", email="else@example.org")
    return InquiryFactory(
        name="Rosa de la Cruz", ask_for="Beto", phone="+16195550134", email="rosa.c@example.org"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Rosa",
        "rosa cruz",
        "cruz ROSA",
        "beto",
        "(619) 555-0134",
        "619.555.0134",
        "+1 619 555 0134",
        "6195550134",
        "0134",
        "rosa.c@example.org",
        "ROSA.C@EXAMPLE.org",
    ],
)
def test_a_search_finds_by_name_phone_and_e_mail(text, desk, rosa):
    assert references(search(desk, text)) == [rosa.reference]


@pytest.mark.parametrize("spelled", [str, str.lower, lambda r: r.replace("-", " ")])
def test_a_search_finds_by_reference_however_it_is_written(spelled, desk, rosa):
    for text in (spelled(rosa.reference), spelled(rosa.reference).replace("-", "")):
        assert references(search(desk, text)) == [rosa.reference]


def test_a_search_finds_closed_inquiries_unless_a_tab_was_chosen(desk, rosa):
    Inquiry.objects.filter(pk=rosa.pk).update(
        status="closed", outcome="spam", closed_at=timezone.now()
    )
    assert references(search(desk, "Rosa")) == [rosa.reference]
    assert references(search(desk, "Rosa", show="open")) == []


def test_a_search_that_finds_nothing_says_what_to_try(desk, rosa):
    assert "Nothing matches" in search(desk, "nobody-of-that-name").text


def test_a_row_shows_what_one_needs_before_calling(desk, colleague):
    inquiry = InquiryFactory(
        received_at=timezone.now() - minutes(125),
        name="Rosa <b>Cruz</b>",
        asking_for="family",
        language="es",
        contact_by="text",
        situation="direct",
    )
    workflow.claim(inquiry=inquiry, actor=colleague, version=1)
    row = page(desk).select_one("#result_list tbody tr")
    for cell, words in {
        "name": "Rosa <b>Cruz</b>",
        "for": "Family or friend not in treatment",
        "status": "Claimed",
        "waiting": "2 hours, 5 minutes",
        "clock": "Overdue by 1 hour, 35 minutes",
        "assignee": "colin",
        "contact": "Text message",
        "language": "Spanish",
    }.items():
        text = row.select_one(f".field-{cell}").text.replace("\xa0", " ")
        assert " ".join(text.split()) == words
    link = row.select_one(".field-reference a")["href"]
    assert link == f"{inquiry.get_absolute_url()}?show=open"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Due in 29 minutes"),
        ({"tried": True}, "Tried, not reached yet"),
        ({"tried": True, "reached": True}, "Reached"),
        ({"tried": True, "follow": 0}, "Follow up today"),
        ({"tried": True, "follow": -1}, "Follow-up was due"),
        ({"tried": True, "follow": 2}, "Follow up "),
    ],
)
def test_the_clock_says_in_words_what_is_due(fields, words, desk, coordinator):
    now = timezone.now()
    row = {"received_at": now}
    if fields:
        row |= {"status": "claimed", "assignee": coordinator, "first_attempt_at": now}
    if fields.get("reached"):
        row |= {"status": "contacted", "first_contact_at": now}
    if "follow" in fields:
        row["follow_up_on"] = timezone.localdate() + timedelta(days=fields["follow"])
    InquiryFactory(**row)
    badge = page(desk).select_one(".field-clock").text.replace("\xa0", " ")
    assert badge.strip().startswith(words)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=2, minutes=5), "2 hours, 5 minutes"),
        (timedelta(hours=9, minutes=5), "9 hours"),
        (timedelta(days=3, hours=4), "3 days"),
    ],
)
def test_lengths_of_time_read_as_one_says_them(length, words):
    assert in_words(length).replace("\xa0", " ") == words


def test_claiming_takes_one_click_from_the_row(desk, coordinator):
    inquiry = InquiryFactory()
    soup = page(desk)
    button = soup.select_one("#result_list button")
    form = soup.select_one(f"form#{button['form']}")
    assert form["method"] == "post"
    assert form.select_one("[name=csrfmiddlewaretoken]")
    response = desk.post(button["formaction"], {button["name"]: button["value"]})
    assert response.url == f"{inquiry.get_absolute_url()}?show=open"
    inquiry.refresh_from_db()
    assert inquiry.assignee == coordinator


def test_nothing_in_the_queue_deletes_or_changes_in_bulk(client, admin_user):
    InquiryFactory()
    client.force_login(admin_user)
    html = client.get(URL).content.decode()
    assert "delete" not in html.lower()
    assert 'name="action"' not in html
    assert "addlink" not in html


def test_the_queue_has_no_inline_script_or_style(desk):
    InquiryFactory()
    soup = page(desk)
    assert soup.select("style, [style], script:not([src]), [onclick], [onchange]") == []


def test_fifty_rows_make_a_page(desk):
    now = timezone.now()
    Inquiry.objects.bulk_create(
        InquiryFactory.build(received_at=now - minutes(n), due_at=now) for n in range(53)
    )
    assert len(listed(desk)) == 50
    assert len(listed(desk, p=2)) == 3


@pytest.mark.parametrize(
    "view",
    [
        *("", "show=mine", "show=all", "show=closed", "show=follow-up", "show=waiting"),
        *("language=en", "show=all&language=en&situation=none"),
        *("words=Person", "words=Test+Person"),
    ],
)
def test_ten_times_the_rows_cost_no_more_queries(view, desk, coordinator, colleague):
    def add(count):
        for n in range(count):
            inquiry = InquiryFactory()
            actor = (coordinator, colleague)[n % 2]
            workflow.claim(inquiry=inquiry, actor=actor, version=1)

    address = f"{URL}?{view}"
    if view.startswith("words="):
        address = desk.post(URL, {"words": view[6:].replace("+", " ")}).url

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    add(6)
    cost()  # the staff to choose from are read once a minute
    few = cost()
    add(54)
    assert cost() == few < BUDGET


def test_where_somebody_was_referred_stands_in_the_queue_and_in_the_inquiry(desk):
    gone = {"status": "closed", "outcome": "referred-on", "referral": "minors"}
    inquiry = InquiryFactory(closed_at=timezone.now(), **gone)
    said = "Referred on: a service for minors"
    row = page(desk, show="closed").select_one("#result_list .field-clock")
    assert row.text.strip() == said
    workspace = BeautifulSoup(desk.get(inquiry.get_absolute_url()).content, "html5lib")
    assert said in workspace.select_one(".desk-chips").text
    assert said in workspace.select_one(".desk-area-facts").text
