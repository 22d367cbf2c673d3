"""The pages of two databases asked in turns, so that a slow moment of the machine falls on both and
their ratio stays what it is.

Each database has a process of its own: it says how many queries each page costs, and then, for each
line that it reads, asks for every page once and says how long each took.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from tests.serving import environment

Page = Callable[[], None]
Figures = dict[str, tuple[float, int]]  # median milliseconds and queries of each page


def page(client: Any, address: str) -> Page:
    """What asks for `address` as `client` does, and ends the run where it cannot be shown."""

    def get() -> None:
        response = client.get(address)
        if response.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"{address}: {response.status_code}")

    return get


def answer(pages: Mapping[str, Page]) -> None:
    """In a database's own process: take part until nothing more is asked."""
    _say({name: _queries(get) for name, get in pages.items()})
    for _line in sys.stdin:
        took = {}
        for name, get in pages.items():
            began = time.perf_counter()
            get()
            took[name] = (time.perf_counter() - began) * 1000
        _say(took)


def _say(found: dict[str, Any]) -> None:
    print(json.dumps(found), flush=True)


def _queries(get: Page) -> int:
    """How many a page asks, once it has been asked for before."""
    from django.db import connection  # noqa: PLC0415

    asked = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    get()
    with connection.execute_wrapper(count):
        get()
    return asked


def measure(
    folder: Path, module: str, argument: str, urls: Sequence[str], rounds: int
) -> list[Figures]:
    """The figures of each database in `urls`, whose processes are `python -m module argument`."""
    command = [sys.executable, "-m", module, argument]
    with ExitStack() as stack:
        asked = [stack.enter_context(_process(command, folder, url)) for url in urls]
        queries = [_heard(process) for process in asked]
        took: list[dict[str, list[float]]] = [{name: [] for name in one} for one in queries]
        for _round in range(rounds):
            for process, times in zip(asked, took, strict=True):
                assert process.stdin is not None  # noqa: S101 - for the type checker
                print(file=process.stdin, flush=True)
                for name, milliseconds in _heard(process).items():
                    times[name].append(milliseconds)
    return [
        {name: (statistics.median(times[name]), costs[name]) for name in times}
        for times, costs in zip(took, queries, strict=True)
    ]


def _process(command: list[str], folder: Path, url: str) -> subprocess.Popen[str]:
    variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "amity_site.settings"}
    piped = partial(subprocess.Popen, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return piped(command, cwd=folder, env=environment(**variables))


def _heard(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None  # noqa: S101 - for the type checker
    line = process.stdout.readline()
    if not line:
        raise SystemExit("a process that measures has ended early")
    return dict(json.loads(line))
