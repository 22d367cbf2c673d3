"""Real servers for tests: a copy of the project with a var/ of its own, and processes in it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = (
    *("manage.py", "Makefile", "requirements.txt", "requirements-dev.txt", "pyproject.toml"),
    *("amity_site", "programs", "admissions", "templates", "static", "deploy", "locale"),
)
OURS = (
    *("SITE_URL", "DATABASE_URL", "CACHE_URL", "EMAIL_URL", "SECRET_KEY", "INQUIRY_KEYS"),
    *(
        "LOOKUP_KEY",
        "ALLOWED_HOSTS",
        "INQUIRY_RATE",
        "PROXY_COUNT",
        "DEBUG",
        "DEMO",
        "HOST",
        "PORT",
    ),
    "ERASURE_LEDGER",
    *("DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"),
)


def copy_project(target: Path) -> Path:
    """The project's files without its data: what a clone would hold, caches left out."""
    target.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
            )
        elif source.exists():
            shutil.copy2(source, target / name)
    return target


def environment(**variables: str) -> dict[str, str]:
    """This process's environment as if none of the site's variables were set, plus `variables`."""
    plain = {name: value for name, value in os.environ.items() if name not in OURS}
    return plain | variables


def manage(
    folder: Path, *arguments: str, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a management command of the copy in `folder` to its end."""
    return subprocess.run(
        [sys.executable, str(folder / "manage.py"), *arguments],
        cwd=cwd or folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def assert_one_line(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """It failed, and said why in a single line on stderr that holds each of `words`."""
    assert result.returncode != 0, result.stdout
    lines = [line for line in result.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stdout
    for word in words:
        assert word in lines[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(check: Callable[[], bool], *, seconds: float = 15) -> bool:
    """Whether `check` comes true within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.05)
    return check()


def answers(port: int, path: str = "/healthz") -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def children(pid: int) -> dict[int, str]:
    """Every living descendant of `pid`, with its command line."""
    table = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 3) for line in table.splitlines()]
    found: dict[int, str] = {}
    wave = {pid}
    while wave:
        wave = {
            int(row[0])
            for row in rows
            if int(row[1]) in wave and not row[2].startswith("Z") and len(row) > 3
        }
        found |= {int(row[0]): row[3] for row in rows if int(row[0]) in wave}
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Served:
    """A command that serves the site, running in a process group of its own."""

    def __init__(
        self,
        folder: Path,
        command: list[str] | None = None,
        *,
        port: int | None = None,
        **variables: str,
    ) -> None:
        self.port = port or free_port()
        self.log = folder / f"served-{self.port}.log"
        self.began = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command or [sys.executable, "manage.py", "serve"],
                cwd=folder,
                env=environment(PORT=str(self.port), **variables),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_until_it_answers(self, seconds: float = 60) -> float:
        """Seconds from its start to its first answer; it is ended if none comes."""

        def done() -> bool:
            return answers(self.port) or self.process.poll() is not None

        eventually(done, seconds=seconds)
        took = time.monotonic() - self.began
        if not answers(self.port):
            self.end()
            raise AssertionError(self.output)
        return took

    def running(self, words: str) -> list[int]:
        """The descendants whose command line holds `words`, oldest first."""
        return sorted(pid for pid, line in children(self.pid).items() if words in line)

    def end(self) -> None:
        """Stop it if a test did not; nothing outlives the test."""
        family = list(children(self.pid))
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        kill_all(family)


def kill_all(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def serving(folder: Path, command: list[str] | None = None, **variables: str) -> Iterator[Served]:
    """For fixtures: a server that answers, ended after the test."""
    served = Served(folder, command, **variables)
    try:
        served.wait_until_it_answers()
        yield served
    finally:
        served.end()
