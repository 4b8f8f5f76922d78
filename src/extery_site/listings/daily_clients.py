"""Which clients have downloaded a package today, without storing who they are.

Only hashes with a random key are kept, in memory. The key and the hashes are dropped at the end of
the day (UTC) and when the process ends, so nothing can be traced back to an address afterwards.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Lock

#: Maximum number of hashes, about 20 MB; then the day starts anew.
MAX_HASHES = 200_000
#: Bits of an IPv6 address that identify a client, which usually has all addresses below them.
_IPV6_PREFIX = 64


def _today() -> date:
    return datetime.now(UTC).date()


class DailyClients:
    """Pairs of client and package of one day, as hashes; thread-safe."""

    def __init__(self, *, max_hashes: int = MAX_HASHES, today: Callable[[], date] = _today) -> None:
        self._max_hashes = max_hashes
        self._today = today
        self._lock = Lock()
        self._start(today())

    def _start(self, day: date) -> None:
        self._day = day
        self._key = secrets.token_bytes(32)
        self._hashes: set[bytes] = set()

    def add(self, client: str, package_id: int) -> bool:
        """Add a pair; return whether it is the first one of the day."""
        with self._lock:
            day = self._today()
            if day != self._day or len(self._hashes) >= self._max_hashes:
                self._start(day)
            message = f"{package_id} {_network(client)}".encode()
            digest = hashlib.blake2b(message, key=self._key, digest_size=12).digest()
            if digest in self._hashes:
                return False
            self._hashes.add(digest)
            return True


def _network(client: str) -> str:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
