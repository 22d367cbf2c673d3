"""Requests per second of the home page, against a bare WSGI app on the same gunicorn settings.

`make bench`, or `python -m bench.pages [seconds]`. Both are measured in one run, in turns, by the
same client, so that their ratio means something on any machine. The client shares the machine with
the server; absolute figures are low for that reason.
"""

from __future__ import annotations

import http.client
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import django
import gunicorn

from tests.serving import ROOT, Served, copy_project, manage

CLIENTS = 4
ROUNDS = 5
PAGE = "/"
BARE = "bench.pages:bare"


def bare(environ, start_response):
    """The least that answers: what gunicorn itself can do."""
    body = b"ok" * 5000
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


def rate(port: int, seconds: float) -> float:
    """Answers per second of `CLIENTS` clients, each on one kept connection."""
    counts = [0] * CLIENTS
    end = time.perf_counter() + seconds

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < end:
            connection.request("GET", PAGE, headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            response.read()
            if response.status != http.HTTPStatus.OK:
                raise SystemExit(f"{PAGE} answered {response.status}")
            counts[number] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def gunicorn_of(folder: Path, application: str) -> Served:
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


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = copy_project(Path(scratch) / "site")
        (folder / "bench").symlink_to(ROOT / "bench")
        (folder / "tests").symlink_to(ROOT / "tests")
        if (made := manage(folder, "prepare")).returncode:
            raise SystemExit(made.stderr)
        site, plain = gunicorn_of(folder, "amity_site.wsgi"), gunicorn_of(folder, BARE)
        try:
            for served in (site, plain):
                rate(served.port, 1)  # warm
            pairs = [(rate(site.port, seconds), rate(plain.port, seconds)) for _ in range(ROUNDS)]
        finally:
            site.end()
            plain.end()
    report(pairs)


def report(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    print(f"home page      {ours:8.0f} requests/s (median of {len(pairs)} rounds)")
    print(f"bare WSGI app  {theirs:8.0f} requests/s")
    print(f"ratio          {ours / theirs:8.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"Django {django.__version__}, gunicorn {gunicorn.__version__}, commit {commit or 'none'}"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
