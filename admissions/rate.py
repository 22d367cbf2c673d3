"""How much comes from one network, and how often one text: counted in this process, or in Redis.

Nothing here ever refuses somebody because a store is away: with Redis out of reach, nothing is
counted for a while. What is counted are digests, never addresses or texts.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter

logger = logging.getLogger(__name__)

REDIS_SECONDS = 0.5  # how long one question may take
REST_SECONDS = 30.0  # how long Redis is left alone after it did not answer
FEWEST_BUSY = 10  # inquiries an hour: a discharge planner's morning is no sign of anything
BUSY_SHARE = 6  # of INQUIRY_RATE
MOST_REPEATS = 1000

Answer = TypeVar("Answer")


def seconds_until_free(network: str) -> int:
    """Count one inquiry from `network`: 0 when it may come, else the seconds until the next may.

    "" is a network nobody knows, which is never refused.
    """
    if not network:
        return 0
    rate = per_process(settings.INQUIRY_RATE)
    return _ask(lambda limiter: _wait(limiter, rate, network), otherwise=0)


def is_busy(network: str) -> bool:
    """Count one inquiry from `network`: whether many have come from it within the hour.

    Many is a sixth of INQUIRY_RATE, and at least more than FEWEST_BUSY.
    """
    if not network:
        return False
    rate = settings.INQUIRY_RATE
    hourly = rate.amount * 3600 // rate.get_expiry()
    many = RateLimitItemPerHour(max(FEWEST_BUSY, hourly // BUSY_SHARE))
    return _ask(lambda limiter: not limiter.hit(many, "busy", network), otherwise=False)


def times_seen(text: str) -> int:
    """How often the text with this digest was remembered within a day, up to MOST_REPEATS."""
    return _ask(
        lambda limiter: MOST_REPEATS - limiter.get_window_stats(_REPEATS, "text", text).remaining,
        otherwise=0,
    )


def remember_text(text: str) -> None:
    """Count one more inquiry with the text of this digest."""
    _ask(lambda limiter: limiter.hit(_REPEATS, "text", text), otherwise=False)


def per_process(rate: RateLimitItem) -> RateLimitItem:
    """This process's share of `rate`: all of it when Redis counts for everybody."""
    if _in_redis():
        return rate
    return type(rate)(max(1, rate.amount // _workers()), rate.multiples)


def forget() -> None:
    """Begin anew, with nothing counted in this process: for tests."""
    _limiter.cache_clear()
    _away.until = 0.0
    _away.is_known = False


_REPEATS = RateLimitItemPerDay(MOST_REPEATS)


class _Outage:
    """When the store may be asked again, and whether it was said that it does not answer."""

    until = 0.0  # time.monotonic()
    is_known = False


_away = _Outage()


def _wait(limiter: SlidingWindowCounterRateLimiter, rate: RateLimitItem, network: str) -> int:
    if limiter.hit(rate, "inquiry", network):
        return 0
    reset = limiter.get_window_stats(rate, "inquiry", network).reset_time
    return max(1, math.ceil(reset - time.time()))


def _ask(
    question: Callable[[SlidingWindowCounterRateLimiter], Answer], *, otherwise: Answer
) -> Answer:
    """What the store answers; `otherwise` while it does not, which is logged once an outage."""
    if time.monotonic() < _away.until:
        return otherwise
    try:
        answer = question(_limiter())
    except StorageError:
        _away.until = time.monotonic() + REST_SECONDS
        if not _away.is_known:
            logger.warning("CACHE_URL does not answer: inquiries are taken without counting them")
        _away.is_known = True
        return otherwise
    if _away.is_known:
        _away.is_known = False
        logger.warning("CACHE_URL answers again: inquiries are counted")
    return answer


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    """Made when it is first asked, and so after the workers are forked."""
    return SlidingWindowCounterRateLimiter(_storage())


def _storage() -> Storage:
    if not _in_redis():
        return MemoryStorage()
    url: str = settings.CACHES["default"]["LOCATION"]
    options: dict[str, Any] = {
        "socket_timeout": REDIS_SECONDS,
        "socket_connect_timeout": REDIS_SECONDS,
    }
    return RedisStorage(url, key_prefix="amity", wrap_exceptions=True, **options)


def _in_redis() -> bool:
    return "redis" in settings.CACHES["default"]["BACKEND"]


def _workers() -> int:
    """How many processes share a rate: gunicorn's workers, set in amity_site/gunicorn_conf.py."""
    return max(1, int(os.environ.get("AMITY_WORKERS", "1")))
