"""The mail server refuses, hangs, is away: no visitor notices, and later all mail goes out."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import pytest

from tests.faults.conftest import STAFF, Site
from tests.faults.crowd import Crowd
from tests.faults.postbox import Postbox
from tests.faults.stored import each_is_announced, each_sent_once_and_whole, unsent
from tests.serving import Served, eventually

FAILED = "SELECT last_error, attempts FROM admissions_notification WHERE last_error <> ''"
RETRIED = "SELECT count(*) FROM admissions_notification WHERE attempts > 1 AND last_error = ''"
MAIL_TIMEOUT = 15  # seconds the worker waits for a mail server that says nothing


def not_now(box: Postbox) -> None:
    box.reply["*"] = "451 Try again later"


def never(box: Postbox) -> None:
    box.reply["*"] = "550 No such mailbox"


TROUBLES: dict[str, Callable[[Postbox], None]] = {
    "refuses connections": Postbox.close,
    "says 451": not_now,
    "says 550 to everybody": never,
    "says nothing": Postbox.hang,
}


@pytest.mark.usefixtures("worker")
def test_while_the_mail_server_fails_inquiries_come_in_as_fast_and_later_each_is_announced(
    site: Site, box: Postbox, server: Served, figures
):
    sent, seconds = [], {}
    for trouble, begin in {"works": Postbox.open, **TROUBLES}.items():
        begin(box)
        with Crowd(server.port, pause=0.1) as crowd:
            assert eventually(lambda: len(crowd.acknowledged) >= 12)
            if trouble != "works":
                assert eventually(lambda: bool(site.rows(FAILED)), seconds=2 * MAIL_TIMEOUT + 10)
        seconds[trouble] = sorted(one.took for one in crowd.acknowledged)
        sent += crowd.acknowledged
        box.reply.clear()
        box.open()
        announced = each_is_announced(site, box)
    tally = each_sent_once_and_whole(site, sent)
    [(retried,)] = site.rows(RETRIED)
    times = ", ".join(
        f"{trouble} {median(took) * 1000:.0f} ({took[-1] * 1000:.0f})"
        for trouble, took in seconds.items()
    )
    figures(
        site,
        f"{len(sent)} references shown, {tally.inquiries} inquiries stored, {announced} "
        f"notifications sent, {retried} of them after a failure; milliseconds of a post, median "
        f"(longest), while the mail server {times}",
    )
    assert retried >= len(TROUBLES)
    # Waiting for the mail server would have taken its whole time-out.
    assert max(took[-1] for took in seconds.values()) < MAIL_TIMEOUT / 2


@pytest.mark.usefixtures("worker")
def test_one_closed_mailbox_keeps_nobody_elses_notification_back(
    site: Site, box: Postbox, server: Served
):
    open_one, closed_one = STAFF
    box.reply[closed_one] = "550 No such mailbox"
    with Crowd(server.port) as crowd:
        assert eventually(lambda: len(crowd.acknowledged) >= 3)
    assert eventually(lambda: unsent(site) == 0)
    announced = each_is_announced(site, box, to=(open_one,))
    assert announced > 0
    assert box.references(closed_one) == set()
