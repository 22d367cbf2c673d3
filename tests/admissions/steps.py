"""The workflow as the matrix of tests takes it: states, what is typed, what has to follow.

Made from the tables of admissions/transitions.py: a status or an action that is added there has its
cases at once, and fails them until TYPED and FUNCTIONS know it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from admissions import access, audit, retention, workflow
from admissions.models import AccessRecord, Consent, ContactAttempt, Event, Inquiry, Notification
from admissions.transitions import ONLY_ADD, OWN_OR_LEAD, QUARANTINE, TRANSITIONS
from admissions.workflow import Action, Status
from tests.admissions.roles import ASSIGN, LEFT, OWNER, ROLES, VISITOR, WORK, person
from tests.factories import InquiryFactory

TAKEN, DENIED, REFUSED = "taken", "denied", "refused"
NAMES_A_VERSION = frozenset(Action) - ONLY_ADD
ONE_DAY = datetime.timedelta(days=1)
NAME, WORDS = "Rosa Cruz", "Rosa asks about evenings"

# States: each status, and what no status says.
ASIDE, ERASED = "set-aside", "erased"
STATES = [*(status.value for status in TRANSITIONS), ASIDE, ERASED]
WITH_NOBODY = {Status.NEW.value, ASIDE}


def steps_of(state: str) -> dict[Action, Status]:
    """What can be done in `state`, and where it leads."""
    if state == ERASED:
        return {}
    return QUARANTINE if state == ASIDE else TRANSITIONS[Status(state)]


# One inquiry, and somebody who acts on it


class Scene:
    """An inquiry in `state`, and an `actor` of `role` who wants to take a step on it."""

    def __init__(self, state: str, role: str) -> None:
        self.state, self.role = state, role
        self.actor: Any = person(role)
        self.inquiry = _in_state(state, self.owner)
        self.since = timezone.now()

    @cached_property
    def owner(self) -> Any:
        return self.actor if self.role == OWNER else person(OWNER)

    @cached_property
    def colleague(self) -> Any:
        """Somebody else who works inquiries, for those that are handed over."""
        return person(access.COORDINATORS.lower())

    def now(self) -> Inquiry:
        return Inquiry.objects.select_related("assignee").get(pk=self.inquiry.pk)

    def desk(self, client: Client) -> Client:
        """`client`, signed in as the actor where there is an account."""
        if self.role != VISITOR:
            client.force_login(self.actor)
        return client

    def changed_meanwhile(self) -> None:
        Inquiry.objects.filter(pk=self.inquiry.pk).update(version=self.inquiry.version + 1)


def _in_state(state: str, owner: Any) -> Inquiry:
    now = timezone.now()
    facts: dict[str, Any] = {
        "name": NAME,
        "email": "rosa@example.org",
        "received_at": now - datetime.timedelta(hours=1),
        "status": {ASIDE: Status.NEW, ERASED: Status.CLOSED}.get(state, state),
    }
    if state not in WITH_NOBODY:
        facts |= {"assignee": owner, "first_attempt_at": now}
    if state == ASIDE:
        facts |= {"quarantined_at": now, "suspicions": ["links"]}
    if facts["status"] == Status.CLOSED:
        facts |= {"outcome": "not-a-fit", "closed_at": now}
    inquiry = InquiryFactory(**facts)
    Consent.objects.create(
        inquiry=inquiry, channel="email", wording_version="1", language="en", given_at=now
    )
    if state == ERASED:
        return retention.erase(inquiry, actor=person("superuser"))
    return inquiry


def verdict(state: str, action: Action, role: str) -> str:
    """What has to come of the step."""
    if not ROLES[role].has(WORK):
        return DENIED
    owns = role == OWNER and state not in WITH_NOBODY
    if action in OWN_OR_LEAD and not owns and not ROLES[role].has(ASSIGN):
        return DENIED
    return TAKEN if action in steps_of(state) else REFUSED


CASE = ("state", "action", "role")


def cases(
    wanted: str, actions: Collection[Action] = tuple(Action), *, by: Collection[str] = tuple(ROLES)
) -> list[tuple[str, Action, str]]:
    """Each state × action × role of which `wanted` has to come."""
    return [
        (state, action, role)
        for state in STATES
        for action in Action
        if action in actions
        for role in by
        if verdict(state, action, role) == wanted
    ]


# Taking a step


def soon() -> datetime.datetime:
    """In the afternoon of another day than the one that the forms propose."""
    day = timezone.localdate() + 3 * ONE_DAY
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(14)))


# What makes each step complete, by the names that the forms and workflow.py share.
TYPED: dict[Action, Callable[[Scene], dict[str, Any]]] = {
    Action.CLEAR: lambda scene: {},
    Action.CLAIM: lambda scene: {},
    Action.ATTEMPT: lambda scene: {"channel": "call", "outcome": "reached", "note": WORDS},
    Action.REPLY: lambda scene: {"text": WORDS},
    Action.ASSESSMENT: lambda scene: {"at": soon()},
    Action.NOTE: lambda scene: {"text": WORDS},
    Action.PRIORITY: lambda scene: {"priority": Inquiry.Priority.URGENT.value, "reason": WORDS},
    Action.FOLLOW_UP: lambda scene: {"on": soon().date()},
    Action.HAND_OVER: lambda scene: {"to": scene.colleague, "reason": WORDS},
    Action.RELEASE: lambda scene: {"reason": WORDS},
    Action.CLOSE: lambda scene: {"outcome": "spam", "reason": WORDS},
    Action.REOPEN: lambda scene: {"reason": WORDS},
}
FUNCTIONS: dict[Action, Callable[..., Inquiry]] = {
    Action.CLEAR: workflow.clear,
    Action.CLAIM: workflow.claim,
    Action.ATTEMPT: workflow.record_attempt,
    Action.REPLY: workflow.send_reply,
    Action.ASSESSMENT: workflow.schedule_assessment,
    Action.NOTE: workflow.add_note,
    Action.PRIORITY: workflow.set_priority,
    Action.FOLLOW_UP: workflow.set_follow_up,
    Action.HAND_OVER: workflow.hand_over,
    Action.RELEASE: workflow.release,
    Action.CLOSE: workflow.close,
    Action.REOPEN: workflow.reopen,
}


def call(scene: Scene, action: Action, **other: Any) -> Inquiry:
    """The step by its function, on the version of `scene.inquiry`; `other` arguments on top."""
    act = {"inquiry": scene.inquiry, "actor": scene.actor}
    if action not in ONLY_ADD:
        act["version"] = scene.inquiry.version
    return FUNCTIONS[action](**act | TYPED[action](scene) | other)


def address(scene: Scene, action: Action) -> str:
    return reverse(f"admin:admissions_inquiry_{action.value}", args=[scene.inquiry.pk])


def typed(scene: Scene, action: Action, **other: Any) -> dict[str, str]:
    """What the step's form sends from a page that showed the version of `scene.inquiry`."""
    values = {"version": scene.inquiry.version} | TYPED[action](scene) | other
    return {name: _as_sent(value) for name, value in values.items()}


def post(client: Client, scene: Scene, action: Action, **other: Any) -> HttpResponse:
    """The step by its form in the admin."""
    return scene.desk(client).post(address(scene, action), typed(scene, action, **other))


def _as_sent(value: Any) -> str:
    if isinstance(value, User):
        return str(value.pk)
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
    return str(value)


# What has to follow


@contextmanager
def moves(scene: Scene, action: Action, *, words: bool = True) -> Iterator[None]:
    """The step inside leads where the table says, and adds one entry that tells who took it, with
    the words that were typed, if any were.
    """
    before, told = scene.now(), Event.objects.count()
    yield
    row = scene.now()
    to = steps_of(scene.state)[action]
    assert row.status == to
    only_adds = action in ONLY_ADD and to == before.status
    assert row.version == before.version + (0 if only_adds else 1)
    holders = {
        Action.CLAIM: scene.actor,
        Action.HAND_OVER: scene.colleague if action == Action.HAND_OVER else None,
        Action.RELEASE: None,
    }
    assert row.assignee == holders.get(action, before.assignee)
    assert Event.objects.count() == told + 1
    entry = row.events.last()
    assert (entry.actor, entry.from_status, entry.to_status) == (scene.actor, before.status, to)
    if words and WORDS in TYPED[action](scene).values():
        assert WORDS in entry.text


@contextmanager
def untouched() -> Iterator[None]:
    """What is done inside changes no column of any inquiry, timeline, attempt or outbox."""
    before = _stored()
    yield
    assert _stored() == before


def _stored() -> list[list[tuple[Any, ...]]]:
    """The rows as the database has them: nothing is opened to be compared."""
    tables = []
    with connection.cursor() as cursor:
        for model in (Inquiry, Event, ContactAttempt, Notification):
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")  # noqa: S608
            tables.append(cursor.fetchall())
    return tables


def records(scene: Scene) -> list[tuple[Any, ...]]:
    """The access records so far: what, where, with which inquiry, how many; each of the actor, of
    now, and sealed by its digest.
    """
    rows = list(AccessRecord.objects.order_by("pk"))
    for row in rows:
        assert row.actor_id == scene.actor.pk
        assert scene.since <= row.at <= timezone.now()
        assert bytes(row.digest) == audit.digest_of(row)
    return [(row.action, row.detail, row.inquiry_id, row.count) for row in rows]


def assert_turned_away(
    scene: Scene, response: HttpResponse, detail: str, inquiry: int | None = None
) -> None:
    """Who may not come in sees nothing of anybody, reads what to do, and is recorded."""
    page = response.content.decode()
    request = response.wsgi_request
    own = 0  # times that the name was typed by themselves, and comes back
    if ROLES[scene.role].signs_in:
        assert response.status_code == 403
        assert "ask your lead for access." in page
    elif request.method == "POST" and scene.role in {VISITOR, LEFT}:
        assert response.status_code == 403
        assert "Nothing was saved yet" in page
        own = str(request.POST).count(NAME)
    else:
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))
    assert page.count(NAME) == own
    # Who is not signed in, or whose account is closed, is nobody that could be recorded.
    known = scene.role not in {VISITOR, LEFT}
    assert records(scene) == ([("denied", detail, inquiry, None)] if known else [])


def why(state: str, action: Action | None) -> str:
    """What the refusal of a step that is illegal in `state` has to say to the person."""
    of_state = {
        ASIDE: "set aside as possible spam",
        ERASED: "This inquiry was erased.",
        "closed": "This inquiry is closed. Reopen it first.",
        "new": "Nobody has claimed this inquiry yet. Claim it first.",
    }
    of_step = {
        Action.CLEAR: "This inquiry is not set aside.",
        Action.REOPEN: "This inquiry is open already.",
        Action.CLAIM: "already claimed this inquiry.",
        Action.RELEASE: "Hand the inquiry over to somebody instead.",
        Action.ASSESSMENT: "Nobody has reached this person yet.",
    }
    if state in {ASIDE, ERASED} or action not in {Action.CLEAR, Action.REOPEN}:
        return of_state.get(state) or of_step[action]
    return of_step[action]


def why_denied(scene: Scene, action: Action) -> str:
    """What somebody reads who works inquiries, of a step that is another's to take."""
    if action not in steps_of(scene.state):
        return why(scene.state, action)
    if scene.state in WITH_NOBODY:
        return "Nobody has it: claim it first."
    end = "return it to the queue" if action == Action.RELEASE else "hand it over"
    name = workflow.shown_name(scene.owner)
    return f"It is with {name} now. Only they or a lead can {end}."


def assert_clear(sentence: str) -> None:
    """`sentence` is one that a person can read, and quotes nothing of the inquiry."""
    assert sentence[:1].isupper() or sentence.startswith("“")
    assert sentence.endswith(".")
    assert len(sentence.split()) > 3
    assert not any(words in sentence for words in (NAME, WORDS))
