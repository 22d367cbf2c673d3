"""A search's words travel sealed: no address, log or history holds them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from admissions import related
from admissions.admin import view
from admissions.models import AccessRecord, LookupToken
from admissions.protection import words
from tests.admissions.answers import soup_of
from tests.factories import InquiryFactory

URL = reverse("admin:admissions_inquiry_changelist")


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def rosa(db):
    InquiryFactory(name="Somebody Else")
    return InquiryFactory(name="Rosa Cruz", phone="+16195550134", email="rosa@example.org")


def shown(response):
    return [link.text for link in soup_of(response).select("#result_list tbody th a")]


def test_a_search_leads_to_an_address_without_the_words(desk):
    # Long words: a short one comes up by chance in what it is sealed into.
    found = InquiryFactory(name="Maximiliana Featherstone")
    response = desk.post(URL, {"words": "Maximiliana Featherstone"})
    assert response.status_code == 303
    assert "maximiliana" not in response.url.lower()
    assert "featherstone" not in response.url.lower()
    assert shown(desk.get(response.url)) == [found.reference]


def test_the_same_words_have_another_address_each_time(desk):
    first, second = (desk.post(URL, {"words": "Rosa"}).url for _n in range(2))
    assert first != second


def test_the_search_field_holds_the_words_that_were_typed(desk, rosa):
    soup = soup_of(desk.post(URL, {"words": "Rosa"}, follow=True))
    assert soup.select_one("#searchbar")["value"] == "Rosa"


def test_a_colleague_cannot_open_somebody_s_search(desk, rosa, client, colleague):
    address = desk.post(URL, {"words": "Rosa"}).url
    client.force_login(colleague)
    soup = soup_of(client.get(address))
    assert "This search is over" in soup.select_one(".messagelist").text
    assert not soup.select_one("#searchbar")["value"]


def test_a_search_is_over_after_a_working_day(coordinator):
    then = timezone.now()
    token = words.seal("Rosa", user=coordinator.pk, at=then)
    just, after = (then + timedelta(hours=8, minutes=m) for m in (-1, 1))
    assert words.open_words(token, user=coordinator.pk, at=just) == "Rosa"
    assert words.open_words(token, user=coordinator.pk, at=after) is None


@pytest.mark.parametrize("token", ["x", "%00", "é", "A" * 4000, "AAAA-AAAA", "="])
def test_what_is_no_token_is_no_search(token, desk, rosa):
    response = desk.get(URL, {"find": token})
    assert response.status_code == 200
    assert "This search is over" in soup_of(response).select_one(".messagelist").text


def test_one_letter_changed_makes_it_no_token(coordinator):
    now = timezone.now()
    token = words.seal("Rosa", user=coordinator.pk, at=now)
    other = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    assert words.open_words(other, user=coordinator.pk, at=now) is None


def test_the_length_of_a_token_says_little_of_the_words():
    now = timezone.now()
    lengths = {len(words.seal("x" * n, user=1, at=now)) for n in (1, 5, 32)}
    assert len(lengths) == 1


def test_words_in_an_address_are_taken_out_of_it_and_not_searched_for(desk, rosa):
    response = desk.get(URL, {"q": "Rosa", "show": "all"})
    assert response.url == f"{URL}?show=all"
    soup = soup_of(desk.get(response.url))
    assert "Nothing was searched for" in soup.select_one(".messagelist").text
    assert len(soup.select("#result_list tbody tr")) == 2


def test_an_empty_search_shows_the_queue(desk, rosa):
    assert desk.post(URL, {"words": "  "}).url == URL


def test_who_may_not_see_the_queue_cannot_search_it(client, editor, rosa):
    client.force_login(editor)
    assert client.post(URL, {"words": "Rosa"}).status_code == 403
    assert client.get(URL, {"q": "Rosa"}).status_code == 403


def test_a_search_is_recorded_once_and_without_its_words(desk, rosa):
    desk.post(URL, {"words": "Rosa"}, follow=True)
    [record] = AccessRecord.objects.all()
    assert (record.action, record.detail, record.count) == ("searched", "all", 1)


def test_who_is_found_as_somebody_to_ask_for_says_so(desk, rosa):
    InquiryFactory(name="Carmen Vega", ask_for="Rosa")
    soup = soup_of(desk.post(URL, {"words": "Rosa"}, follow=True))
    names = {" ".join(cell.text.split()) for cell in soup.select("#result_list .field-name")}
    assert names == {"Rosa Cruz", "Carmen Vega ask for Rosa"}


def test_a_search_stays_when_all_of_the_tab_is_shown(desk, rosa):
    address = desk.post(URL, {"words": "Rosa"}).url
    narrowed = soup_of(desk.get(f"{address}&show=open&language=es"))
    [link] = [a for a in narrowed.select(".desk-narrow-by a") if "Show all" in a.text]
    assert link.text == "Show all found in this tab"
    assert "language" not in link["href"]
    assert shown(desk.get(URL + link["href"])) == [rosa.reference]


def test_who_saves_a_view_from_a_search_reads_that_its_words_are_not_kept(desk, rosa):
    views = reverse("admin:admissions_inquiry_views")
    found = desk.post(URL, {"words": "Rosa"}).url.partition("?")[2]
    said = "The words of your search are not kept in a view"
    page = soup_of(desk.get(f"{views}?{found}"))
    assert said in page.main.text
    [back] = [a["href"] for a in page.select(".breadcrumbs a") if a.text == "Admissions queue"]
    assert shown(desk.get(back)) == [rosa.reference]
    assert said not in soup_of(desk.get(f"{views}?show=open")).main.text


def test_a_search_keeps_through_the_tabs(desk, rosa):
    soup = soup_of(desk.post(URL, {"words": "Rosa"}, follow=True))
    [closed] = [a["href"] for a in soup.select(".desk-tabs a") if a.text.startswith("Closed")]
    assert "find=" in closed
    assert shown(desk.get(URL + closed)) == []


def test_a_search_stops_at_the_newest_and_says_so(desk, monkeypatch):
    monkeypatch.setattr(related, "MOST_FOUND", 3)
    monkeypatch.setattr(view, "MOST_LOOKED_THROUGH", 3)
    found = [InquiryFactory(name="Rosa", received_at=timezone.now()) for _n in range(5)]
    response = desk.post(URL, {"words": "Rosa"}, follow=True)
    assert shown(response) == [row.reference for row in reversed(found[2:])]
    assert "these are the newest" in soup_of(response).text


def test_a_search_that_stopped_early_never_says_that_nothing_matches(desk, monkeypatch):
    monkeypatch.setattr(related, "MOST_FOUND", 2)
    monkeypatch.setattr(view, "MOST_LOOKED_THROUGH", 2)
    InquiryFactory(name="Rosa", priority=2)
    for _n in range(4):
        InquiryFactory(name="Rosa", language="en")
    address = desk.post(URL, {"words": "Rosa"}).url
    page = soup_of(desk.get(f"{address}&show=open&language=es")).select_one("#content").text
    assert "Among the newest 1,000 that match, none is in this list." in page
    assert "Nothing matches" not in page
    assert "these are the newest" not in page


@pytest.mark.parametrize("words", ["Rosa", "Rosa Cruz"])
@pytest.mark.parametrize("narrowed", ["", "&priority=2"])
def test_a_tab_with_few_rows_shows_all_that_match_however_many_newer_ones_do(
    words, narrowed, desk, monkeypatch, coordinator
):
    monkeypatch.setattr(related, "MOST_FOUND", 2)
    mine = {"status": "claimed", "assignee": coordinator}
    oldest = InquiryFactory(name="Rosa Cruz", priority=2, **mine)
    InquiryFactory(name="Rosario", priority=2, **mine)
    for _n in range(4):
        InquiryFactory(name="Rosa Cruz")
    response = desk.get(f"{desk.post(URL, {'words': words}).url}&show=mine{narrowed}")
    assert shown(response) == [oldest.reference]
    assert "these are the newest" not in soup_of(response).text


def test_a_search_that_shows_all_says_nothing_of_more(desk, monkeypatch):
    monkeypatch.setattr(related, "MOST_FOUND", 3)
    for _n in range(3):
        InquiryFactory(name="Rosa")
    assert (
        "these are the newest" not in soup_of(desk.post(URL, {"words": "Rosa"}, follow=True)).text
    )


@pytest.mark.parametrize(("words", "said"), [("555-0134", True), ("0134", False), ("Rosa", False)])
def test_that_a_part_of_a_number_was_compared_by_its_end_is_said(words, said, desk, rosa):
    response = desk.post(URL, {"words": words}, follow=True)
    assert shown(response) == [rosa.reference]
    assert ("Only the last four digits were compared" in soup_of(response).text) == said


def test_a_rare_word_finds_however_common_the_other_is(db, monkeypatch):
    monkeypatch.setattr(related, "MOST_COMPARED", 2)
    oldest = InquiryFactory(name="Rosa Quispe")
    for _n in range(4):
        InquiryFactory(name="Rosa Cruz")
    assert related.find("Rosa Quispe") == related.Found([oldest.pk])
    assert related.find("quispe rosa") == related.Found([oldest.pk])
    assert related.find("Rosa Cruz").capped


def test_those_who_wrote_more_than_once_are_marked(desk, rosa):
    other = InquiryFactory(name="Another", phone="+16195550134")
    marked = [
        row.select_one(".field-reference a").text
        for row in soup_of(desk.get(URL)).select("#result_list tbody tr")
        if "wrote before or again" in row.text
    ]
    assert set(marked) == {rosa.reference, other.reference}


def test_a_shared_name_marks_nobody(rosa):
    other = InquiryFactory(name="Rosa Cruz", phone="+16195550199")
    assert LookupToken.objects.filter(inquiry=other, kind="name").exists()
    assert related.with_others([rosa.pk, other.pk]) == set()
