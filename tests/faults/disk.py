"""A small disk of the tests' own, that fills up and gets room again."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path


class SmallDisk:
    """A file system in memory, mounted at `folder`, that holds `megabytes`. Mounting needs root."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        folder.mkdir(parents=True, exist_ok=True)
        size = f"size={megabytes}m,mode=0755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)

    def fill(self) -> None:
        """Something else takes all the room there is, to the last byte."""
        with self._filler.open("wb", buffering=0) as file, suppress(OSError):
            for block in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while file.write(b"x" * block):
                        pass
        assert self.free_bytes == 0

    def empty(self) -> None:
        self._filler.unlink()

    @property
    def free_bytes(self) -> int:
        room = os.statvfs(self.folder)
        return room.f_bavail * room.f_frsize

    def remove(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)
