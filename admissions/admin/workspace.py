"""The workspace of one inquiry: what is known, what to do next, what was done.

Its views take the steps of workflow.py. Each step has its own address, answers POST only, and
shows the workspace again, with what was typed, when it is not taken.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone

from .. import answering, calling, presence, privacy, reaching, related, replying, workflow
from ..action_forms import FORMS, NoteForm
from ..models import ContactAttempt, Event, Inquiry
from ..step_form import StepForm
from ..workflow import Action, IllegalTransition, StaleInquiry
from . import conflict
from .page import CONFLICT, FORBIDDEN, UNPROCESSABLE
from .wording import Row

# The step that usually comes next; the page shows its form open.
USUAL_NEXT = {
    Inquiry.Status.NEW: Action.CLAIM,
    Inquiry.Status.CLAIMED: Action.ATTEMPT,
    Inquiry.Status.CONTACTED: Action.ASSESSMENT,
    Inquiry.Status.ASSESSMENT: Action.CLOSE,
    Inquiry.Status.CLOSED: Action.REOPEN,
}


MOST_ENTRIES = 50  # of a timeline, on one page
MOST_ATTEMPTS = 200  # that the newest entries, and the days tried, are read from


class Refusal(TypedDict, total=False):
    """Why a step was not taken, for the page that says so."""

    form: StepForm
    message: str
    status: int


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, with the attempt it tells of."""

    event: Event
    attempt: ContactAttempt | None
    by: str
    text: str

    @property
    def moved(self) -> bool:
        return bool(self.event.from_status) and self.event.from_status != self.event.to_status


@dataclass(frozen=True)
class Step:
    """A form as the page offers it."""

    action: Action
    form: StepForm
    is_next: bool
    is_open: bool


def timeline(
    inquiry: Inquiry, *, before: int | None = None, with_messages: bool = True
) -> list[Entry]:
    """The newest MOST_ENTRIES of the inquiry's timeline, or of what stands before the entry of
    that number, newest first. One query; two with `before`.
    """
    events = inquiry.events.select_related("actor").order_by("-number")
    if before is not None:
        events = events.filter(number__lt=before)
    shown = list(events[:MOST_ENTRIES])
    made: Iterable[ContactAttempt] = inquiry.attempts.all()
    if before is not None and shown:
        made = ContactAttempt.objects.filter(inquiry=inquiry, at__range=(shown[-1].at, shown[0].at))
    attempts: dict[tuple[datetime.datetime, int | None], ContactAttempt] = {
        (attempt.at, attempt.actor_id): attempt for attempt in made
    }
    return [
        Entry(
            event,
            attempts.get((event.at, event.actor_id))
            if event.kind in {Event.Kind.ATTEMPTED, Event.Kind.REPLIED}
            else None,
            workflow.shown_name(event.actor) if event.actor else "",
            event.text if with_messages else _without_message(event),
        )
        for event in shown
    ]


def _without_message(event: Event) -> str:
    if event.kind in {Event.Kind.CORRECTED, Event.Kind.AMENDED}:
        return privacy.without_message(event.text)
    return event.text


def take_step(action: Action, inquiry: Inquiry, actor: User, data: Any) -> Refusal | StepForm:
    """Try the step with what was posted: the form when it was taken, else why it was not."""
    form = FORMS[action](data, inquiry=inquiry, actor=actor)
    try:
        if not form.is_valid():
            # Nobody is sent back to mend a form that is of no use any more.
            workflow.check(action, inquiry, actor)
            return Refusal(form=form, status=UNPROCESSABLE)
        form.take()
    except (StaleInquiry, IllegalTransition) as error:
        return Refusal(form=form, message=str(error), status=CONFLICT)
    except PermissionDenied as error:  # it went to somebody else while they had it open
        return Refusal(form=form, message=str(error), status=FORBIDDEN)
    except ValidationError as error:
        form.add_error(None, error)
        return Refusal(form=form, status=UNPROCESSABLE)
    return form


def context(
    inquiry: Inquiry,
    user: User,
    refusal: Refusal | None = None,
    *,
    template: str = "",
    before: int | None = None,
) -> dict[str, Any]:
    """What the workspace's template shows; `refusal` is the step that was just not taken,
    `template` the key of the reply template that was chosen, `before` the number of the entry that
    the timeline is wanted before.
    """
    refusal = refusal or {}
    # The timeline, the closing and the reply ask for them.
    newest = inquiry.attempts.order_by("-at", "-pk").values("pk")[:MOST_ATTEMPTS]
    attempts = reaching.attempts().filter(pk__in=newest)
    prefetch_related_objects([inquiry], Prefetch("attempts", attempts), "consents")
    sees_message = privacy.may_read_message(user, inquiry)
    entries = timeline(inquiry, before=before, with_messages=sees_message)
    form = refused = refusal.get("form")
    changes: list[Entry] = []
    if refused is not None and refusal.get("message"):
        form = _kept(refused, inquiry, user, entries)
        changes = _since(entries, refused, inquiry)
    others = related.others(inquiry)
    seen = None if before is not None else _newest(entries)
    steps = _steps(inquiry, user, seen, form)
    templates: list[replying.Offer] = []
    if any(step.action == Action.REPLY for step in steps):
        templates = replying.offered(inquiry)
        chosen = next((offer for offer in templates if str(offer.pk) == template), None)
        steps = [_with_template(step, inquiry, chosen) for step in steps]
    return {
        "inquiry": inquiry,
        "sees_message": sees_message,
        "row": _row(inquiry),
        "entries": entries,
        "earlier_before": _earlier(entries),
        "newest_left_out": before is not None,
        "consents": [c for c in inquiry.consents.all() if c.revoked_at is None],
        "colleague": presence.colleague(inquiry),
        "linked": others.linked,
        "alike": others.alike,
        "steps": steps,
        "templates": templates,
        "no_reply": _no_reply(inquiry, steps),
        "refused": refusal.get("message", ""),
        "kept": any(step.form is form and _is_filled(step.form) for step in steps),
        "error_form": form if form is not None and form.errors else None,
        "changes": changes,
        **_conflict(inquiry, refusal, form, changes),
    }


def _earlier(entries: Sequence[Entry]) -> int | None:
    """The number before which the timeline goes on; None when it begins here."""
    last = entries[-1].event.number if entries else 1
    return last if last > 1 else None


def _no_reply(inquiry: Inquiry, steps: Sequence[Step]) -> str:
    """Why an inquiry that is worked, and has an address, is offered no reply by e-mail."""
    worked = any(step.action == Action.ATTEMPT for step in steps)
    if not worked or not inquiry.email or any(step.action == Action.REPLY for step in steps):
        return ""
    return replying.why_not(inquiry)


def _row(inquiry: Inquiry) -> Row:
    """The inquiry as its heading shows it, and whether this is a time to call."""
    now = timezone.now()
    if not calling.wants_a_call(inquiry):
        return Row(inquiry, now)
    not_now = calling.why_not_now(inquiry, answering.hours_today(now), now)
    return Row(inquiry, now, may_be_called=not not_now, not_now=not_now)


def _conflict(
    inquiry: Inquiry, refusal: Refusal, kept: StepForm | None, changes: Sequence[Entry]
) -> dict[str, Any]:
    """The versions side by side, and what the person can choose, after a step that was refused."""
    if kept is None or not refusal.get("message"):
        return {}
    refused = refusal["form"]
    was = refused.cleaned_data.get("was", "")
    chosen = refused.chosen() if refused.is_valid() else {}
    return {
        "refused_step": refused.action.value,
        "still_legal": kept.action == refused.action,
        "differences": conflict.differences(was, inquiry, chosen, changes),
    }


def _newest(entries: Sequence[Entry]) -> int:
    """The key of the newest entry that the page shows."""
    return max((entry.event.pk for entry in entries), default=0)


def _steps(inquiry: Inquiry, user: User, seen: int | None, bound: StepForm | None) -> list[Step]:
    """The legal steps, the usual next one first. `bound` takes the place of its fresh form."""
    usual = USUAL_NEXT[Inquiry.Status(inquiry.status)]
    if inquiry.is_quarantined:
        usual = Action.CLEAR
    now = {"was": conflict.standing(inquiry)}
    steps = []
    for action in workflow.legal_actions(inquiry, user):
        mine = bound is not None and bound.action == action
        form = bound if mine else None
        form = form or FORMS[action](inquiry=inquiry, actor=user, seen=seen, initial=now)
        steps.append(Step(action, form, action == usual, mine or action == usual))
    return sorted(steps, key=lambda step: not step.is_next)


def _with_template(step: Step, inquiry: Inquiry, chosen: replying.Offer | None) -> Step:
    """The reply's form with the text of the chosen template; any other as it is."""
    if chosen is None or step.action != Action.REPLY or step.form.is_bound:
        return step
    step.form.initial["text"] = replying.fill(chosen, inquiry)
    return replace(step, is_open=True)


def _kept(form: StepForm, inquiry: Inquiry, user: User, entries: Sequence[Entry]) -> StepForm:
    """What was typed, in a form for the inquiry as it is now, so that it can be sent again.

    When the step is no longer to be taken, it moves into the note: words are never lost.
    """
    seen = _newest(entries)
    typed: dict[str, Any] = {name: form.data.get(name, "") for name in form.fields}
    typed |= {"version": inquiry.version, "seen": seen, "was": conflict.standing(inquiry)}
    legal = workflow.legal_actions(inquiry, user)
    if form.action in legal:
        return type(form)(initial=typed, inquiry=inquiry, actor=user)
    return NoteForm(initial={"text": form.as_note()}, inquiry=inquiry, actor=user, seen=seen)


def _is_filled(form: StepForm) -> bool:
    return any(form.initial.get(field.name) for field in form.visible_fields())


def _since(entries: Sequence[Entry], form: StepForm, inquiry: Inquiry) -> list[Entry]:
    """What was added to the timeline after the page that `form` was on."""
    seen = form.cleaned_data.get("seen")
    if seen is not None:
        return [entry for entry in entries if entry.event.pk > seen]
    behind = inquiry.version - form.cleaned_data.get("version", inquiry.version)
    return list(entries[: max(behind, 0)])


def say_done(request: HttpRequest, form: StepForm) -> None:
    messages.success(request, form.done % {"reference": form.inquiry.reference})
