"""The duty roster as leads see and keep it, and the desk's settings."""

import datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from admissions import roster
from admissions.models import DeskSettings, DutyFallback, DutyShift

LIST = "admin:admissions_dutyshift_changelist"
MONDAY_NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=roster.ZONE)


def shift(member, starts, ends, weekday=0):
    return DutyShift.objects.create(
        member=member, weekday=weekday, starts=datetime.time(starts), ends=ends
    )


def page(client, user):
    client.force_login(user)
    with time_machine.travel(MONDAY_NOON, tick=False):
        response = client.get(reverse(LIST))
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html5lib")


def said(tag):
    return " ".join(tag.get_text(" ").split())


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([], [(0, 1440)]),
        ([(0, 1440)], []),
        ([(540, 1020)], [(0, 540), (1020, 1440)]),
        ([(540, 1020), (960, 1200)], [(0, 540), (1200, 1440)]),
        ([(540, 1200), (600, 660)], [(0, 540), (1200, 1440)]),
        ([(1020, 1440), (0, 1020)], []),
        ([(0, 600), (660, 1440)], [(600, 660)]),
    ],
)
def test_the_gaps_of_a_day_are_what_no_shift_covers(spans, left):
    assert roster.gaps(spans) == left


def test_the_week_says_who_is_on_duty_when_and_when_nobody_is(client, lead, coordinator):
    shift(coordinator, 9, datetime.time(12))
    shift(lead, 12, datetime.time(23, 59))
    days = page(client, lead).select(".desk-day")
    assert len(days) == 7
    assert said(days[0]) == (
        "Monday today 9 a.m. to noon cora noon to midnight leda Nobody from midnight to 9 a.m."
    )
    assert said(days[6]) == "Sunday Nobody all day"


def test_it_says_who_is_on_duty_now_and_who_stands_in(client, lead, coordinator):
    assert "Nobody is on duty now" in said(page(client, lead).select_one(".desk-roster-now"))
    shift(coordinator, 9, datetime.time(17))
    DutyFallback.objects.create(member=lead)
    now = said(page(client, lead).select_one(".desk-roster-now"))
    assert "On duty now, at noon in San Diego: cora" in now
    assert "fallback list is told: leda" in now


def test_a_shift_of_who_cannot_be_told_is_marked_and_leaves_its_gap(client, lead, coordinator):
    shift(coordinator, 9, datetime.time(17))
    coordinator.email = ""
    coordinator.save()
    monday = page(client, lead).select_one(".desk-day")
    assert "Cannot be told" in said(monday)
    assert "Nobody all day" in said(monday)


def test_leads_open_a_shift_from_the_week_and_coordinators_only_read(client, lead, coordinator):
    row = shift(coordinator, 9, datetime.time(17))
    url = reverse("admin:admissions_dutyshift_change", args=[row.pk])
    assert page(client, lead).select(f'.desk-week a[href="{url}"]')
    assert not page(client, coordinator).select(".desk-week a")


def test_the_week_costs_the_same_whatever_the_shifts(
    client, lead, coordinator, django_assert_max_num_queries
):
    client.force_login(lead)
    for hours in (1, 10):
        for hour in range(hours):
            for day in range(7):
                shift(coordinator, hour + hours, datetime.time(23), day)
        with django_assert_max_num_queries(12):
            client.get(reverse(LIST))


class TestKeeping:
    def post(self, client, **more):
        data = {"weekday": 0, "starts": "9:00", "ends": "17:00"} | more
        return client.post(reverse("admin:admissions_dutyshift_add"), data)

    def test_a_lead_adds_a_shift(self, client, lead, coordinator):
        client.force_login(lead)
        assert self.post(client, member=coordinator.pk).status_code == 302
        assert DutyShift.objects.get().member == coordinator

    def test_only_who_works_inquiries_can_be_put_on_it(self, client, lead, editor):
        client.force_login(lead)
        assert self.post(client, member=editor.pk).status_code == 200
        assert not DutyShift.objects.exists()

    def test_one_over_midnight_is_refused_with_what_to_do(self, client, lead, coordinator):
        client.force_login(lead)
        response = self.post(client, member=coordinator.pk, starts="22:00", ends="6:00")
        assert "Enter one over midnight as two." in response.content.decode()

    def test_a_coordinator_cannot(self, client, coordinator):
        client.force_login(coordinator)
        assert self.post(client, member=coordinator.pk).status_code == 403

    def test_nothing_can_be_guessed_through_its_address(self, client, lead, coordinator):
        shift(coordinator, 9, datetime.time(17))
        client.force_login(lead)
        for query in ("member__email__startswith=c", "member__password__contains=a", "weekday=0"):
            assert client.get(f"{reverse(LIST)}?{query}").status_code == 400, query

    def test_a_lead_sets_how_long_inquiries_are_kept(self, client, lead):
        client.force_login(lead)
        url = reverse("admin:admissions_desksettings_changelist")
        assert client.get(url).status_code == 200
        kept = {"days_to_try": 3, "messages_seen_by": "all"}
        assert client.post(url, {**kept, "retention_months": 18}).status_code == 302
        assert DeskSettings.get_solo().retention_months == 18
        assert client.post(url, {**kept, "retention_months": 0}).status_code == 200
