"""Where a request comes from: the client's address, its network, and that network's digest.

An address is looked at while a request is answered and then forgotten. What is counted, and what
Redis holds, is a keyed digest of the network: without SECRET_KEY nobody can tell whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

UNKNOWN = ""
# What a provider gives one household or office: whoever has it can change the rest at will.
IPV6_PREFIX = 64
DIGEST_LENGTH = 32  # hexadecimal digits


def network_of(request: HttpRequest) -> str:
    """What a request is counted by: an IPv4 address, or the /64 of an IPv6 address.

    UNKNOWN when nobody can say: on a unix socket without a proxy's header.
    """
    address = client_address(request.META, proxies=settings.PROXY_COUNT)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPV6_PREFIX), strict=False))
    return str(address or UNKNOWN)


def digest_of(network: str) -> str:
    """Under which `network` is counted: without SECRET_KEY nobody can tell whose it is."""
    return salted_hmac("admissions.networks", network, algorithm="sha256").hexdigest()[
        :DIGEST_LENGTH
    ]


def client_address(meta: Mapping[str, Any], *, proxies: int) -> IPv4Address | IPv6Address | None:
    """The address of the client, as the outermost of `proxies` trusted proxies saw it.

    Each proxy adds the address it was called from to the right of X-Forwarded-For, so the entry
    to believe is the `proxies`-th from the right. What stands left of it, the client wrote. With
    too few entries, or one that is no address, it is whoever called us: REMOTE_ADDR, which is
    empty on a unix socket.
    """
    own = _address(str(meta.get("REMOTE_ADDR") or ""))
    if proxies > 0:
        entries = str(meta.get("HTTP_X_FORWARDED_FOR") or "").split(",")
        if len(entries) >= proxies:
            return _address(entries[-proxies]) or own
    return own


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, which may have a port, brackets or a zone; None when there is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # IPv4 with a port
        text = text.partition(":")[0]
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped
    return parsed
