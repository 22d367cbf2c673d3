"""A small disk of the tests' own, that fills up and gets room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """Where `folder` lies. `fill` leaves no room in it, `empty` gives it back."""

    folder: Path

    def fill(self) -> None: ...

    def empty(self) -> None: ...

    def remove(self) -> None: ...


def small_disk(folder: Path, megabytes: int, writers: Callable[[], Iterable[int]]) -> Disk:
    """A file system of its own at `folder`; where mounting is not permitted, a limit in its place.

    `writers` are the processes that write to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m,mode=0755"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        return SmallDisk(folder)
    return NoMoreWriting(folder, writers)


class SmallDisk:
    """A file system in memory that something else takes all the room of, to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        with self._filler.open("wb", buffering=0) as file:
            for block in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while file.write(b"x" * block):
                        pass
        assert os.statvfs(self.folder).f_bavail == 0

    def empty(self) -> None:
        self._filler.unlink()

    def remove(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)


class NoMoreWriting:
    """The writers can write no byte to any file: to them every disk is full."""

    def __init__(self, folder: Path, writers: Callable[[], Iterable[int]]) -> None:
        self.folder = folder
        self._writers = writers

    def fill(self) -> None:
        self._limit("0:")

    def empty(self) -> None:
        self._limit("unlimited:")

    def remove(self) -> None:
        pass

    def _limit(self, soft: str) -> None:
        for pid in self._writers():
            with suppress(FileNotFoundError):  # it has ended
                it = Path(f"/proc/{pid}").stat()
                # As its own user: nobody else may, root in a container included.
                as_itself = ["setpriv", f"--reuid={it.st_uid}", f"--regid={it.st_gid}"]
                as_itself = [*as_itself, "--clear-groups"] if os.getuid() == 0 else []
                limit = ["prlimit", "--pid", str(pid), f"--fsize={soft}"]
                subprocess.run([*as_itself, *limit], check=False)
