"""The address of a client, behind as many proxies as the site has, as quotas count it."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

#: Networks of this size are given to single customers, who can use any address in them.
_IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or its IPv6 network of 64 bits; empty if it is unknown."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    return address_behind_proxies(peer, request.headers.get("X-Forwarded-For", ""))


def address_behind_proxies(peer: str, forwarded: str) -> str:
    """Return the address of a client, from the address of the connection and X-Forwarded-For.

    With ``EXTERY_PROXIES``, it is the part of the header that the first of the site's own proxies
    added; a client can write any text before it.
    """
    proxies: int = settings.EXTERY_PROXIES
    if proxies:
        parts = forwarded.split(",")
        if len(parts) >= proxies and (address := parts[-proxies].strip()):
            return normalize_address(address)
    return normalize_address(peer)


def normalize_address(text: str) -> str:
    """Return the address without port, an IPv6 address as its network; empty for other text."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _IPV6_PREFIX), strict=False))
