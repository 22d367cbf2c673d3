"""gunicorn's settings, for `make run` and for systemd alike: `-c python:amity_site.gunicorn_conf`.

A worker that runs wild, or a connection that never ends, costs one thread for a bounded time.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
from typing import Any

import gunicorn.http.wsgi
import gunicorn.util
from environs import Env, EnvError
from gunicorn.glogging import Logger

from amity_site import checked_headers, environment, refusals, serving
from amity_site.logs import PrivateFormatter

try:
    # The same refusal as `serve`'s: nothing beyond this machine without https.
    bind = serving.address(site_url=environment.site_url(Env())).bind
except EnvError as error:
    sys.exit(f"amity: {error}")

# Two workers, so that one that dies never leaves the site unanswered; threads, because a request
# mostly waits for the disk.
worker_class = "gthread"
workers = max(2, min(os.cpu_count() or 2, 8))
threads = 8  # two more than are ever inside Django at a time (page_cache.py)
# A statement that runs or waits this long is given up: its thread is needed. Only the web server's:
# migrations and long commands take the time they need.
os.environ.setdefault("PGOPTIONS", "-c statement_timeout=20s -c lock_timeout=10s")
# Django is loaded once, before the workers are forked. A new release therefore needs a restart:
# a reload (SIGHUP) would keep the old code.
preload_app = True
# The heartbeat of a worker must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
umask = 0o077

timeout = 30  # seconds until a silent worker is replaced
graceful_timeout = 6  # below supervisor's and systemd's own patience
keepalive = 5
# A slow leak stays small. Most requests are pages from memory, which leave nothing behind; a worker
# that is replaced begins with an empty memory.
max_requests = 1_000_000
max_requests_jitter = 100_000  # so that the workers do not leave together

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Only a proxy on this machine is believed about who is calling and how.
forwarded_allow_ips = "127.0.0.1,::1"
# No client, however near, says where the site is mounted.
forwarder_headers = ""
# The one header that says https, as in SECURE_PROXY_SSL_HEADER; others are not even looked at.
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
# What gunicorn refuses before Django sees it is a page of ours, too.
gunicorn.util.write_error = refusals.write_error
# Checking the same headers for every answer is a tenth of the work on a page from memory.
gunicorn.http.wsgi.Response = checked_headers.Response
proc_name = "amity"
control_socket_disable = True

# No access log: addresses and query strings of people looking for help are not kept.
accesslog = None
errorlog = "-"
loglevel = "error"


class WithoutQueries(logging.Filter):
    """Cuts query strings out of gunicorn's own messages."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"\?\S*", "?…", record.getMessage()), ()
        return True


class logger_class(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(WithoutQueries())
        for handler in self.error_log.handlers:
            handler.setFormatter(PrivateFormatter(self.error_fmt, self.datefmt))


def when_ready(server: Any) -> None:
    """Runs in the master once it listens and before the first worker is forked."""
    from django.db import connections  # noqa: PLC0415 - only now are the settings loaded

    # Limits that each worker keeps for itself are divided by it (admissions/rate.py).
    os.environ["AMITY_WORKERS"] = str(server.num_workers)
    # A connection shared by processes would corrupt what it carries.
    connections.close_all()
    # What is loaded by now stays for good: no worker need look through it for garbage, or copy
    # the memory it shares with the others to do so.
    gc.collect()
    gc.freeze()
    ready = os.environ.get("AMITY_READY")
    if ready:
        print(ready, file=sys.stderr, flush=True)  # noqa: T201 - the words of `manage.py serve`
