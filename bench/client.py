"""A load client that is not what is measured: bare sockets, a process for each connection."""

from __future__ import annotations

import multiprocessing
import re
import resource
import socket
import statistics
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

CLIENTS = 4
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
# Forked, so that a client begins to ask at once instead of importing Python anew.
processes = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Load:
    """What the clients saw together: answers, answers per second, milliseconds, and their own CPU.

    `cpu` is in cores: 1.0 means that the clients themselves kept one core busy.
    """

    answers: int
    rate: float
    median: float
    p95: float
    cpu: float


class Asker:
    """One kept connection, opened again when the server ends it (it does after so many answers)."""

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n\r\n"
        ).encode()
        self.socket = self.connect()

    def connect(self) -> socket.socket:
        fresh = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return fresh

    def ask(self) -> int:
        """Send the request once and read its whole answer; the bytes of the body."""
        for _attempt in range(3):
            try:
                self.socket.sendall(self.request)
                return self.read()
            except ConnectionError:
                self.socket.close()
                self.socket = self.connect()
        raise ConnectionError("the server ends every connection")

    def read(self) -> int:
        data = self.more(b"")
        while (end := data.find(b"\r\n\r\n")) < 0:
            data = self.more(data)
        length = LENGTH.search(data, 0, end + 2)
        if not data.startswith(b"HTTP/1.1 200 ") or not length:
            raise SystemExit(f"no usable answer: {data[:200]!r}")
        body = int(length[1])
        missing = end + 4 + body - len(data)
        while missing > 0:
            missing -= len(self.more(b""))
        if b"\r\nConnection: close\r\n" in data[: end + 2]:
            self.socket.close()
            self.socket = self.connect()
        return body

    def more(self, data: bytes) -> bytes:
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionResetError
        return data + piece


def _client(port: int, path: str, seconds: float, results: Connection) -> None:
    asker = Asker(port, path)
    times = []
    began = time.perf_counter()
    now = began
    while now - began < seconds:
        asker.ask()
        then, now = now, time.perf_counter()
        times.append(now - then)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    results.send((times, now - began, spent.ru_utime + spent.ru_stime))


def load(port: int, path: str, seconds: float, clients: int = CLIENTS) -> Load:
    """`clients` connections that each ask for `path` again and again for so many seconds."""
    started = []
    for _number in range(clients):
        ours, theirs = processes.Pipe(duplex=False)
        process = processes.Process(target=_client, args=(port, path, seconds, theirs))
        process.start()
        theirs.close()
        started.append((process, ours))
    times, rate, cpu = [], 0.0, 0.0
    for process, ours in started:
        seen, took, spent = ours.recv()
        times += seen
        rate += len(seen) / took  # the last answer may come late
        cpu += spent
        process.join()
    times.sort()
    return Load(
        answers=len(times),
        rate=rate,
        median=statistics.median(times) * 1000,
        p95=times[int(len(times) * 0.95)] * 1000,
        cpu=cpu / seconds,
    )
