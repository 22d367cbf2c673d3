"""What `manage.py serve` settles before the web server starts: its address, and the site's data.

gunicorn_conf.py takes the address from here too, so that a server started without `serve` keeps
to the same rules.
"""

from __future__ import annotations

import errno
import fcntl
import filecmp
import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from environs import Env, EnvError

from admissions.protection.startup import require_keys

from .environment import is_loopback

MAX_PORT = 65535


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def bind(self) -> str:
        """`host:port`, with the brackets that IPv6 needs."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def require_free(self) -> None:
        """Raise EnvError, with what to do about it, unless this address can be listened on."""
        try:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            with socket.socket(family) as probe:
                # As gunicorn does: a connection that was just closed does not keep the port.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.host, self.port))
                probe.listen(1)
        except (OSError, UnicodeError) as error:
            raise EnvError(self._why_not(getattr(error, "errno", None))) from error

    def _why_not(self, code: int | None) -> str:
        if code == errno.EADDRINUSE:
            other = self.port + 1 if self.port < MAX_PORT else self.port - 1
            return (
                f"PORT {self.port} is in use by another program;"
                f" choose another, such as PORT={other}"
            )
        if code == errno.EACCES:
            return f"PORT {self.port} is reserved on this machine; choose one above 1023"
        return f'HOST is "{self.host}", which is not an address of this machine'


def address(*, site_url: str) -> Address:
    """HOST and PORT, by default 127.0.0.1:8000.

    Raises EnvError when they are malformed, or when HOST reaches beyond this machine and
    `site_url` is not https: an inquiry never crosses a network in the clear.
    """
    env = Env()
    host = (env.str("HOST", "") or "127.0.0.1").strip("[]")
    port = env.str("PORT", "") or "8000"
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= MAX_PORT):
        raise EnvError(f'PORT is "{port}"; it must be a number from 1 to {MAX_PORT}')
    if not is_loopback(host) and not site_url.startswith("https://"):
        raise EnvError(
            f'HOST is "{host}"; only 127.0.0.1, localhost and ::1 keep the site on this machine,'
            " and any other needs SITE_URL=https://… and a proxy in front (docs/operations.md)"
        )
    return Address(host, int(port))


def prepare() -> None:
    """Bring the database, the content and the static files up to date.

    Each step does nothing when there is nothing to do. Raises CommandError, one sentence, when
    the database cannot be used or the content file is broken.
    """
    with alone("prepare"):
        try:
            call_command("migrate", interactive=False, verbosity=0)
            require_keys()
            call_command("apply_erasures", verbosity=0)
            call_command("load_content", verbosity=0)
        except DatabaseError as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise CommandError(f"the database cannot be used: {reason}") from error
        collect_static()


def collect_static() -> None:
    """Run `collectstatic` if a source file, or what processes it, differs from the last time.

    Compressing takes seconds, and comparing names, sizes and times takes milliseconds.
    """
    note = settings.VAR_DIR / "static.fingerprint"
    wanted = _static_fingerprint()
    made = Path(settings.STATIC_ROOT, "staticfiles.json").exists()
    if made and note.exists() and note.read_text() == wanted:
        return
    note.unlink(missing_ok=True)
    _forget_changed()
    call_command("collectstatic", interactive=False, verbosity=0)
    note.parent.mkdir(mode=0o700, exist_ok=True)
    note.write_text(wanted)


@contextmanager
def alone(name: str, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock `name` among this project's commands; BlockingIOError without `wait`.

    The lock goes with the process, so one that was killed leaves nothing to clean up.
    """
    settings.VAR_DIR.mkdir(mode=0o700, exist_ok=True)
    with (settings.VAR_DIR / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _static_fingerprint() -> str:
    seen = hashlib.sha256()
    for package in ("django", "whitenoise", "brotli"):
        seen.update(f"{package} {version(package)}\n".encode())
    for name, source in _static_sources():
        stat = source.stat()
        seen.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _forget_changed() -> None:
    """Remove collected files that differ from their source.

    `collectstatic` keeps a file that is no older than its source, so it would miss one that was
    replaced by an older version. Hashed copies stay: pages already sent still ask for them.
    """
    for name, source in _static_sources():
        collected = Path(settings.STATIC_ROOT, name)
        if collected.exists() and not filecmp.cmp(source, collected, shallow=False):
            collected.unlink()


def _static_sources() -> Iterator[tuple[str, Path]]:
    """Each static file's name and where it comes from; of several with a name, the first wins."""
    seen = set()
    for finder in get_finders():
        for name, storage in finder.list(None):
            if name not in seen:
                seen.add(name)
                yield name, Path(storage.path(name))
