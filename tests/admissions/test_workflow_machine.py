"""No sequence of steps reaches an illegal state, or loses an entry of the timeline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from admissions import access, linking, reaching, transitions, workflow
from admissions.models import Inquiry
from admissions.workflow import Action, Status, WorkflowError
from tests.admissions.people import received

REFUSED = (WorkflowError, ValidationError, PermissionDenied)
ONE_DAY = timedelta(days=1)
ACTORS = ["coordinator", "colleague", "lead", "outsider"]
# Most often somebody who may: a refusal leads nowhere.
actor = st.sampled_from(["lead", "lead", "lead", *ACTORS])
behind = st.sampled_from([0, 0, 0, 1])  # how often a page is out of date


class Desk(RuleBasedStateMachine):
    """Two inquiries of one person, worked by people of all roles, at times from stale pages."""

    @initialize(aside=st.booleans())
    def begin(self, aside):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        groups = {"coordinator": "Coordinators", "colleague": "Coordinators", "lead": "Leads"}
        assert set(groups.values()) <= set(access.GROUPS)
        self.people = {}
        for name in ACTORS:
            user = User.objects.create_user(f"m-{name}", is_staff=True)
            if name in groups:
                user.groups.add(Group.objects.get(name=groups[name]))
            self.people[name] = User.objects.get(pk=user.pk)
        self.inquiry = received(key=None, consent=["email"], suspicions=["links"] if aside else ())
        self.other = received(key=None)
        self.events = self.told()

    def teardown(self):
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def told(self):
        return list(self.inquiry.events.order_by("number").values_list("pk", "number"))

    def now(self):
        return Inquiry.objects.get(pk=self.inquiry.pk)

    def take(self, action, step):
        """Take the step; refused, nothing has changed; taken, it was legal."""
        before = self.now()
        legal = action is None or action in transitions.steps_from(before)
        told = self.told()
        try:
            step(before)
        except REFUSED:
            after = self.now()
            assert (after.status, after.version) == (before.status, before.version)
            assert self.told() == told
            return
        assert legal
        assert len(self.told()) == len(told) + 1
        if action is not None:
            allowed = {before.status, transitions.steps_from(before)[action], Status.NEW}
            assert self.now().status in allowed

    def act(self, before, who, stale):
        version = max(before.version - stale, 1)
        return {"inquiry": before, "actor": self.people[who], "version": version}

    @rule(who=actor, stale=behind)
    def claim(self, who, stale):
        self.take(Action.CLAIM, lambda row: workflow.claim(**self.act(row, who, stale)))

    @rule(who=actor, stale=behind)
    def clear(self, who, stale):
        self.take(Action.CLEAR, lambda row: workflow.clear(**self.act(row, who, stale)))

    @rule(who=actor, outcome=st.sampled_from(["no-answer", "reached", "voicemail"]))
    def attempt(self, who, outcome):
        self.take(
            Action.ATTEMPT,
            lambda row: workflow.record_attempt(
                inquiry=row, actor=self.people[who], channel="call", outcome=outcome
            ),
        )

    @rule(who=actor, stale=behind)
    def reply(self, who, stale):
        self.take(
            Action.REPLY,
            lambda row: workflow.send_reply(**self.act(row, who, stale), text="We called"),
        )

    @rule(who=actor)
    def note(self, who):
        self.take(
            Action.NOTE,
            lambda row: workflow.add_note(inquiry=row, actor=self.people[who], text="A note"),
        )

    @rule(who=actor, stale=behind, priority=st.integers(0, 3))
    def prioritise(self, who, stale, priority):
        self.take(
            Action.PRIORITY,
            lambda row: workflow.set_priority(
                **self.act(row, who, stale), priority=priority, reason="Alone"
            ),
        )

    @rule(who=actor, stale=behind, to=actor)
    def hand_over(self, who, stale, to):
        self.take(
            Action.HAND_OVER,
            lambda row: workflow.hand_over(**self.act(row, who, stale), to=self.people[to]),
        )

    @rule(who=actor, stale=behind)
    def release(self, who, stale):
        self.take(Action.RELEASE, lambda row: workflow.release(**self.act(row, who, stale)))

    @rule(who=actor, stale=behind)
    def schedule(self, who, stale):
        at = timezone.now() + ONE_DAY
        self.take(
            Action.ASSESSMENT,
            lambda row: workflow.schedule_assessment(**self.act(row, who, stale), at=at),
        )

    @rule(
        who=actor,
        stale=behind,
        outcome=st.sampled_from(Inquiry.Outcome.values),
        referral=st.sampled_from(["", "minors"]),
    )
    def close(self, who, stale, outcome, referral):
        self.take(
            Action.CLOSE,
            lambda row: workflow.close(
                **self.act(row, who, stale), outcome=outcome, referral=referral
            ),
        )

    @rule(who=actor, stale=behind)
    def reopen(self, who, stale):
        self.take(
            Action.REOPEN, lambda row: workflow.reopen(**self.act(row, who, stale), reason="Again")
        )

    @rule(who=actor, stale=behind, to=st.booleans())
    def follow_up(self, who, stale, to):
        on = timezone.localdate() + ONE_DAY
        self.take(
            Action.FOLLOW_UP,
            lambda row: workflow.set_follow_up(**self.act(row, who, stale), on=on if to else None),
        )

    @rule(who=actor, back=st.booleans())
    def link(self, who, back):
        step = linking.unlink if back else linking.link
        self.take(None, lambda row: step(inquiry=row, other=self.other, actor=self.people[who]))

    @rule()
    def they_write_again(self):
        received(key=None)

    @invariant()
    def no_entry_is_lost(self):
        if hasattr(self, "events"):
            told = self.told()
            assert told[: len(self.events)] == self.events
            assert [number for _pk, number in told] == list(range(1, len(told) + 1))
            self.events = told

    @invariant()
    def what_the_row_cannot_express_holds(self):
        if not hasattr(self, "inquiry"):
            return
        row = self.now()
        heard = {Status.CONTACTED, Status.ASSESSMENT}
        if row.status in heard:
            assert row.attempts.filter(outcome="reached").exists()
        if row.status == Status.CLOSED:
            closing = row.events.filter(kind="closed").last()
            assert closing.from_status in transitions.CLOSES_FROM[row.outcome]
        if row.outcome == "could-not-reach":
            assert reaching.tried_enough(row)
        assert (row.outcome == "referred-on") == bool(row.referral)
        assert self.inquiry.events.last().to_status in {row.status, ""}


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_on")
def test_no_sequence_of_steps_reaches_an_illegal_state_or_loses_an_entry():
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
