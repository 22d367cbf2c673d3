"""The hashed locks: `python -m tests.locks` tells whether they match pyproject.toml.

`--write` compiles them again and keeps every version that still fits; `--upgrade` takes newer ones.
Locks hold no address of any index, so that they install from wherever pip is set up to look.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS: dict[str, list[str]] = {
    "requirements.txt": [],
    # On top of the other: what tests run with is what serves.
    "requirements-dev.txt": ["--extra", "dev", "--constraint", "requirements.txt"],
}
COMPILE = [
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "pyproject.toml",
]


def compile_locks(folder: Path, *, upgrade: bool = False) -> None:
    """Write both locks into `folder`, which holds pyproject.toml and any locks to start from."""
    for name, options in LOCKS.items():
        command = [sys.executable, "-m", "uv", *COMPILE, *options, "--output-file", name]
        subprocess.run([*command, *(["--upgrade"] if upgrade else [])], cwd=folder, check=True)


def stale() -> list[str]:
    """The locks that compiling again would change."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in ("pyproject.toml", *LOCKS):
            shutil.copy(ROOT / name, folder)
        compile_locks(folder)
        return [
            name for name in LOCKS if (folder / name).read_bytes() != (ROOT / name).read_bytes()
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--upgrade", action="store_true")
    options = parser.parse_args()
    if options.write:
        compile_locks(ROOT, upgrade=options.upgrade)
    elif names := stale():
        sys.exit(f"{' and '.join(names)}: not what pyproject.toml compiles to; run `make lock`")


if __name__ == "__main__":
    main()
