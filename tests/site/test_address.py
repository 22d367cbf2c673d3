"""HOST and PORT: where the web server may listen."""

from __future__ import annotations

import pytest
from environs import EnvError

from amity_site.serving import Address, address


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)


def test_by_default_only_this_machine_can_reach_the_site():
    assert address(site_url="") == Address("127.0.0.1", 8000)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("HOST", "")
    monkeypatch.setenv("PORT", "")
    assert address(site_url="") == Address("127.0.0.1", 8000)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "::1", "[::1]"])
def test_every_loopback_address_may_be_served_without_https(monkeypatch, host):
    monkeypatch.setenv("HOST", host)
    assert address(site_url="").host == host.strip("[]")


def test_with_https_any_address_may_be_served(monkeypatch):
    monkeypatch.setenv("HOST", "192.0.2.1")
    assert address(site_url="https://example.org") == Address("192.0.2.1", 8000)


def test_a_plain_http_site_url_does_not_open_other_addresses(monkeypatch):
    monkeypatch.setenv("HOST", "192.0.2.1")
    with pytest.raises(EnvError, match="https"):
        address(site_url="http://localhost")


def test_an_ipv6_address_is_bound_in_brackets():
    assert Address("::1", 8000).bind == "[::1]:8000"


@pytest.mark.parametrize("host", ["not an address", "x" * 70, "192.0.2.1"])
def test_what_is_no_address_of_this_machine_is_refused_in_a_sentence(host):
    with pytest.raises(EnvError, match="not an address of this machine"):
        Address(host, 8999).require_free()
