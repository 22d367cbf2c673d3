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

# What a provider gives one household or office: whoever has it can change the rest at will.
IPV6_PREFIX = 64
DIGEST_LENGTH = 32  # hexadecimal digits


def digest_of(request: HttpRequest) -> str:
    """The digest of the client's network; "" when nobody can say where the request comes from."""
    network = network_of(client_address(request.META, proxies=settings.PROXY_COUNT))
    if not network:
        return ""
    return salted_hmac("admissions.networks", network, algorithm="sha256").hexdigest()[
        :DIGEST_LENGTH
    ]


def client_address(meta: Mapping[str, Any], *, proxies: int) -> str:
    """The address of the client, as the outermost of `proxies` trusted proxies saw it; "" unknown.

    Each proxy adds the address it was called from to the right of X-Forwarded-For, so the entry
    to believe is the `proxies`-th from the right. What stands left of it, the client wrote. With
    too few entries, or one that is no address, it is whoever called us: REMOTE_ADDR, which is
    empty on a unix socket.
    """
    own = _address(str(meta.get("REMOTE_ADDR") or ""))
    if proxies > 0:
        entries = str(meta.get("HTTP_X_FORWARDED_FOR") or "").split(",")
        if len(entries) >= proxies:
            return str(_address(entries[-proxies]) or own or "")
    return str(own or "")


def network_of(address: str) -> str:
    """An IPv4 address as it is, an IPv6 address by its /64, "" for what is no address."""
    parsed = _address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((int(parsed), IPV6_PREFIX), strict=False))
    return str(parsed or "")


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
