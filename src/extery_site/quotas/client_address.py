"""The address of a client, behind as many proxies as the site has, as quotas count it."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

#: Networks of this size are given to single customers, who can use any address in them.
_IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or its IPv6 network of 64 bits; empty if it is unknown.

    With ``EXTERY_PROXIES``, it is the part of X-Forwarded-For that the first of the site's own
    proxies added; a client can write any text before it.
    """
    return normalize_address(_address_text(request))


def _address_text(request: HttpRequest) -> str:
    proxies: int = settings.EXTERY_PROXIES
    if proxies:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        if len(forwarded) >= proxies and (address := forwarded[-proxies].strip()):
            return address
    return str(request.META.get("REMOTE_ADDR", ""))


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
