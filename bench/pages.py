"""How fast pages are answered, warm and cold, beside a bare WSGI app and a static file.

`make bench`, or `python -m bench.pages [seconds]`. All are served by gunicorn with the project's
own settings and measured in one run, in turns, by the same clients, so that their ratios mean
something on any machine. The clients share the machine with the server; absolute figures are low
for that reason. The bare app answers as many bytes as the home page has when compressed.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from bench import report
from bench.client import CLIENTS, Asker, Load, load
from tests.pages import PROGRAM
from tests.serving import ROOT, Served, copy_project, manage

# Many short rounds: which worker takes a connection is chance, and half the rate hangs on it.
ROUNDS = 15
PAGES = {"home page": "/", "program's page": PROGRAM}
BARE = "bare app"

Contenders = dict[str, tuple[int, str]]  # name → port and path


def gunicorn(folder: Path, application: str) -> Served:
    served = Served(
        folder,
        [
            sys.executable,
            *("-m", "gunicorn", "-c", "python:amity_site.gunicorn_conf", application),
        ],
        PYTHONPATH=str(folder),
        DJANGO_SETTINGS_MODULE="amity_site.settings",
    )
    served.wait_until_it_answers()
    return served


def prepared(folder: Path) -> Path:
    """A copy of the project with its database, content and static files made."""
    copy_project(folder)
    for name in ("bench", "tests"):
        (folder / name).symlink_to(ROOT / name)
    if (made := manage(folder, "prepare")).returncode:
        raise SystemExit(made.stderr)
    return folder


def stylesheet(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as response:
        found = re.search(r'href="(/static/css/site[^"]*)"', response.read().decode())
    if not found:
        raise SystemExit("the home page has no style sheet")
    return found[1]


def contenders(folder: Path, running: ExitStack) -> Contenders:
    ports = {}
    for application in ("amity_site.wsgi", "bench.apps:cold", "bench.apps:bare"):
        served = gunicorn(folder, application)
        running.callback(served.end)
        ports[application] = served.port
    warm, cold, bare = ports.values()
    found = {BARE: (bare, f"/{Asker(warm, '/').ask()}"), "static file": (warm, stylesheet(warm))}
    found |= {f"{name}, warm": (warm, path) for name, path in PAGES.items()}
    return found | {f"{name}, cold": (cold, path) for name, path in PAGES.items()}


def measure(seconds: float) -> dict[str, list[Load]]:
    """One figure a round for each contender."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as running:
        field = contenders(prepared(Path(scratch) / "site"), running)
        for port, path in field.values():
            load(port, path, 0.5)
        figures: dict[str, list[Load]] = {name: [] for name in field}
        for number in range(ROUNDS):
            # Each round begins with another one: none always follows the same neighbour.
            start = number % len(field)
            for name, (port, path) in [*field.items()][start:] + [*field.items()][:start]:
                figures[name].append(load(port, path, seconds))
    return figures


def row(name: str, loads: list[Load], bare: list[Load]) -> list[str]:
    ratios = sorted(one.rate / other.rate for one, other in zip(loads, bare, strict=True))
    middle = {
        field: statistics.median(getattr(one, field) for one in loads)
        for field in ("rate", "median", "p95")
    }
    return [
        name,
        f"{middle['rate']:,.0f}",
        f"{statistics.median(ratios):.3f} ({ratios[0]:.3f}–{ratios[-1]:.3f})",
        f"{middle['median']:.2f}",
        f"{middle['p95']:.2f}",
    ]


def main(seconds: float) -> None:
    where = report.circumstances()
    figures = measure(seconds)
    rows = [row(name, loads, figures[BARE]) for name, loads in figures.items()]
    head = ["", "requests/s", "of the bare app", "median ms", "95 % below ms"]
    cpu = max(one.cpu for loads in figures.values() for one in loads)
    text = (
        f"{report.table(head, rows)}\n\n{where}. Medians of {ROUNDS} rounds of {seconds:g} s,"
        f" {CLIENTS} connections. The clients used {cpu:.1f} cores at most."
    )
    report.record("pages", text)
    print(text)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1)
