"""What a tab of the queue can be narrowed by, and the views that somebody keeps."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admissions import facets
from admissions.admin import saved_views, tabs, view
from admissions.models import Inquiry, SavedView
from tests.admissions.answers import soup_of
from tests.factories import InquiryFactory

QUEUE = reverse("admin:admissions_inquiry_changelist")
VIEWS = reverse("admin:admissions_inquiry_views")


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def shown(response):
    return {link.text for link in soup_of(response).select("#result_list tbody th a")}


@pytest.mark.parametrize(
    ("key", "value", "facts"),
    [
        ("asking_for", "family", {"asking_for": "family"}),
        ("language", "es", {"language": "es"}),
        ("contact_by", "text", {"contact_by": "text"}),
        ("priority", "2", {"priority": 2}),
        ("situation", "direct", {"situation": "direct"}),
        ("situation", "none", {"situation": ""}),
        ("source", "phone", {"source": "phone"}),
        ("came_from", "planner", {"came_from": "planner"}),
        ("payer", "medicare", {"payer": "medicare"}),
    ],
)
def test_a_tab_is_narrowed_to_what_fits(key, value, facts, desk):
    usual = {"situation": "other"}
    InquiryFactory(**usual)
    fits = InquiryFactory(**usual | facts)
    assert shown(desk.get(QUEUE, {key: value})) == {fits.reference}


def test_several_facets_have_to_fit_together(desk):
    InquiryFactory(language="es")
    InquiryFactory(contact_by="text")
    both = InquiryFactory(language="es", contact_by="text")
    assert shown(desk.get(QUEUE, {"language": "es", "contact_by": "text"})) == {both.reference}


def test_a_tab_is_narrowed_to_a_colleague_s_to_nobody_s_or_to_one_s_own(
    desk, coordinator, colleague
):
    mine, theirs = (
        InquiryFactory(status="claimed", assignee=user) for user in (coordinator, colleague)
    )
    nobodys = InquiryFactory()
    for value, one in {"me": mine, str(colleague.pk): theirs, "none": nobodys}.items():
        assert shown(desk.get(QUEUE, {"assignee": value})) == {one.reference}


@pytest.mark.parametrize(
    ("days", "found"), [("2026-03-01..2026-03-31", True), ("..2026-03-08", True)]
)
def test_a_tab_is_narrowed_to_days_of_the_clinic(days, found, desk):
    at = timezone.datetime.fromisoformat("2026-03-08T23:30:00-07:00")
    inquiry = InquiryFactory(received_at=at)
    InquiryFactory(received_at=at + timedelta(days=60))
    assert shown(desk.get(QUEUE, {"show": "all", "received": days})) == {inquiry.reference}


@pytest.mark.parametrize(
    "query",
    [
        *("language=xx", "assignee=x", "assignee=²", "assignee=-1", "received=x", "priority=9"),
        *("received=2026-13-01..", "received=..", "received=9999-12-31..", "name=Rosa"),
        *("language__in=en", f"assignee={'9' * 40}", "situation=%00"),
    ],
)
def test_what_is_no_facet_narrows_nothing_and_is_said(query, desk):
    inquiry = InquiryFactory()
    response = desk.get(f"{QUEUE}?{query}")
    assert shown(response) == {inquiry.reference}
    assert "view that does not exist" in soup_of(response).select_one(".messagelist").text


def test_a_number_that_is_nobody_s_finds_nothing(desk):
    InquiryFactory()
    assert shown(desk.get(QUEUE, {"assignee": "9" * 18})) == set()


def test_the_choices_show_what_was_chosen_and_keep_tab_and_days(desk):
    soup = soup_of(desk.get(QUEUE, {"show": "all", "language": "es", "received": "2026-01-01.."}))
    form = soup.select_one(".desk-narrow-by form")
    assert form.select_one("#narrow-language option[selected]")["value"] == "es"
    kept = {tag["name"]: tag["value"] for tag in form.select("input[type=hidden]")}
    assert kept == {"show": "all", "received": "2026-01-01.."}


def said(response):
    return " ".join(soup_of(response).select_one("#content").text.split())


def test_how_many_fit_is_said(desk):
    InquiryFactory.create_batch(2, language="es")
    InquiryFactory(language="en")
    assert "2 inquiries fit." in said(desk.get(QUEUE, {"language": "es"}))
    assert "1 inquiry fits." in said(desk.get(QUEUE, {"language": "en"}))
    assert " fit" not in said(desk.get(QUEUE))


def test_how_many_of_the_first_fit_is_said_where_not_all_were_looked_through(desk, monkeypatch):
    monkeypatch.setattr(view, "MOST_LOOKED_THROUGH", 2)
    InquiryFactory.create_batch(3, language="es")
    assert "2 of the first 2,500 looked through fit." in said(desk.get(QUEUE, {"language": "es"}))
    assert "None of the first 2,500 looked through fits." in said(
        desk.get(QUEUE, {"language": "en"})
    )


@pytest.mark.parametrize("tab", ["open", "overdue", "all"])
def test_a_narrowed_tab_without_a_match_does_not_say_that_the_tab_is_empty(tab, desk):
    InquiryFactory(language="en", received_at=timezone.now() - timedelta(days=2))
    response = desk.get(QUEUE, {"show": tab, "language": "es"})
    assert "Nothing in this tab fits." in said(response)
    assert str(tabs.TABS[tab].empty) not in said(response)
    assert soup_of(response).select_one(".desk-empty a")["href"] == f"?show={tab}"


@pytest.mark.parametrize(
    ("tab", "chosen"),
    [
        *(
            ("open", {"priority": "2"}),
            ("open", {"assignee": "me"}),
            ("waiting", {"priority": "0"}),
        ),
        *(("closed", {"outcome": "spam"}), ("closed", {"assignee": "me"})),
        *(("open", {"priority": "0", "assignee": "me"}), ("mine", {"priority": "0"})),
        *(("open", {"received": "2026-01-01.."}), ("all", {"source": "phone"})),
    ],
)
def test_what_an_index_narrows_is_found_beyond_the_rows_that_are_looked_through(
    tab, chosen, desk, coordinator, monkeypatch
):
    now = timezone.now()
    mine = {"status": "claimed", "assignee": coordinator}
    ended = {"status": "closed", "closed_at": now}
    InquiryFactory.create_batch(2, priority=1, received_at=now - timedelta(days=900))
    InquiryFactory(**mine, source="phone", received_at=now)
    InquiryFactory(**mine, priority=2, first_attempt_at=now)
    InquiryFactory(**mine, priority=0, first_attempt_at=now)
    InquiryFactory(outcome="duplicate", **ended)
    InquiryFactory(outcome="spam", assignee=coordinator, **ended)
    monkeypatch.setattr(view, "MOST_LOOKED_THROUGH", 0)
    here = view.View(user=coordinator, tab=tabs.TABS[tab], chosen=chosen)
    expected = {inquiry.reference for inquiry in here.whole()}
    assert expected
    response = desk.get(QUEUE, {"show": tab, **chosen})
    assert shown(response) == expected
    assert "looked through" not in said(response)


def test_that_days_and_outcomes_put_the_newest_on_top_is_said(desk):
    now = timezone.now()
    old, new = (InquiryFactory(received_at=now - timedelta(days=d), priority=d) for d in (2, 1))
    response = desk.get(QUEUE, {"received": "2026-01-01.."})
    rows = soup_of(response).select("#result_list tbody th a")
    assert [row.text for row in rows] == [new.reference, old.reference]
    assert "the newest are on top" in said(response)
    assert "the newest are on top" not in said(desk.get(QUEUE, {"priority": "2"}))
    assert "the newest are on top" not in said(desk.get(QUEUE, {"show": "all", "source": "web"}))


def test_every_tab_can_be_saved():
    [known] = [c for c in SavedView._meta.constraints if c.name == "savedview_known_tab"]
    [(_name, names)] = known.condition.children
    assert set(names) == set(tabs.TABS)


# Saved views


def save(desk, name, query="show=overdue&language=es", **more):
    return desk.post(f"{VIEWS}?{query}", {"new-name": name, **more})


def links(desk):
    soup = soup_of(desk.get(QUEUE))
    return {a.text: a["href"] for a in soup.select(".desk-saved a") if a["href"] != VIEWS}


def test_a_view_is_saved_and_stands_beside_the_tabs(desk):
    InquiryFactory()
    response = save(desk, "Spanish, late")
    assert response.url == f"{QUEUE}?show=overdue&language=es"
    assert links(desk)["Spanish, late"] == response.url
    soup = soup_of(desk.get(response.url))
    assert soup.select_one(".desk-saved [aria-current=page]").text == "Spanish, late"


def test_a_view_is_renamed_and_deleted(desk, coordinator):
    save(desk, "Old")
    kept = SavedView.objects.get()
    desk.post(VIEWS, {"view": kept.pk, f"{kept.pk}-name": "New"})
    kept.refresh_from_db()
    assert (kept.name, kept.tab, kept.narrowed_by) == ("New", "overdue", {"language": "es"})
    desk.post(VIEWS, {"delete": kept.pk})
    assert not SavedView.objects.exists()


def test_one_view_more_than_the_page_holds_is_not_saved_and_why_is_said(desk, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    save(desk, "First")
    response = save(desk, "Second")
    assert response.status_code == 422
    assert "Delete a view first" in soup_of(response).select_one(".desk-alert").text
    assert SavedView.objects.get().name == "First"


@pytest.mark.parametrize("field", ["view", "delete"])
@pytest.mark.parametrize("key", ["x", "٣", "9" * 5000])
def test_a_key_that_is_none_is_no_view(field, key, desk):
    assert desk.post(VIEWS, {field: key}).status_code == 404


def test_a_colleague_neither_sees_nor_changes_somebody_s_view(desk, client, colleague):
    save(desk, "Mine alone")
    kept = SavedView.objects.get()
    client.force_login(colleague)
    assert "Mine alone" not in links(client)
    assert client.post(VIEWS, {"delete": kept.pk}).status_code == 404
    assert client.post(VIEWS, {"view": kept.pk, f"{kept.pk}-name": "x"}).status_code == 404
    assert SavedView.objects.get().name == "Mine alone"


def test_a_lead_shares_a_view_with_everybody(client, lead, coordinator):
    client.force_login(lead)
    save(client, "For all", **{"new-is_shared": "on"})
    client.force_login(coordinator)
    assert "For all" in links(client)


def test_a_coordinator_cannot_share(desk):
    save(desk, "Mine", **{"new-is_shared": "on"})
    assert not SavedView.objects.get().is_shared
    assert 'name="new-is_shared"' not in desk.get(VIEWS).content.decode()


def test_a_shared_view_of_one_s_own_shows_each_their_own(client, lead, coordinator):
    client.force_login(lead)
    save(client, "Ours", "show=open&assignee=me", **{"new-is_shared": "on"})
    client.force_login(coordinator)
    mine = InquiryFactory(status="claimed", assignee=coordinator)
    InquiryFactory(status="claimed", assignee=lead)
    assert shown(client.get(links(client)["Ours"])) == {mine.reference}


@pytest.mark.parametrize(
    ("query", "title"),
    [("show=open&language=es", "Save “Open” as it is narrowed now"), ("show=open", "Save “Open”")],
)
def test_what_is_saved_is_named(query, title, desk):
    assert f"<h2>{title}</h2>" in desk.get(f"{VIEWS}?{query}").content.decode()


def test_a_search_is_never_saved(desk):
    address = desk.post(QUEUE, {"words": "Rosa"}).url
    save(desk, "Found", address.partition("?")[2] + "&language=es")
    assert SavedView.objects.get().narrowed_by == {"language": "es"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_view_needs_a_name_that_fits(name, desk):
    response = save(desk, name)
    assert response.status_code == 422
    assert soup_of(response).select_one(".desk-alert a")["href"] == "#id_new-name"
    assert not SavedView.objects.exists()


def test_a_name_is_used_once(desk):
    save(desk, "Late")
    response = save(desk, "Late")
    assert response.status_code == 422
    assert "You have a view of this name already" in soup_of(response).text


@pytest.mark.parametrize("stored", [{"name__startswith": "R"}, {"language": "xx"}, {"find": "x"}])
def test_only_what_the_queue_offers_is_kept(stored, coordinator):
    kept = SavedView(owner=coordinator, name="x", tab="open", narrowed_by=stored)
    with pytest.raises(ValidationError):
        kept.full_clean()


@pytest.mark.parametrize("stored", [{"name__startswith": "R"}, {"language": "xx"}, {"find": "x"}])
def test_what_was_stored_past_the_form_is_left_out(stored, desk, coordinator):
    SavedView.objects.create(owner=coordinator, name="x", tab="open", narrowed_by=stored)
    assert links(desk)["x"] == f"{QUEUE}?show=open"


@pytest.mark.parametrize("fact", [{"name": ""}, {"tab": "everything"}])
def test_the_database_refuses_a_view_without_name_or_tab(fact, coordinator):
    with pytest.raises(IntegrityError):
        SavedView.objects.create(**{"owner": coordinator, "name": "x", "tab": "open"} | fact)


def test_one_s_own_views_come_before_those_that_others_share(desk, coordinator, lead):
    SavedView.objects.bulk_create(
        SavedView(owner=lead, name=f"A {n:02}", tab="open", is_shared=True) for n in range(70)
    )
    SavedView.objects.create(owner=coordinator, name="Zebra", tab="mine")
    names = list(links(desk))
    assert names[:2] == ["Zebra", "A 00"]
    assert names[59:61] == ["A 58", "Save or change views"]


def test_sixty_views_cost_no_more_queries(desk, coordinator, lead):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(QUEUE).status_code == 200
        return len(queries)

    InquiryFactory()
    cost()  # the staff to choose from are read once a minute
    few = cost()
    SavedView.objects.bulk_create(
        SavedView(owner=owner, name=f"{n}", tab="open", is_shared=True)
        for owner in (coordinator, lead)
        for n in range(30)
    )
    assert cost() == few <= 12


def test_the_facets_are_columns_that_say_nothing_of_anybody():
    assert {"name", "phone", "email", "message"}.isdisjoint(facets.FACETS)
    assert all(
        key in {f.attname for f in Inquiry._meta.fields} | {"assignee", "received"}
        for key in facets.FACETS
    )
