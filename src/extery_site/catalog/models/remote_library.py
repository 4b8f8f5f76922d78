"""The remote library of an asset library, as pages and the API show it: read from the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

TABLE = "asset_library"


class RemoteLibrary(NamedTuple):
    """The server that Blender contacts for the assets; the package itself has none."""

    url: str
    auth_method: str = ""
    """How a client identifies itself, such as ``TOKEN``; empty without authentication."""
    auth_required: bool = False

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> RemoteLibrary | None:
        """Return the library of a manifest; ``None`` if it names no URL."""
        table = manifest.get(TABLE)
        url = table.get("remote_url") if isinstance(table, Mapping) else None
        if not isinstance(table, Mapping) or not isinstance(url, str) or not url:
            return None
        auth = table.get("auth")
        if not isinstance(auth, Mapping):
            return cls(url)
        return cls(url, str(auth.get("auth_method", "")), auth.get("required") is True)

    @property
    def host(self) -> str:
        """The host and the port, without user name; a host in other scripts also as it is looked up."""
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return ""
        if ":" in host:
            host = f"[{host}]"
        if not host.isascii():
            with suppress(UnicodeError):
                host = f"{host} ({host.encode('idna').decode()})"
        return f"{host}:{port}" if port else host

    @property
    def is_encrypted(self) -> bool:
        return self.url.startswith("https://")
