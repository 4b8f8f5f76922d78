"""The proxy that requests to a URL go through, from the environment or the settings of the system."""

from __future__ import annotations

import os
import socket
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass

from extery.core.errors import InvalidInput
from extery.core.text import os_error_text
from extery.fetch.addresses import redact_url, split_url

SUPPORTED = ("http", "https")
#: Hosts that are this computer.
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
#: What stands for the variable of a proxy that is set in the settings of the client.
SETTING = "proxy"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TIMEOUT = 5.0


class Proxy(NamedTuple):
    """A proxy, and the environment variable that sets it; empty for one in the settings of the system, or `SETTING`."""

    variable: str
    url: str

    def __str__(self) -> str:
        return redact_url(self.url)


def is_usable(url: str) -> bool:
    """Return whether a text is the URL of a proxy without credentials, which would be stored as plain text."""
    try:
        parts = split_url(url)
    except InvalidInput:
        return False
    is_plain = url.isascii() and url.isprintable() and not set(url) & set('"\\ ')
    return bool(is_plain and parts.scheme in SUPPORTED and parts.hostname and "@" not in url)


def proxy_for(url: str, proxy: str | None = None) -> Proxy | None:
    """Return the proxy for a remote URL; ``None`` if it is requested directly.

    ``proxy`` is the one that is set, as for `extery.fetch.Fetcher`.
    """
    parts = split_url(url)
    if proxy is not None:
        return Proxy(SETTING, proxy) if proxy and parts.hostname not in LOCAL_HOSTS else None
    proxies = getproxies()
    for name in (parts.scheme, "all"):
        proxy = proxies.get(name, "")
        if proxy and not proxy_bypass(parts.hostname or ""):
            variables = (f"{name}_proxy", f"{name}_proxy".upper())
            variable = next((text for text in variables if os.environ.get(text)), "")
            return Proxy(variable, proxy if "://" in proxy else f"http://{proxy}")
    return None


def reason_unreachable(proxy: Proxy) -> str:
    """Return why a proxy cannot be used; empty if it accepts connections."""
    try:
        parts = split_url(proxy.url)
        host, port = parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except (InvalidInput, ValueError):
        return "it is not a valid URL"
    if parts.scheme not in SUPPORTED:
        return f"proxies of the kind {parts.scheme} are not supported"
    try:
        socket.create_connection((host, port), timeout=_TIMEOUT).close()
    except OSError as error:
        return os_error_text(error)
    return ""
