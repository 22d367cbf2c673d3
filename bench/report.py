"""Where a measurement was made, and its place in docs/performance.md."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

import django
import gunicorn

from tests.serving import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"


def output(*command: str) -> str:
    """What a command prints, in one line; empty when it cannot be run."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return " ".join(done.stdout.split())


def processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.machine()


def circumstances(*more: str) -> str:
    """One line: the date, the machine, its load in the last minute, the versions, the commit."""
    commit = output("git", "describe", "--always", "--dirty") or "unknown"
    return ", ".join(
        (
            datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            f"{os.cpu_count()} cores ({processor()})",
            f"load {os.getloadavg()[0]:.1f} at the start, niceness {os.nice(0)}",
            f"Python {platform.python_version()}",
            f"Django {django.__version__}",
            f"gunicorn {gunicorn.__version__}",
            *more,
            f"commit {commit}",
        )
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; the first column is words, the others numbers."""
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def record(name: str, text: str) -> None:
    """Put `text` between the markers `<!-- name -->` and `<!-- /name -->` of the document."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    document = DOCUMENT.read_text()
    before, found, rest = document.partition(begin)
    _old, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{DOCUMENT.name} has no place for {name}: {begin} … {end}")
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}")
