"""Which network a request counts for, whatever a caller writes into its headers."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from django.test import RequestFactory
from environs import Env, EnvError
from hypothesis import given
from hypothesis import strategies as st

from admissions.networks import UNKNOWN, network_of
from amity_site import environment

ADDRESSES = st.ip_addresses(v=4).map(str)


def network(address: str, forwarded: str | None = None) -> str:
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return network_of(RequestFactory().get("/", REMOTE_ADDR=address, **extra))


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNKNOWN),
        ("nonsense", UNKNOWN),
    ],
)
def test_an_ipv4_address_or_an_ipv6_64_is_a_network(address, counts_as):
    assert network(address) == counts_as


def test_without_a_proxy_the_header_is_not_believed(settings):
    settings.PROXY_COUNT = 0
    assert network("192.0.2.7", "198.51.100.1") == "192.0.2.7"


@pytest.mark.parametrize(
    ("proxies", "header", "counts_as"),
    [
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the first is what the caller wrote
        (2, "203.0.113.9, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "198.51.100.1:4711", "198.51.100.1"),
        (1, "[2001:db8::5]:4711", "2001:db8::/64"),
        (2, "198.51.100.1", "127.0.0.1"),  # shorter than our proxies make it
        (1, "unknown", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "198.51.100.1,", "127.0.0.1"),
    ],
)
def test_behind_proxies_the_address_is_counted_from_the_right(proxies, header, counts_as, settings):
    settings.PROXY_COUNT = proxies
    assert network("127.0.0.1", header) == counts_as


@given(written=st.lists(st.text(max_size=20), max_size=4), real=ADDRESSES)
def test_nothing_a_caller_writes_before_changes_what_the_proxy_saw(written, real):
    from django.test import override_settings  # noqa: PLC0415 - hypothesis and fixtures do not mix

    with override_settings(PROXY_COUNT=1):
        assert network("127.0.0.1", ",".join([*written, real])) == real


@given(header=st.text(max_size=60), proxies=st.integers(0, 3))
def test_any_header_gives_a_network(header, proxies):
    from django.test import override_settings  # noqa: PLC0415

    with override_settings(PROXY_COUNT=proxies):
        found = network("127.0.0.1", header)
    assert IPv4Address(found) if "/" not in found else IPv6Address(found.partition("/")[0])


@pytest.mark.parametrize("text", ["-1", "10", "one", "1.5", "٣"])
def test_a_proxy_count_that_is_none_is_refused(text, monkeypatch):
    monkeypatch.setenv("PROXY_COUNT", text)
    with pytest.raises(EnvError, match="PROXY_COUNT is"):
        environment.proxy_count(Env(), https=True)


@pytest.mark.parametrize(("https", "count"), [(True, 1), (False, 0)])
def test_https_is_served_behind_one_proxy_unless_said_otherwise(https, count, monkeypatch):
    monkeypatch.delenv("PROXY_COUNT", raising=False)
    assert environment.proxy_count(Env(), https=https) == count
