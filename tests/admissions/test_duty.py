"""Who is told of an inquiry: the roster first, then the fallback list, then everybody."""

import datetime

import pytest
from django.contrib.auth.models import User

from admissions import duty, outbox
from admissions.models import DutyFallback, DutyShift, Notification
from tests.factories import InquiryFactory

MONDAY_NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=duty.ZONE)


def at(hour, minute=0, *, day=0):
    """So many days after that Monday, at a time of the clinic's clock."""
    date = MONDAY_NOON.date() + datetime.timedelta(days=day)
    return datetime.datetime.combine(date, datetime.time(hour, minute), tzinfo=duty.ZONE)


def shift(member, starts=9, ends=17, *, weekday=0, until=None):
    return DutyShift.objects.create(
        member=member,
        weekday=weekday,
        starts=datetime.time(starts),
        ends=until or datetime.time(ends),
    )


def told(moment):
    return [user.username for user in next(duty.for_inquiries(moment), [])]


@pytest.fixture(autouse=True)
def _team(coordinator, colleague, lead):
    pass


def test_whoever_is_on_duty_is_told_and_nobody_else(coordinator, colleague):
    shift(coordinator)
    shift(colleague, weekday=1)
    assert told(at(12)) == ["cora"]
    assert told(at(12, day=1)) == ["colin"]


def test_all_who_are_on_duty_together_are_told(coordinator, colleague):
    shift(coordinator)
    shift(colleague, 12, 20)
    assert told(at(13)) == ["cora", "colin"]


@pytest.mark.parametrize(
    ("moment", "on_duty"), [(at(8, 59), False), (at(9), True), (at(16, 59), True), (at(17), False)]
)
def test_a_shift_begins_with_its_first_minute_and_ends_before_its_last(
    moment, on_duty, coordinator
):
    shift(coordinator)
    assert (told(moment) == ["cora"]) is on_duty


def test_until_a_minute_to_midnight_means_until_midnight(coordinator):
    shift(coordinator, 20, until=datetime.time(23, 59))
    last = at(23, 59).replace(second=59, microsecond=999_999)
    assert told(last) == ["cora"]
    assert told(at(0, day=1)) != ["cora"]


def test_hours_are_those_of_the_clinics_clock_in_summer_and_winter(coordinator):
    shift(coordinator)
    utc = datetime.UTC
    assert told(datetime.datetime(2026, 11, 23, 17, tzinfo=utc)) == ["cora"]  # 9 a.m. PST
    assert told(datetime.datetime(2026, 7, 20, 16, tzinfo=utc)) == ["cora"]  # 9 a.m. PDT
    assert told(datetime.datetime(2026, 11, 23, 16, tzinfo=utc)) != ["cora"]
    # A Sunday evening in San Diego is Monday in UTC already.
    assert told(datetime.datetime(2026, 11, 23, 5, tzinfo=utc)) != ["cora"]


def test_while_nobody_is_on_duty_the_fallback_list_is_told(coordinator, lead):
    shift(coordinator)
    DutyFallback.objects.create(member=lead)
    assert told(at(20)) == ["leda"]
    assert told(at(12)) == ["cora"]


def test_without_roster_and_list_coordinators_and_leads_are_told():
    assert told(at(12)) == ["cora", "colin", "leda"]


def test_when_none_of_them_reads_mail_the_superusers_are(admin_user):
    User.objects.filter(is_superuser=False).update(email="")
    assert told(at(12)) == [admin_user.username]


@pytest.mark.parametrize(
    "lost", [{"is_active": False}, {"email": ""}, {"is_staff": False}, {"groups": []}]
)
def test_a_shift_of_somebody_who_cannot_be_told_counts_for_nothing(lost, coordinator, lead):
    shift(coordinator)
    DutyFallback.objects.create(member=lead)
    groups = lost.get("groups")
    if groups is None:
        User.objects.filter(pk=coordinator.pk).update(**lost)
    else:
        coordinator.groups.set(groups)
    assert told(at(12)) == ["leda"]


def test_reminders_are_for_leads(lead):
    shift(lead)
    assert [user.username for user in next(duty.for_reminders())] == ["leda"]


class TestRefused:
    """What the next list is for: one on duty whose mailbox takes nothing."""

    @pytest.fixture
    def notification(self, coordinator, lead):
        shift(coordinator)
        DutyFallback.objects.create(member=lead)
        inquiry = InquiryFactory(received_at=MONDAY_NOON)
        return Notification.objects.create(
            kind="new-inquiry", inquiry=inquiry, made_at=MONDAY_NOON, due_at=MONDAY_NOON
        )

    def test_for_good_the_fallback_list_is_told_at_once(self, notification, smtp, coordinator):
        smtp.refuse = {coordinator.email: "550 No such user"}
        outbox.send_next(at=MONDAY_NOON)
        notification.refresh_from_db()
        assert smtp.readers == ["leda@staff.example"]
        assert notification.sent_at is not None

    def test_for_now_the_fallback_list_is_told_after_some_tries(
        self, notification, smtp, coordinator
    ):
        smtp.refuse = {coordinator.email: "451 Try again later"}
        readers = []
        for _attempt in range(outbox.ATTEMPTS_BEFORE_OTHERS):
            Notification.objects.update(due_at=MONDAY_NOON)
            outbox.send_next(at=MONDAY_NOON)
            readers.append(smtp.readers)
        assert readers == [[], [], ["leda@staff.example"]]

    def test_on_duty_alone_reads_it_when_nothing_is_refused(self, notification, smtp):
        outbox.send_next(at=MONDAY_NOON)
        assert smtp.readers == ["cora@staff.example"]
