"""`fake_inquiries`: made-up inquiries that look real, are marked as made up, and break no rule."""

import datetime
import random
from collections import Counter

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from admissions import fake_people, fake_times, faking, related, spam, workflow
from admissions.clock import ZONE
from admissions.management.commands import fake_inquiries
from admissions.models import Consent, ContactAttempt, Event, Inquiry, Notification
from tests import append_only
from tests.factories import InquiryFactory

MANY = 400


@pytest.fixture
def many(coordinator, colleague, lead, editor):
    call_command("fake_inquiries", MANY, seed=7, verbosity=0)
    return Inquiry.objects.all()


def test_as_many_as_asked_for_are_added(many):
    assert many.count() == MANY
    assert Event.objects.filter(kind="received").count() == MANY


def test_every_status_outcome_and_channel_occurs(many, coordinator, colleague, lead):
    for field, values in {
        "status": Inquiry.Status.values,
        "outcome": ["", *Inquiry.Outcome.values],
        "contact_by": ["call", "text", "email"],
        "asking_for": Inquiry.AskingFor.values,
        "language": ["en", "es"],
    }.items():
        assert set(many.values_list(field, flat=True)) == set(values), field
    staff = {coordinator.pk, colleague.pk, lead.pk, None}
    assert set(many.values_list("assignee", flat=True)) == staff
    assert many.overdue().exists()
    assert many.unassigned().exists()


def test_the_made_up_is_plain_to_see(many):
    for inquiry in many:
        assert inquiry.message.startswith("Demo:")
        assert not inquiry.phone or str(inquiry.phone.as_e164).startswith("+161955501")
        assert not inquiry.email or inquiry.email.endswith("@example.org")


def test_each_is_found_by_what_it_says(many):
    for inquiry in many.prefetch_related("lookup_tokens"):
        stored = {(row.kind, bytes(row.digest)) for row in inquiry.lookup_tokens.all()}
        assert stored == {(row.kind, row.digest) for row in related.token_rows(inquiry)}


def test_each_has_a_key_of_its_own_and_shows_nothing_of_its_texts(many):
    assert len({bytes(inquiry.data_key) for inquiry in many}) == MANY
    with connection.cursor() as cursor:
        for table in ("admissions_inquiry", "admissions_event"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            cells = [cell for row in cursor.fetchall() for cell in row]
            blobs = [bytes(cell) for cell in cells if isinstance(cell, bytes | memoryview)]
            assert len(set(blobs)) == len(blobs) > MANY, "a nonce was used twice"
            assert not any(b"Demo" in blob or b"555" in blob for blob in blobs)
            assert not any("Demo" in cell for cell in cells if isinstance(cell, str))


def test_some_are_set_aside_with_reasons_that_exist(many):
    aside = many.quarantined()
    assert 0 < aside.count() < MANY / 10
    for inquiry in aside:
        assert set(inquiry.suspicions) <= set(spam.Sign.values)
        assert [event.kind for event in inquiry.events.all()] == ["received", "set-aside"]
    # Nothing that was not set aside has a reason to be.
    for inquiry in many.filter(quarantined_at__isnull=True):
        assert inquiry.suspicions == []


def test_consents_name_channels_the_person_can_be_reached_by(many):
    channels = set(Consent.objects.values_list("channel", flat=True))
    assert channels == {"call", "text", "email"}
    for consent in Consent.objects.select_related("inquiry"):
        assert consent.inquiry.email if consent.channel == "email" else consent.inquiry.phone


def test_batches_made_by_another_process_are_stored_like_one(db, monkeypatch):
    monkeypatch.setattr(faking, "BATCH", 4)
    call_command("fake_inquiries", 10, seed=2, verbosity=0)
    call_command("fake_inquiries", 10, verbosity=0)
    assert Inquiry.objects.count() == 20
    assert Event.objects.filter(kind="received").values("inquiry").distinct().count() == 20
    assert all(inquiry.message.startswith("Demo") for inquiry in Inquiry.objects.all())


def test_nobody_is_notified(many):
    assert not Notification.objects.exists()


def test_each_row_passes_the_model_s_own_checks(many):
    for model in (Inquiry, Event, ContactAttempt, Consent):
        for row in model.objects.select_related():
            row.full_clean()


def test_each_story_takes_only_legal_steps_and_ends_where_its_inquiry_is(many):
    actions = {
        "claimed": "claim",
        "attempted": "attempt",
        "noted": "note",
        "assessment": "assessment",
        "closed": "close",
    }
    for inquiry in many.prefetch_related("events"):
        status, before, versions = "", None, 1
        for event in inquiry.events.exclude(kind="set-aside"):
            assert event.from_status == status
            assert before is None or event.at >= before
            if event.kind != "received":
                action = workflow.Action(actions[event.kind])
                leads_to = workflow.TRANSITIONS[workflow.Status(status)][action]
                assert event.to_status in {status, leads_to}
                adds = {"attempted", "noted"}
                versions += event.kind not in adds or event.to_status != status
            status, before = event.to_status, event.at
        assert (inquiry.status, inquiry.version) == (status, versions)
        if inquiry.outcome:
            assert event.from_status in workflow.CLOSES_FROM[workflow.Outcome(inquiry.outcome)]


def test_attempts_agree_with_their_entries_and_times(many):
    attempts = ContactAttempt.objects.select_related("inquiry")
    assert attempts.count() == Event.objects.filter(kind="attempted").count() > 0
    for attempt in attempts:
        entry = Event.objects.get(
            inquiry=attempt.inquiry, kind="attempted", at=attempt.at, actor=attempt.actor
        )
        assert entry.at >= attempt.inquiry.first_attempt_at
    for inquiry in many.filter(status__in=["contacted", "assessment"]):
        assert inquiry.first_contact_at >= inquiry.first_attempt_at


def test_each_tab_of_the_queue_holds_some(many, coordinator):
    today = timezone.localdate()
    for rows in (
        *(many.overdue(), many.unassigned(), many.waiting(), many.quarantined(), many.closed()),
        *(many.assigned_to(coordinator), many.follow_up_due(), many.filter(follow_up_on=today)),
        many.waiting().filter(follow_up_on__gt=today),
    ):
        assert rows.exists(), rows.query


def test_nothing_happens_before_an_inquiry_came_or_in_time_to_come(many):
    now = timezone.now()
    times = ("first_viewed_at", "first_attempt_at", "first_contact_at", "closed_at")
    for inquiry in many.prefetch_related("events", "attempts"):
        told = [getattr(inquiry, name) for name in times]
        told += [row.at for row in (*inquiry.events.all(), *inquiry.attempts.all())]
        for moment in filter(None, told):
            assert inquiry.received_at <= moment <= now


def test_what_was_not_tried_nobody_tried_and_what_was_decided_somebody_decided(many):
    for inquiry in many:
        if inquiry.tried_at:
            assert inquiry.first_attempt_at
            assert inquiry.status != "new"
        if inquiry.quarantined_at:
            assert not inquiry.tried_at
            assert not inquiry.follow_up_on
            assert inquiry.outcome in {"", "spam", "duplicate", "withdrew"}
        if inquiry.outcome in {"admitted", "referred-on", "not-a-fit", "could-not-reach"}:
            assert inquiry.assignee
        if inquiry.outcome == "admitted":
            assert inquiry.assessment_at < inquiry.closed_at


NOW = datetime.datetime(2026, 11, 26, 9, 20, tzinfo=ZONE)


def arrivals(days: int, number: int) -> list[datetime.datetime]:
    rng = random.Random(1)  # noqa: S311
    return [fake_times.draw(rng, NOW, days).at.astimezone(ZONE) for _n in range(number)]


def test_they_come_by_day_more_than_at_night_and_on_weekdays_more_than_at_weekends():
    came = arrivals(730, 20_000)
    hours = Counter(moment.hour for moment in came)
    assert min(hours[hour] for hour in range(9, 17)) > 5 * max(hours[hour] for hour in range(1, 6))
    weekdays = Counter(moment.weekday() for moment in came)
    assert weekdays[0] > weekdays[4] > 1.2 * weekdays[5]


def test_they_come_over_all_the_weeks_and_mildly_more_from_year_to_year():
    came = arrivals(730, 20_000)
    weeks = Counter((NOW - moment).days // 7 for moment in came)
    assert set(range(104)) <= set(weeks)
    assert max(weeks.values()) < 2 * 20_000 / 104
    last_year = sum(number for week, number in weeks.items() if week < 52)
    assert 1.1 < last_year / (20_000 - last_year) < 1.5
    assert max(came) <= NOW


def test_few_are_those_of_the_last_weeks_and_many_those_of_two_years():
    assert [fake_times.days_of(number) for number in (1, 200, 10_000, 76_027, 1_000_000)] == [
        *(60, 60, 100, 730, 730)
    ]


@pytest.fixture(scope="module")
def stories():
    """Of two years, as if there were very many; none is stored."""
    rng, plan = random.Random(4), faking.Plan(4, [1, 2, 3], NOW, 730)  # noqa: S311
    return [faking._story(fake_people.inquiry(rng), rng, plan).inquiry for _n in range(10_000)]


def test_of_very_many_a_few_in_a_hundred_are_open_and_most_of_those_are_recent(stories):
    still_open = [one for one in stories if one.status != "closed" and not one.quarantined_at]
    assert 0.02 < len(still_open) / len(stories) < 0.05
    ages = sorted(NOW - one.received_at for one in still_open)
    assert ages[len(ages) // 2] < datetime.timedelta(days=21)
    assert ages[-1] > datetime.timedelta(days=60)
    old = [one for one in stories if NOW - one.received_at > datetime.timedelta(days=90)]
    assert sum(one.status == "closed" for one in old) > 0.99 * len(old)


def test_some_open_ones_are_long_overdue_and_an_assessment_has_its_day(stories):
    long_ago = NOW - datetime.timedelta(days=7)
    assert any(
        one.status in {"new", "claimed"} and not one.tried_at and one.due_at < long_ago
        for one in stories
    )
    for one in stories:
        if one.status == "assessment":
            assert one.follow_up_on == timezone.localdate(one.assessment_at)


def test_nobody_walks_in_or_calls_at_night(stories):
    came_in = {one.received_at.astimezone(ZONE).hour for one in stories if one.source != "web"}
    assert came_in == set(range(8, 18))


def test_without_staff_made_up_coordinators_have_them(db, capsys):
    call_command("fake_inquiries", MANY, seed=1)
    made = User.objects.order_by("username")
    assert [user.username for user in made] == [f"demo-coordinator-{n}" for n in range(1, 5)]
    for number, user in enumerate(made, 1):
        assert user.get_full_name() == f"Demo Coordinator {number}"
        assert user.is_active
        assert user.is_staff
        assert not user.is_superuser
        assert not user.has_usable_password()
        assert user.has_perm("admissions.change_inquiry")
        assert Inquiry.objects.assigned_to(user).exists()
    assert set(Inquiry.objects.values_list("status", flat=True)) == set(Inquiry.Status.values)
    [line] = capsys.readouterr().err.splitlines()
    assert "added demo-coordinator-1 to demo-coordinator-4" in line


def test_a_second_time_they_are_there_and_nothing_is_said_of_them(db, capsys):
    call_command("fake_inquiries", 5)
    capsys.readouterr()
    call_command("fake_inquiries", 5)
    assert User.objects.count() == 4
    assert capsys.readouterr().err == ""


def test_where_somebody_has_inquiries_nobody_is_made_up(coordinator):
    call_command("fake_inquiries", 20, verbosity=0)
    assert list(User.objects.all()) == [coordinator]
    assigned = Inquiry.objects.filter(assignee__isnull=False)
    assert set(assigned.values_list("assignee", flat=True)) == {coordinator.pk}


def test_made_up_coordinators_who_were_switched_off_work_again(db):
    fake_people.stand_ins()
    User.objects.update(is_active=False)
    fake_people.stand_ins()
    assert User.objects.filter(is_active=True).count() == User.objects.count() == 4


def test_a_seed_gives_the_same_inquiries_again(db):
    def people():
        told = ("reference", "name", "phone", "best_time", "status", "outcome", "message")
        return [[getattr(row, name) for name in told] for row in Inquiry.objects.order_by("pk")]

    found = []
    for minutes in (0, 30):
        with time_machine.travel(NOW + datetime.timedelta(minutes=minutes)):
            call_command("fake_inquiries", 60, seed=3, verbosity=0)
        found.append(people())
        with append_only.lifted():
            Event.objects.all().delete()
        ContactAttempt.objects.all().delete()
        Inquiry.objects.all().delete()
    assert found[0] == found[1]
    with time_machine.travel(NOW + datetime.timedelta(days=3)):
        call_command("fake_inquiries", 60, seed=3, verbosity=0)
    assert [row[:4] for row in people()] == [row[:4] for row in found[0]]


def test_a_reference_that_is_taken_is_drawn_again(db, monkeypatch):
    taken, draw = InquiryFactory().reference, fake_people._reference
    drawn = iter([taken])
    monkeypatch.setattr(fake_people, "_reference", lambda rng: next(drawn, None) or draw(rng))
    faking.fake(3)
    assert Inquiry.objects.count() == 4
    assert next(drawn, None) is None


def test_a_seed_used_twice_says_so_and_adds_nothing(db):
    call_command("fake_inquiries", 5, seed=3, verbosity=0)
    with pytest.raises(CommandError, match="seed 3 are here already"):
        call_command("fake_inquiries", 5, seed=3, verbosity=0)
    assert Inquiry.objects.count() == 5


@pytest.mark.parametrize("number", ["0", "-4", "many", "1.5"])
def test_a_number_that_is_none_is_refused(number, db):
    with pytest.raises(CommandError):
        call_command(fake_inquiries.Command(), "--", number)
    assert not Inquiry.objects.exists()
