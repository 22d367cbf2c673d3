"""Reminders to the leads: what is overdue and unclaimed, and what was set aside unseen.

Each is a row in the outbox, made once for an inquiry however many workers look at once: the
table allows one of a kind. An inquiry whose clock has started anew can be reminded of anew.
"""

from __future__ import annotations

import datetime

from django.db.models import Exists, Max, OuterRef

from . import outbox
from .models import Inquiry, Notification

AT_ONCE = 200  # inquiries in one run; the next run takes the next
RECENT = datetime.timedelta(hours=2)
# Spam comes in floods: one reminder speaks for all that lies there, and no more than one a day.
PILE_EVERY = datetime.timedelta(days=1)


def remind(at: datetime.datetime) -> int:
    """Make the reminders for what became overdue in the last hours: how many. For each minute.

    Three queries when there is nothing to do, all by index; what is older is for `remind_of_all`.
    """
    return _of_overdue(at, since=at - RECENT) + _of_set_aside(at)


def remind_of_all(at: datetime.datetime) -> int:
    """The same however long ago it became overdue: after a time without a worker, or cleared late.

    One query that reads every inquiry nobody has taken.
    """
    return _of_overdue(at)


def _of_overdue(at: datetime.datetime, *, since: datetime.datetime | None = None) -> int:
    kind = Notification.Kind.OVERDUE
    reminded = Notification.objects.filter(
        kind=kind, inquiry=OuterRef("pk"), made_at__gte=OuterRef("due_at")
    )
    rows = Inquiry.objects.overdue_and_unclaimed(at).filter(~Exists(reminded))
    if since is not None:
        rows = rows.filter(due_at__gte=since)
    found = list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    if found:
        outbox.start_anew(kind, found, at=at)
        outbox.put_in([kind], found, at=at)
    return len(found)


def _of_set_aside(at: datetime.datetime) -> int:
    kind = Notification.Kind.QUARANTINED
    last = Notification.objects.filter(kind=kind).aggregate(last=Max("made_at"))["last"]
    rows = Inquiry.objects.set_aside_unseen(at)
    if last is not None:
        if last > at - PILE_EVERY:
            return 0
        rows = rows.filter(due_at__gte=last)  # the last reminder spoke for what was due before it
    newest = rows.order_by("-quarantined_at", "-pk").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    outbox.start_anew(kind, [newest], at=at)
    outbox.put_in([kind], [newest], at=at)
    return 1
