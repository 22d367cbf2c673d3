"""Keeps the web server and the worker running side by side, in the foreground, until stopped.

The work is supervisor's (docs/decisions/001-serving.md); its programs are in
deploy/supervisord.conf. This module runs it inside `manage.py serve`, so that what it would write
to a log of its own becomes a few plain lines, and a web server that cannot start ends the command.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from supervisor import events
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates
from supervisor.supervisord import Supervisor

from .serving import Address

CONFIGURATION = Path(settings.BASE_DIR, "deploy", "supervisord.conf")
NAMES = {"web": "The web server", "worker": "The notification worker"}
PR_SET_PDEATHSIG = 1  # Linux, <sys/prctl.h>


def supervise(address: Address, *, ready: str, out: TextIO) -> bool:
    """Run both programs until SIGINT, SIGTERM, SIGQUIT or SIGHUP; whether all went well.

    `ready` is printed to `out` by the web server as soon as it listens. False means that the web
    server could not be started; its own lines on `out` say why.
    """
    os.environ |= {
        "HOST": address.host,
        "PORT": str(address.port),
        "AMITY_PYTHON": sys.executable,
        "AMITY_ROOT": str(settings.BASE_DIR),
        "AMITY_OUT": _reopenable(out),
        "AMITY_READY": ready,
    }
    options = _Options()
    options.realize(["-c", str(CONFIGURATION)], doc="", progname="serve")
    options.first = True
    options.test = False
    keeper = _Keeper(options, out)
    with suppress(ExitNow):  # how supervisor says that everything has stopped
        keeper.main()
    return not keeper.failed


class _Options(ServerOptions):
    """supervisord's options, less what only its daemon needs."""

    def __init__(self) -> None:
        super().__init__()
        # Loaded before the first fork: the child only makes the call.
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        self._parent = os.getpid()

    def set_uid_or_exit(self) -> None:
        """Stay who we are; that this may be root is the caller's choice, not news."""

    def write_pidfile(self) -> None:
        """Several `serve` may run side by side, on different ports."""

    def setpgrp(self) -> None:
        """Called in each child before it becomes its program: tie its life to ours.

        Without this, `kill -9` of this process would leave the web server holding the port. Only
        Linux can do it; elsewhere the orphan has to be stopped by hand.
        """
        super().setpgrp()
        if self._libc is not None:
            self._libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != self._parent:
                os._exit(1)


class _Keeper(Supervisor):
    """Supervisor that tells of restarts and gives up when the web server will not start."""

    def __init__(self, options: ServerOptions, out: TextIO) -> None:
        super().__init__(options)
        self.out = out
        self.failed = False

    def runforever(self) -> None:
        # Here and not earlier: run() has just dropped all subscriptions.
        events.subscribe(events.ProcessStateExitedEvent, self._exited)
        events.subscribe(events.ProcessStateFatalEvent, self._gave_up)
        super().runforever()

    def _exited(self, event: Any) -> None:
        if self.options.mood == SupervisorStates.RUNNING:
            self._say(f"{NAMES[event.process.config.name]} stopped; starting it again.")

    def _gave_up(self, event: Any) -> None:
        self._say(f"{NAMES[event.process.config.name]} cannot be started.")
        if event.process.config.name == "web":
            self.failed = True
            self.options.mood = SupervisorStates.SHUTDOWN

    def _say(self, line: str) -> None:
        print(line, file=self.out, flush=True)


def _reopenable(out: TextIO) -> str:
    """A path by which supervisor can append to `out`, else a log file below var/.

    A socket, or a terminal that belongs to another account, cannot be opened a second time.
    """
    for ours in (sys.stdout, out):
        # In a plain file (`make run > log`) our own lines must not overwrite the others'.
        flags = fcntl.fcntl(ours.fileno(), fcntl.F_GETFL)
        fcntl.fcntl(ours.fileno(), fcntl.F_SETFL, flags | os.O_APPEND)
    try:
        path = f"/dev/fd/{out.fileno()}"
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
    except OSError:
        path = str(Path(settings.VAR_DIR, "serve.log"))
        print(f"The web server and the worker write to {path}.", file=out)
    return path
