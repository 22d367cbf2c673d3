"""Databases of the tests' own that can be stopped and started: never the machine's shared ones."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

import psycopg

from tests.serving import children, free_port


class Stoppable(Protocol):
    url: str

    def stop(self) -> None: ...

    def start(self) -> None: ...


class SqliteFile:
    """A SQLite file; stopped, something that is no database stands in its place."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "site.sqlite3"
        self.away = folder / "away"
        self.url = f"sqlite:///{self.path}"

    def stop(self) -> None:
        self.away.mkdir()
        for file in self.path.parent.glob("site.sqlite3*"):
            file.rename(self.away / file.name)
        self.path.write_text("This is not a database. " * 100)

    def start(self) -> None:
        for file in self.path.parent.glob("site.sqlite3*"):
            file.unlink()
        for file in self.away.iterdir():
            file.rename(self.path.parent / file.name)
        self.away.rmdir()


class PostgresCluster:
    """A PostgreSQL server of its own; where the tests run as root, it runs as postgres.

    `folder` is made for it unless one is given; it must be reachable for that account.
    `settings` go into its configuration.
    """

    def __init__(self, folder: Path | None = None, **settings: str) -> None:
        # Not below pytest's folders: those are closed to other users.
        self.folder = folder or Path(tempfile.mkdtemp(prefix="amity-cluster-"))
        self.folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.url = self.url_of("postgres")
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        # Small WAL files, so that a cluster fits on a small disk.
        self._run(
            *("initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "tester", "-N"),
            "--wal-segsize=1",
        )
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()

    def url_of(self, database: str) -> str:
        return f"postgresql://tester@127.0.0.1:{self.port}/{database}"

    def copy(self, template: str, name: str) -> str:
        """The URL of a new database `name` with all that `template` holds; any older one goes."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder}"
        self._ctl("start", "-o", options, "-l", f"{self.folder}/log")

    def stop(self, mode: str = "immediate") -> None:
        self._ctl("stop", "-m", mode)

    def restart(self, mode: str) -> None:
        """`immediate`: as after a crash; `fast`: connections are cut, then it closes in order."""
        self.stop(mode)
        self.start()

    @property
    def is_running(self) -> bool:
        return self._run("pg_ctl", "-D", f"{self.folder}/data", "status", check=False) == 0

    def freeze(self) -> None:
        """It still takes connections, as far as the kernel does, and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    @property
    def pids(self) -> list[int]:
        """Its processes; none while it does not run."""
        try:
            master = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        except FileNotFoundError:
            return []
        return [master, *children(master)]

    def _signal(self, number: int) -> None:
        for pid in self.pids:
            os.kill(pid, number)

    def remove(self) -> None:
        if self.is_running:
            self.stop()
        shutil.rmtree(self.folder)

    def _ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", *arguments)

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        newest = sorted(Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name))[-1]
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        return subprocess.run(
            [*(as_owner if os.getuid() == 0 else []), str(newest / "bin" / program), *arguments],
            check=check,
            stdout=subprocess.DEVNULL,
            timeout=60,
        ).returncode
