"""Clients that send the inquiry form as fast as it is acknowledged, and the database's own pace.

Each client is a process with one kept connection: what it measures is the time from the first byte
of a post to the last of its answer, which names the inquiry that is stored by then.
"""

from __future__ import annotations

import re
import socket
import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from urllib.parse import urlencode
from uuid import uuid4

import psycopg

from amity_site.environment import SQLITE_OPTIONS
from bench.client import LENGTH, processes
from tests.faults.visitor import FORM, RECEIVED, Form

ACKNOWLEDGED = re.compile(rb"\r\nlocation: " + RECEIVED.encode(), re.IGNORECASE)
FLOOR_TABLE = "bench_floor"
FLOOR_BYTES = 200  # of the one row of a commit

Once = Callable[[], None]


@dataclass(frozen=True)
class Pace:
    """How often something was done by all clients together, and how long once took in ms."""

    done: int
    rate: float
    median: float
    p95: float


def pace(make: Callable[[int], Once], seconds: float, clients: int) -> Pace:
    """`clients` processes that each do what `make(number)` returns, for so many seconds."""
    started = []
    for number in range(clients):
        ours, theirs = processes.Pipe(duplex=False)
        process = processes.Process(target=_client, args=(make, number, seconds, theirs))
        process.start()
        theirs.close()
        started.append((process, ours))
    times, rate = [], 0.0
    for process, ours in started:
        try:
            seen, took = ours.recv()
        except EOFError:
            raise SystemExit("a client ended early; it says above why") from None
        times += seen
        rate += len(seen) / took  # the last may come late
        process.join()
    times.sort()
    return Pace(
        done=len(times),
        rate=rate,
        median=statistics.median(times) * 1000,
        p95=times[int(len(times) * 0.95)] * 1000,
    )


def _client(make: Callable[[int], Once], number: int, seconds: float, results: Connection) -> None:
    once = make(number)
    times = []
    began = now = time.perf_counter()
    while now - began < seconds:
        once()
        then, now = now, time.perf_counter()
        times.append(now - then)
    results.send((times, now - began))


class Sender:
    """Sends the whole form, each time another person's, over one connection."""

    def __init__(self, port: int, form: Form) -> None:
        self.port, self.form = port, form
        self.numbers = count(1)
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __call__(self) -> None:
        """Raises SystemExit for any answer but an acknowledgement."""
        self.socket.sendall(self.request())
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.more()
        length = LENGTH.search(data, 0, end + 2)
        missing = end + 4 + int(length[1] if length else 0) - len(data)
        while missing > 0:
            missing -= len(self.more())
        if not (data.startswith(b"HTTP/1.1 302 ") and ACKNOWLEDGED.search(data, 0, end)):
            raise SystemExit(f"not acknowledged: {data[:300]!r}")
        if b"\r\nConnection: close\r\n" in data[: end + 2]:
            self.socket.close()
            self.connect()

    def more(self) -> bytes:
        piece = self.socket.recv(65536)
        if not piece:
            raise SystemExit("the server ended the connection")
        return piece

    def request(self) -> bytes:
        key = uuid4()
        body = urlencode(
            self.form.hidden | {"key": str(key)} | everything(key.hex[:8], next(self.numbers)),
            doseq=True,
        ).encode()
        head = [f"POST {FORM} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        head += [f"{name}: {value}" for name, value in self.form.headers.items()]
        head += [f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(head).encode() + body


def everything(mark: str, number: int) -> dict[str, str | list[str]]:
    """Every question answered. The number is one that nobody has."""
    return {
        "asking_for": "family",
        "relationship": "sister",
        "name": f"Demo Person {mark}",
        "ask_for": "Sample",
        "contact_by": "call",
        "phone": f"619-555-01{number % 100:02d}",
        "email": f"demo.{mark}@example.org",
        "voicemail_ok": "no",
        "best_time": ["morning", "evening"],
        "language": "en",
        "situation": "direct",
        "payer": "",
        "message": f"Demo {mark}: a call would help. We would like to know how the sessions fit"
        f" around work, and what the first week is like. This is message number {number}.",
        "consent": ["call", "text"],
    }


class Database:
    """Where a measurement's site keeps its data, reached without Django."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite:///")

    def connect(self) -> sqlite3.Connection | psycopg.Connection[tuple[int, ...]]:
        """As durable as the site's own connections; each statement is a transaction."""
        if not self.is_sqlite:
            return psycopg.connect(self.url, autocommit=True)
        connection = sqlite3.connect(
            self.url.removeprefix("sqlite:///"),
            isolation_level=None,
            timeout=float(str(SQLITE_OPTIONS["timeout"])),
        )
        connection.executescript(str(SQLITE_OPTIONS["init_command"]))
        return connection

    def execute(self, *statements: str) -> None:
        connection = self.connect()
        for statement in statements:
            connection.execute(statement)
        connection.close()

    def number(self, query: str) -> int:
        connection = self.connect()
        row = connection.execute(query).fetchone()
        connection.close()
        return int(row[0]) if row else 0

    def committer(self, _number: int) -> Once:
        """Commits one small row each time: nothing that is durable can be quicker."""
        connection = self.connect()
        insert = f"INSERT INTO {FLOOR_TABLE} (words) VALUES ('{'x' * FLOOR_BYTES}')"  # noqa: S608
        return lambda: connection.execute(insert) and None
