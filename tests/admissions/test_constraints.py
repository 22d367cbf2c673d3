"""The rules of the inquiry records, as the database itself holds them."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import product

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint
from django.utils import timezone

from admissions import trail
from admissions.models import (
    AccessRecord,
    AuditSeal,
    Consent,
    ContactAttempt,
    DeskSettings,
    Event,
    Inquiry,
    Notification,
)
from admissions.models.audit import LOGS
from admissions.protection.fields import Sealed
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()

REFUSED = {
    "inquiry_known_asking_for": {"asking_for": "neighbour"},
    "inquiry_has_its_contact_route": {"phone": None},
    "inquiry_has_name": {"name": None},
    "inquiry_known_status": {"status": "lost"},
    "inquiry_closed_means_outcome": {"status": "closed"},
    "inquiry_referred_on_says_where": {
        "status": "closed",
        "closed_at": NOW,
        "outcome": "referred-on",
    },
    "inquiry_restarted_before_due": {"restarted_at": NOW - timedelta(days=9)},
    "inquiry_open_and_claimed_has_assignee": {"status": "claimed"},
    "inquiry_known_priority": {"priority": 9},
    "inquiry_due_after_received": {"due_at": NOW - timedelta(days=9)},
    "inquiry_tried_after_first_attempt": {"tried_at": NOW, "first_attempt_at": NOW + timedelta(1)},
    "inquiry_assessment_within_reach": {"assessment_at": NOW.replace(year=2300)},
    "inquiry_heard_before_decided": {
        "status": "closed",
        "closed_at": NOW,
        "outcome": "admitted",
    },
    "inquiry_contact_is_an_attempt": {"first_contact_at": NOW},
    "inquiry_assessment_has_its_time": {"assessment_at": NOW},
    "inquiry_follow_up_within_reach": {"follow_up_on": NOW.date().replace(year=2300)},
    "inquiry_known_source": {"source": "pigeon"},
    "inquiry_known_language": {"language": "xx"},
    "inquiry_known_situation": {"situation": "unknown"},
    "inquiry_known_payer": {"payer": "uncle"},
    "inquiry_message_is_short": {"message": Sealed(b"x" * 8029)},
    "inquiry_known_came_from": {"came_from": "elsewhere"},
    "inquiry_quarantined_is_untouched": {"quarantined_at": NOW, "status": "claimed"},
    "inquiry_quarantined_comes_back_on_no_day": {
        "quarantined_at": NOW,
        "follow_up_on": NOW.date(),
    },
    "inquiry_quarantined_ends_unheard": {
        "quarantined_at": NOW,
        "status": "closed",
        "closed_at": NOW,
        "outcome": "could-not-reach",
    },
    "inquiry_new_is_untried": {"first_attempt_at": NOW, "tried_at": NOW},
    "inquiry_decided_by_its_assignee": {
        "status": "closed",
        "closed_at": NOW,
        "outcome": "could-not-reach",
    },
    "inquiry_erased_means_blank": {"data_key": None},
    "inquiry_version_positive": {"version": 0},
}


def refusal(what) -> str:
    """What the database says against it; "" when it lets it be."""
    try:
        with transaction.atomic():
            what()
    except IntegrityError as error:
        return str(error)
    return ""


def refuses(what) -> bool:
    return bool(refusal(what))


@pytest.mark.parametrize("name", REFUSED)
def test_the_inquiry_table_refuses(name):
    InquiryFactory()
    assert refuses(lambda: Inquiry.objects.update(**REFUSED[name]))


@pytest.mark.parametrize(
    ("start", "wrong"),
    [
        ({"status": "contacted"}, {"first_contact_at": None}),
        ({"status": "assessment"}, {"first_contact_at": None}),
        ({"status": "assessment"}, {"assessment_at": None}),
        ({"status": "contacted"}, {"first_attempt_at": NOW + timedelta(1), "tried_at": None}),
        (
            {"status": "closed", "outcome": "spam", "closed_at": NOW},
            {"follow_up_on": NOW.date()},
        ),
        *(
            ({"status": "closed", "closed_at": NOW, "outcome": "spam"}, {"outcome": outcome})
            for outcome in ("admitted", "not-a-fit")
        ),
    ],
)
def test_the_inquiry_table_refuses_of_one_that_was_worked(start, wrong, coordinator):
    InquiryFactory(**start, assignee=coordinator)
    assert refuses(lambda: Inquiry.objects.update(**wrong))


CLOSED = {"status": "closed", "closed_at": NOW}


@pytest.mark.parametrize(
    ("name", "start", "wrong"),
    [
        ("inquiry_tried_after_first_attempt", {"status": "claimed"}, {"tried_at": NOW}),
        (
            "inquiry_new_is_untried",
            {"first_attempt_at": NOW, "tried_at": None, "assignee": None},
            {"tried_at": NOW},
        ),
        (
            "inquiry_quarantined_comes_back_on_no_day",
            {"quarantined_at": NOW, "assignee": None},
            {"follow_up_on": NOW.date()},
        ),
        *(
            (
                "inquiry_quarantined_ends_unheard",
                {**CLOSED, "outcome": outcome} | more,
                {"quarantined_at": NOW},
            )
            for outcome in ("admitted", "referred-on", "not-a-fit", "could-not-reach")
            for more in [{"referral": "minors"} if outcome == "referred-on" else {}]
        ),
        *(
            (
                "inquiry_decided_by_its_assignee",
                {**CLOSED, "outcome": outcome} | more,
                {"assignee": None},
            )
            for outcome in ("admitted", "referred-on", "not-a-fit", "could-not-reach")
            for more in [{"referral": "minors"} if outcome == "referred-on" else {}]
        ),
    ],
)
def test_a_state_that_no_step_leads_to_is_refused_by_its_own_rule(name, start, wrong, coordinator):
    InquiryFactory(**({"assignee": coordinator} | start))
    assert name in refusal(lambda: Inquiry.objects.update(**wrong))


@pytest.mark.parametrize("outcome", ["spam", "duplicate", "withdrew"])
def test_what_is_set_aside_can_end_without_anybody_s_having_it(outcome):
    InquiryFactory(quarantined_at=NOW)
    closed = CLOSED | {"outcome": outcome}
    assert not refuses(lambda: Inquiry.objects.update(**closed))


def test_every_check_of_the_inquiry_is_tried():
    assert set(REFUSED) == {constraint.name for constraint in Inquiry._meta.constraints}


@pytest.mark.parametrize("field", ["reference", "idempotency_key", "uuid"])
def test_two_inquiries_never_share(field):
    first, second = InquiryFactory(), InquiryFactory()
    same = {field: getattr(first, field)}
    assert refuses(lambda: Inquiry.objects.filter(pk=second.pk).update(**same))


def test_an_inquiry_is_received_once():
    inquiry = InquiryFactory()
    assert refuses(lambda: trail.append(Event(inquiry=inquiry, kind="received")))


def test_a_timeline_entry_has_a_known_kind():
    inquiry = InquiryFactory()
    assert refuses(lambda: trail.append(Event(inquiry=inquiry, kind="gossip")))


@pytest.mark.parametrize("number", [0, 1, -1])
def test_the_entries_of_a_timeline_are_numbered_from_1_each_once(number):
    entry = Event(inquiry=InquiryFactory(), kind="noted", number=number, digest=bytes(32))
    assert refuses(entry.save)


@pytest.mark.parametrize("wrong", [{"action": "guessed"}, {"detail": "x" * 41}])
def test_an_access_record_has_a_known_action_and_a_short_detail(wrong, coordinator):
    row = AccessRecord(actor=coordinator, digest=bytes(32), **({"action": "viewed"} | wrong))
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


@pytest.mark.parametrize("wrong", [{"number": 0}, {"records": 3}, {"entries": 3}])
def test_a_seal_is_numbered_from_1_and_covers_rows_that_can_be_there(wrong):
    facts = {"number": 1, "records_to": 2, "records": 1, "entries_to": 2, "entries": 1} | wrong
    assert refuses(AuditSeal(digest=bytes(32), **facts).save)


def test_the_desk_settings_name_known_readers():
    settings = DeskSettings.get_solo()
    settings.messages_seen_by = "nobody"
    assert refuses(settings.save)


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "pigeon"},
        {"outcome": "perhaps"},
        {"channel": "text", "outcome": "voicemail"},
        {"next_follow_up": NOW.date().replace(year=2300)},
    ],
)
def test_an_attempt_is_one_that_can_be(coordinator, wrong):
    values = {"channel": "call", "outcome": "reached"} | wrong
    inquiry = InquiryFactory()
    assert refuses(
        lambda: ContactAttempt.objects.create(inquiry=inquiry, actor=coordinator, **values)
    )


def test_a_notification_has_a_known_kind_and_exists_once():
    inquiry = InquiryFactory()
    assert refuses(lambda: Notification.objects.create(inquiry=inquiry, kind="gossip"))
    Notification.objects.create(inquiry=inquiry, kind="new-inquiry")
    assert refuses(lambda: Notification.objects.create(inquiry=inquiry, kind="new-inquiry"))


@pytest.mark.parametrize(
    "wrong", [{"channel": "pigeon"}, {"revoked_at": NOW - timedelta(days=1)}, {"channel": "call"}]
)
def test_a_consent_is_one_per_channel_and_revoked_after_it_was_given(wrong):
    inquiry = InquiryFactory()
    given = {"wording_version": "1", "language": "en", "given_at": NOW}
    Consent.objects.create(inquiry=inquiry, channel="call", **given)
    values = {"channel": "email", **given} | wrong
    assert refuses(lambda: Consent.objects.create(inquiry=inquiry, **values))


@pytest.mark.parametrize("key", [0, -3])
@pytest.mark.parametrize("log", LOGS)
def test_a_log_holds_no_row_below_its_first_seal(log, key, coordinator):
    facts = {
        AccessRecord: {"actor": coordinator, "action": "viewed"},
        Event: {"inquiry": InquiryFactory(), "kind": "noted", "number": 2},
        AuditSeal: {"number": 1, "records_to": 2, "records": 1, "entries_to": 2, "entries": 1},
    }[log]
    row = log(pk=key, digest=bytes(32), **facts)
    assert "_keys_from_one" in refusal(lambda: row.save(force_insert=True))


# A comparison with NULL is neither true nor false, and a CHECK refuses only what is false.

CHECKS = [
    (model, constraint)
    for model in apps.get_app_config("admissions").get_models()
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint)
]


def _values(field) -> list[str | None]:
    """SQL for some values of a column: what its choices are, or any; and NULL where it may be."""
    kind = field.db_type(connection)
    if field.choices:
        some = [str(value) for value, _label in field.flatchoices]
    elif isinstance(field, models.BooleanField):
        some = ["1", "0"]
    elif isinstance(field, models.DateTimeField | models.DateField):
        some = ["2026-11-20"]
    elif isinstance(field, models.TimeField):
        some = ["09:00"]
    else:
        some = ["1"]
    values = [f"CAST('{value}' AS {kind})" for value in some]
    return [*values, f"CAST(NULL AS {kind})"] if field.null else values


@pytest.mark.parametrize(("model", "check"), CHECKS, ids=[check.name for _m, check in CHECKS])
def test_no_check_is_undecided_where_a_column_is_empty(model, check):
    names = sorted({path[0] for path in model._get_expr_references(check.condition)})
    fields = [model._meta.pk if n == "pk" else model._meta.get_field(n) for n in names]
    combinations = list(product(*map(_values, fields)))
    some = random.Random(7).sample(  # noqa: S311 - the same each time
        combinations, min(400, len(combinations))
    )
    rows = " UNION ALL ".join(
        "SELECT "
        + ", ".join(f'{sql} AS "{field.column}"' for sql, field in zip(row, fields, strict=True))
        for row in some
    )
    condition = check._get_check_sql(model, connection.SchemaEditorClass(connection))
    with connection.cursor() as cursor:
        undecided = f"SELECT COUNT(*) FROM ({rows}) AS made_up WHERE ({condition}) IS NULL"  # noqa: S608
        cursor.execute(undecided)
        assert cursor.fetchone() == (0,)
