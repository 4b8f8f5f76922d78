"""Refuses demo content for a site that others can reach."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from extery.core.errors import Refused, Where


def refuse_public_address(address: str) -> None:
    """Raise `Refused` unless ``address`` is empty or on this machine: the password is public."""
    host = urlsplit(address).hostname if address else None
    if host is None or host == "localhost" or host.endswith(".localhost") or _is_loopback(host):
        return
    raise Refused.of(
        "setting.demo-public",
        where=Where("environment", ("EXTERY_SITE_URL",)),
        address=address,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
