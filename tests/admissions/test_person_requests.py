"""What a person may ask: a copy, a correction, a consent taken back; and legal hold."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from admissions import export, person_requests, related, retention, workflow
from admissions.models import AccessRecord, Consent, Inquiry
from admissions.workflow import IllegalTransition, StaleInquiry
from tests.admissions.people import ROSA, received


@pytest.fixture
def inquiry(db):
    return received(consent=["call", "text"])


@pytest.fixture
def worked(inquiry, coordinator):
    claimed = workflow.claim(inquiry=inquiry, actor=coordinator, version=1)
    workflow.add_note(inquiry=claimed, actor=coordinator, text="Prefers the evening group")
    return workflow.record_attempt(
        inquiry=claimed, actor=coordinator, channel="call", outcome="reached"
    )


def fresh(inquiry) -> Inquiry:
    return Inquiry.objects.get(pk=inquiry.pk)


# A copy


def test_a_copy_holds_answers_consents_attempts_and_the_words_of_the_timeline(worked, lead):
    [copy] = person_requests.export_all([worked], actor=lead)
    document = copy.as_json()
    assert document["reference"] == worked.reference
    assert document["answers"]["name"] == "Rosa Cruz"
    assert document["answers"]["phone"] == "+16195550134"
    assert document["answers"]["message"] == "Only evenings"
    assert [row["channel"] for row in document["consents"]] == ["Phone call", "Text message"]
    assert [row["outcome"] for row in document["attempts"]] == ["Reached the person"]
    told = [(row["kind"], row["text"]) for row in document["events"]]
    assert ("Note", "Prefers the evening group") in told
    assert told[-1] == ("Exported for the person", "")
    assert json.loads(json.dumps(document, cls=DjangoJSONEncoder))


def test_every_column_is_in_the_copy_or_left_out_on_purpose():
    columns = {field.name for field in Inquiry._meta.concrete_fields}
    assert columns == {*export.ANSWERS, *export.STANDING, *export.LEFT_OUT}
    for table, names in export.TABLES.items():
        model = Inquiry._meta.get_field(table).related_model
        rest = {field.name for field in model._meta.concrete_fields} - set(names)
        inner = {"id", "inquiry", "number", "digest", "attempts", "told", "last_error", "event"}
        assert rest <= inner, table


def test_that_a_copy_was_made_is_in_the_timeline(inquiry, lead):
    person_requests.export_all([inquiry], actor=lead)
    entry = fresh(inquiry).events.get(kind="exported")
    assert (entry.actor, entry.text) == (lead, "")
    assert fresh(inquiry).version == 1


def test_an_erased_one_among_several_means_no_copy_of_any(inquiry, lead):
    other = received(key=None)
    retention.erase(other, actor=lead)
    with pytest.raises(IllegalTransition, match="erased"):
        person_requests.export_all([inquiry, other], actor=lead)
    assert not fresh(inquiry).events.filter(kind="exported").exists()


def test_what_cannot_be_read_is_said_to_be_in_the_copy(worked, lead, settings):
    settings.INQUIRY_KEYS = [b"9" * 32]
    copy = export.copy_of(fresh(worked))
    assert copy.as_json()["answers"]["name"] == "(cannot be read)"


# A consent taken back


def test_a_consent_is_revoked_with_a_date_and_its_row_stays(inquiry, coordinator):
    person_requests.revoke_consent(inquiry=inquiry, actor=coordinator, channel="text")
    text, call = Consent.objects.get(channel="text"), Consent.objects.get(channel="call")
    assert text.revoked_at is not None
    assert call.revoked_at is None
    entry = fresh(inquiry).events.get(kind="consent-revoked")
    assert (entry.actor, entry.text) == (coordinator, "Text message")


def test_revoking_raises_no_version(inquiry, coordinator):
    person_requests.revoke_consent(inquiry=inquiry, actor=coordinator, channel="text")
    assert fresh(inquiry).version == 1


@pytest.mark.parametrize("channel", ["email", "text", "pigeon"])
def test_a_consent_that_is_not_there_cannot_be_revoked(inquiry, coordinator, channel):
    person_requests.revoke_consent(inquiry=inquiry, actor=coordinator, channel="text")
    with pytest.raises(IllegalTransition, match="no such consent"):
        person_requests.revoke_consent(inquiry=inquiry, actor=coordinator, channel=channel)
    assert fresh(inquiry).events.filter(kind="consent-revoked").count() == 1
    assert AccessRecord.objects.get(action="refused").detail == "revoke"


# A correction


def amended(inquiry, actor, version=1, **answers):
    said = {name: getattr(inquiry, name) for name in ROSA} | {"phone": "+16195550134"}
    return person_requests.amend(
        inquiry=inquiry, actor=actor, version=version, answers=said | answers
    )


def test_a_correction_changes_the_answers_and_keeps_the_earlier_ones_sealed(inquiry, lead):
    _row, changed = amended(inquiry, lead, name="Rosa Ruiz", phone="+16195550177")
    row = fresh(inquiry)
    assert changed == ["name", "phone"]
    assert (row.name, str(row.phone.as_e164), row.version) == ("Rosa Ruiz", "+16195550177", 2)
    entry = row.events.get(kind="amended")
    assert entry.actor == lead
    assert "name before: Rosa Cruz" in entry.text
    assert "phone before: +16195550134" in entry.text


def test_it_is_found_by_what_is_right_now_and_not_by_what_was_wrong(inquiry, lead):
    amended(inquiry, lead, name="Rosa Ruiz", phone="+16195550177")
    found = related.search(Inquiry.objects.all(), "(619) 555-0177")
    assert found.get() == inquiry
    for gone in ("Cruz", "619 555 0134"):
        assert not related.search(Inquiry.objects.all(), gone).exists()


def test_a_correction_moves_neither_status_nor_clock(worked, lead):
    amended(worked, lead, version=worked.version, message="Mornings")
    row = fresh(worked)
    for name in ("status", "assignee_id", "due_at", "tried_at"):
        assert getattr(row, name) == getattr(worked, name), name


def test_saying_the_same_changes_nothing(inquiry, lead):
    _row, changed = amended(inquiry, lead)
    assert changed == []
    assert fresh(inquiry).version == 1
    assert not fresh(inquiry).events.filter(kind="amended").exists()


def test_a_correction_of_an_older_version_is_refused(worked, lead):
    with pytest.raises(StaleInquiry):
        amended(worked, lead, version=1, name="Rosa Ruiz")
    assert fresh(worked).name == "Rosa Cruz"


def test_what_cannot_be_read_is_not_written_over(inquiry, lead, settings):
    settings.INQUIRY_KEYS = [b"9" * 32]
    with pytest.raises(IllegalTransition, match="cannot be read"):
        amended(fresh(inquiry), lead, name="Somebody")


def test_a_correction_that_leaves_no_way_to_reach_them_is_refused(inquiry, lead):
    with pytest.raises(IntegrityError), transaction.atomic():
        amended(inquiry, lead, phone="")


# Legal hold


def test_a_hold_keeps_an_inquiry_and_its_end_lets_it_go(inquiry, lead):
    held = retention.hold(inquiry=inquiry, actor=lead, version=1, reason="Subpoena 12")
    assert (held.legal_hold, held.version) == (True, 2)
    with pytest.raises(retention.OnLegalHold):
        retention.erase(held, actor=lead)
    free = retention.end_hold(inquiry=held, actor=lead, version=2, reason="Case closed")
    told = list(free.events.filter(kind__in=["held", "hold-ended"]))
    assert [(entry.kind, entry.text) for entry in told] == [
        ("held", "Subpoena 12"),
        ("hold-ended", "Case closed"),
    ]
    assert retention.erase(free, actor=lead).erased_at


def test_a_hold_needs_a_reason(inquiry, lead):
    with pytest.raises(ValidationError):
        retention.hold(inquiry=inquiry, actor=lead, version=1, reason="  ")
    assert not fresh(inquiry).legal_hold


def test_a_hold_is_set_once_and_ended_once(inquiry, lead):
    with pytest.raises(IllegalTransition, match="not on legal hold"):
        retention.end_hold(inquiry=inquiry, actor=lead, version=1, reason="x")
    retention.hold(inquiry=inquiry, actor=lead, version=1, reason="x")
    with pytest.raises(IllegalTransition, match="already"):
        retention.hold(inquiry=inquiry, actor=lead, version=2, reason="x")


# Who may


@pytest.mark.parametrize("role", ["coordinator", "auditor", "editor", "outsider"])
def test_only_leads_answer_requests(role, inquiry, request):
    actor = request.getfixturevalue(role)
    for attempt in (
        lambda: person_requests.export_all([inquiry], actor=actor),
        lambda: amended(inquiry, actor, name="X"),
        lambda: retention.hold(inquiry=inquiry, actor=actor, version=1, reason="x"),
        lambda: retention.erase(inquiry, actor=actor),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert fresh(inquiry).events.count() == 1


@pytest.mark.parametrize("role", ["auditor", "editor", "outsider"])
def test_a_consent_is_revoked_by_those_who_work_inquiries(role, inquiry, request):
    with pytest.raises(PermissionDenied):
        person_requests.revoke_consent(
            inquiry=inquiry, actor=request.getfixturevalue(role), channel="text"
        )


def test_nothing_of_it_is_possible_once_erased(inquiry, lead):
    retention.erase(inquiry, actor=lead)
    row = fresh(inquiry)
    for attempt in (
        lambda: person_requests.export_all([row], actor=lead),
        lambda: amended(row, lead, version=row.version, name="X"),
        lambda: retention.hold(inquiry=row, actor=lead, version=row.version, reason="x"),
        lambda: person_requests.revoke_consent(inquiry=row, actor=lead, channel="text"),
    ):
        with pytest.raises(IllegalTransition, match="erased"):
            attempt()
