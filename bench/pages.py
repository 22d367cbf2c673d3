"""How fast pages are answered, warm and cold, beside a bare WSGI app and a static file.

`make bench`, or `python -m bench.pages [rounds]`; it fails if a warm page is below its budget. How
the comparison is kept fair, and the same from run to run:

- Everyone is served by gunicorn with the project's own settings, but by one worker each: which of
  two workers takes the connections is chance, and would decide half the rate.
- The servers run on one core, the clients on the others (where there are several). Otherwise a
  worker's threads hand Python's lock from core to core, a dozen times a request or twice as the
  kernel happens to place them, and that weighs more than what is compared.
- A round is short, and each contender is measured right beside the bare app, before it and after
  it in turns: what else the machine does meets both. The ratio is the median of the pairs' ratios,
  shown with the middle half of them.
- The worker's CPU time for each request stands beside the rate: waiting for a busy machine is not
  in it. Where the two ratios differ much, the machine was busy and the rate is worth less.

The bare app answers as many bytes as the home page has when compressed. The same app with the
home page's headers shows what gunicorn's own work on these is.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.client import CLIENTS, Asker, Load, load
from tests.pages import PROGRAM
from tests.serving import ROOT, Served, copy_project, manage

ROUNDS = 40
SECONDS = 0.25
BUDGET = 0.85
PAGES = {"home page": "/", "program's page": PROGRAM}
WARM = [f"{name}, warm" for name in PAGES]
# gunicorn's own, which it adds to any answer.
NOT_THE_APPS = {"server", "date", "connection"}


@dataclass(frozen=True)
class Contender:
    """Where it answers; `worker` is the process that does."""

    port: int
    worker: int
    path: str

    def measured(self, seconds: float = SECONDS) -> tuple[Load, float]:
        """What the clients saw, and the worker's CPU time per answer in microseconds."""
        before = cpu_time(self.worker)
        seen = load(self.port, self.path, seconds)
        return seen, (cpu_time(self.worker) - before) / seen.answers * 1e6


@dataclass(frozen=True)
class Pair:
    """A contender's figures, and the bare app's a moment before or after."""

    load: Load
    cpu: float
    bare_load: Load
    bare_cpu: float

    @property
    def rate_ratio(self) -> float:
        return self.load.rate / self.bare_load.rate

    @property
    def cpu_ratio(self) -> float:
        return self.bare_cpu / self.cpu


def cpu_time(pid: int) -> float:
    """Seconds of CPU that a process and all its threads have used, to the nanosecond.

    The clock is the one that clock_getcpuclockid(3) names; Python has no call for it.
    """
    return time.clock_gettime(~pid << 3 | 2)


class Cores:
    """One core for the servers, the others for the clients; all for both if there is one only."""

    def __init__(self) -> None:
        first, *others = sorted(os.sched_getaffinity(0))
        self.servers = {first}
        self.clients = set(others) or {first}

    def for_servers(self) -> None:
        """What is started from now on runs there."""
        os.sched_setaffinity(0, self.servers)

    def for_clients(self) -> None:
        os.sched_setaffinity(0, self.clients)


def prepared(folder: Path) -> Path:
    """A copy of the project with its database, content and static files made."""
    copy_project(folder)
    for name in ("bench", "tests"):
        (folder / name).symlink_to(ROOT / name)
    if (made := manage(folder, "prepare")).returncode:
        raise SystemExit(made.stderr)
    return folder


def gunicorn(folder: Path, application: str, **variables: str) -> Served:
    command = [sys.executable, "-m", "gunicorn", "-c", "python:amity_site.gunicorn_conf"]
    served = Served(
        folder,
        [*command, "--workers", "1", application],
        PYTHONPATH=str(folder),
        DJANGO_SETTINGS_MODULE="amity_site.settings",
        **variables,
    )
    served.wait_until_it_answers()
    return served


def home_page(port: int) -> tuple[str, list[tuple[str, str]]]:
    """Its HTML, and the application's headers of its compressed form."""
    origin = f"http://127.0.0.1:{port}/"
    with urllib.request.urlopen(origin, timeout=10) as response:
        html = response.read().decode()
    packed = urllib.request.Request(origin, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(packed, timeout=10) as response:
        headers = response.headers.items()
    return html, [pair for pair in headers if pair[0].lower() not in NOT_THE_APPS]


def stylesheet(html: str) -> str:
    found = re.search(r'href="(/static/css/site[^"]*)"', html)
    if not found:
        raise SystemExit("the home page has no style sheet")
    return found[1]


def contenders(folder: Path, running: ExitStack) -> tuple[Contender, dict[str, Contender]]:
    """The bare app, and who is measured beside it."""

    def start(application: str, **variables: str) -> Callable[[str], Contender]:
        served = gunicorn(folder, application, **variables)
        running.callback(served.end)
        (worker,) = served.running("gunicorn")
        return lambda path: Contender(served.port, worker, path)

    warm = start("amity_site.wsgi")
    cold = start("bench.apps:cold")
    port = warm("/").port
    html, headers = home_page(port)
    as_many_bytes = f"/{Asker(port, '/').ask()}"
    bare = start("bench.apps:bare")(as_many_bytes)
    dressed = start("bench.apps:dressed", BENCH_HEADERS=json.dumps(headers))
    field = {
        "bare app again": bare,
        "bare app, home page's headers": dressed(as_many_bytes),
        "static file": warm(stylesheet(html)),
    }
    field |= {f"{name}, warm": warm(path) for name, path in PAGES.items()}
    return bare, field | {f"{name}, cold": cold(path) for name, path in PAGES.items()}


def measure(rounds: int) -> dict[str, list[Pair]]:
    """A pair for each contender in each round."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as running:
        cores = Cores()
        cores.for_servers()
        bare, field = contenders(prepared(Path(scratch) / "site"), running)
        cores.for_clients()
        for contender in field.values():
            contender.measured(0.5)
        pairs: dict[str, list[Pair]] = {name: [] for name in field}
        for number in range(rounds):
            for name, contender in field.items():
                if number % 2:
                    beside, own = bare.measured(), contender.measured()
                else:
                    own, beside = contender.measured(), bare.measured()
                pairs[name].append(Pair(*own, *beside))
    return pairs


def spread(ratios: list[float]) -> str:
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.3f} ({low:.3f}–{high:.3f})"


def row(name: str, pairs: list[Pair]) -> list[str]:
    def middle(pick: Callable[[Pair], float]) -> float:
        return statistics.median(pick(pair) for pair in pairs)

    return [
        name,
        f"{middle(lambda pair: pair.load.rate):,.0f}",
        spread([pair.rate_ratio for pair in pairs]),
        f"{middle(lambda pair: pair.cpu):,.0f}",
        spread([pair.cpu_ratio for pair in pairs]),
        f"{middle(lambda pair: pair.load.median):.2f}",
        f"{middle(lambda pair: pair.load.p95):.2f}",
    ]


def main(rounds: int) -> int:
    where = report.circumstances()
    figures = measure(rounds)
    head = [
        *("", "requests/s", "of the bare app", "CPU µs a request", "bare app's ÷ this"),
        *("median ms", "95 % below ms"),
    ]
    rows = [row(name, pairs) for name, pairs in figures.items()]
    cpu = max(pair.load.cpu for pairs in figures.values() for pair in pairs)
    text = (
        f"{report.table(head, rows)}\n\n{where}; load {os.getloadavg()[0]:.1f} at the end."
        f" Medians of {rounds} pairs of {SECONDS:g} s each, {CLIENTS} connections, one worker."
        f" The clients used {cpu:.1f} cores at most."
    )
    report.record("pages", text)
    print(text)
    below = [
        name for name in WARM if statistics.median(p.rate_ratio for p in figures[name]) < BUDGET
    ]
    print(*(f"{name} is below {BUDGET} of the bare app" for name in below), sep="\n", end="")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
