"""The client address as quotas count it: behind proxies, with ports, and IPv6 by network."""

from __future__ import annotations

from typing import Any

import pytest

from extery_site.quotas.client_address import (
    address_behind_proxies,
    client_address,
    normalize_address,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("1.2.3.4.5", ""),
        ("[", ""),
    ],
)
def test_an_address_is_counted_without_port_and_as_network_in_ipv6(text: str, address: str) -> None:
    assert normalize_address(text) == address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_what_the_proxies_of_the_site_added_to_the_header_is_used(
    rf: Any, settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.EXTERY_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address
    assert address_behind_proxies("192.0.2.1", forwarded) == address
