"""Lighthouse (mobile) over every public page: 100 in all four categories, or it fails.

`make lighthouse`, or `python -m bench.lighthouse [path …]`; only a run over all pages is recorded
in docs/performance.md. Needs Node and $CHROME_PATH. A page is judged once; if that is not 100
everywhere it is judged twice more, and each category's median counts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import report
from tests.pages import PUBLIC_PAGES
from tests.serving import ROOT, Served, copy_project

PACKAGE = ROOT / "node_modules" / "lighthouse"
CATEGORIES = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best practices",
    "seo": "SEO",
}
FULL = 100
CHROME_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    " --disable-component-update --disable-sync --no-first-run"
)

Report = dict[str, Any]


def judge(url: str) -> Report:
    """Lighthouse's own report of one visit; a visit it could not record is made again, twice."""
    command = [
        *("node", str(PACKAGE / "cli" / "index.js"), url, "--quiet", "--output=json"),
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={CHROME_FLAGS}",
    ]
    for _attempt in range(3):
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout)
    raise SystemExit(f"Lighthouse could not judge {url}:\n{done.stderr[-2000:]}")


def scores(one: Report) -> list[int]:
    return [round((one["categories"][name]["score"] or 0) * 100) for name in CATEGORIES]


def judged(url: str) -> tuple[list[int], list[Report]]:
    """Each category's score, and the reports it comes from: one, or three."""
    reports = [judge(url)]
    if min(scores(reports[0])) < FULL:
        reports += [judge(url), judge(url)]
    columns = zip(*(scores(one) for one in reports), strict=True)
    return [int(statistics.median(column)) for column in columns], reports


def reasons(one: Report) -> list[str]:
    """What cost points: each audit that counts and is not full."""
    found = []
    for name in CATEGORIES:
        for counted in one["categories"][name]["auditRefs"]:
            audit = one["audits"][counted["id"]]
            if counted["weight"] and audit["score"] is not None and audit["score"] < 1:
                shown = audit.get("displayValue", "")
                found.append(f"{audit['id']} {audit['score']:.2f} {shown}".strip())
    return found


def row(path: str, result: list[int], reports: list[Report]) -> list[str]:
    def middle(pick: Callable[[Report], float]) -> float:
        return statistics.median(pick(one) for one in reports)

    paint = middle(lambda one: one["audits"]["largest-contentful-paint"]["numericValue"])
    sent = middle(lambda one: one["audits"]["total-byte-weight"]["numericValue"])
    runs = str(len(reports))
    return [path, *map(str, result), f"{paint / 1000:.2f}", f"{sent / 1000:.1f}", runs]


def run(origin: str, paths: list[str]) -> list[list[str]]:
    rows = []
    for path in paths:
        result, reports = judged(f"{origin}{path}")
        rows.append(row(path, result, reports))
        print(" ".join(rows[-1]), flush=True)
        if min(result) < FULL:
            print("    " + "; ".join(reasons(reports[-1])), flush=True)
    return rows


def recorded(where: str, rows: list[list[str]]) -> str:
    head = ["page", *CATEGORIES.values(), "largest paint, s", "kB in all", "runs"]
    return f"{report.table(head, rows)}\n\n{where}."


def main(paths: list[str]) -> int:
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    where = report.circumstances(f"Lighthouse {version} (mobile)", chromium())
    with tempfile.TemporaryDirectory() as scratch:
        served = Served(copy_project(Path(scratch) / "site"))
        try:
            served.wait_until_it_answers()
            rows = run(f"http://127.0.0.1:{served.port}", paths or PUBLIC_PAGES)
        finally:
            served.end()
    if not paths:
        report.record("lighthouse", recorded(where, rows))
    short = [cells[0] for cells in rows if min(map(int, cells[1:5])) < FULL]
    print(f"{len(rows) - len(short)} of {len(rows)} pages have 100 in all four", *short, sep="\n  ")
    return 1 if short else 0


def chromium() -> str:
    return report.output(os.environ.get("CHROME_PATH", "/usr/bin/chromium"), "--version")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
