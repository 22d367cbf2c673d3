"""What the worker does by the clock, beside sending what the outbox holds."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import NamedTuple

from . import retention


class Job(NamedTuple):
    """`run` is called every so often. It must be safe to be called twice, or stopped half way."""

    name: str
    every: datetime.timedelta
    run: Callable[[], object]


JOBS = [Job("purge", datetime.timedelta(days=1), retention.purge)]
