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

from amity_site.environment import Rate

from .networks import UNKNOWN, digest_of

logger = logging.getLogger(__name__)

REDIS_SECONDS = 0.5  # how long one question may take
REST_SECONDS = 30.0  # how long Redis is left alone after it did not answer
FEWEST_BUSY = 10  # inquiries an hour: a discharge planner's morning is no sign of anything
BUSY_SHARE = 6  # of INQUIRY_RATE
MOST_REPEATS = 1000

Answer = TypeVar("Answer")


def may_send(network: str) -> bool:
    """Count one inquiry from `network`: whether it is within INQUIRY_RATE.

    A network that nobody knows is never refused: everybody would share it.
    """
    if network == UNKNOWN:
        return True
    limit, key = _shared(settings.INQUIRY_RATE), digest_of(network)
    return _ask(lambda limiter: limiter.hit(limit, "inquiry", key), otherwise=True)


def seconds_until_free(network: str) -> int:
    """How long until `network`, which has sent too many, may send the next one; at least 1."""
    limit, key = _shared(settings.INQUIRY_RATE), digest_of(network)
    reset = _ask(
        lambda limiter: limiter.get_window_stats(limit, "inquiry", key).reset_time, otherwise=0.0
    )
    return max(1, math.ceil(reset - time.time()))


def is_busy(network: str) -> bool:
    """Count one inquiry from `network`: whether many have come from it within the hour.

    Many is more than a sixth of INQUIRY_RATE, and more than FEWEST_BUSY. Not divided by workers:
    a sign that comes late costs less than one that is wrong.
    """
    if network == UNKNOWN:
        return False
    rate: Rate = settings.INQUIRY_RATE
    hourly = rate.amount * 3600 // rate.limit(rate.amount).get_expiry()
    many, key = RateLimitItemPerHour(max(FEWEST_BUSY, hourly // BUSY_SHARE)), digest_of(network)
    return _ask(lambda limiter: not limiter.hit(many, "busy", key), otherwise=False)


def times_seen(text: str) -> int:
    """How often the text with this digest was remembered within a day, up to MOST_REPEATS."""
    return _ask(
        lambda limiter: MOST_REPEATS - limiter.get_window_stats(_REPEATS, "text", text).remaining,
        otherwise=0,
    )


def remember_text(text: str) -> None:
    """Count one more inquiry with the text of this digest."""
    _ask(lambda limiter: limiter.hit(_REPEATS, "text", text), otherwise=False)


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


def _shared(rate: Rate) -> RateLimitItem:
    """This process's share of `rate`: all of it when Redis counts for everybody."""
    return rate.limit(rate.amount if _in_redis() else math.ceil(rate.amount / _workers()))


def _ask(
    question: Callable[[SlidingWindowCounterRateLimiter], Answer], *, otherwise: Answer
) -> Answer:
    """What the store answers; `otherwise` while it does not, which is logged once."""
    if time.monotonic() < _away.until:
        return otherwise
    try:
        answer = question(_limiter())
    except StorageError:
        _away.until = time.monotonic() + REST_SECONDS
        if not _away.is_known:
            logger.warning("Redis is away: inquiries are taken without counting them")
        _away.is_known = True
        return otherwise
    if _away.is_known:
        _away.is_known = False
        logger.warning("Redis is back: inquiries are counted")
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
