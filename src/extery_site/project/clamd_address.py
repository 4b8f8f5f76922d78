"""The address of the virus scanner, ``EXTERY_CLAMD``: a Unix socket or a TCP port of clamd.

Reads no settings; `extery_site.project.settings` passes the parsed `ClamdAddress`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from extery_site.project.invalid_setting import InvalidSetting

#: The port in clamd's documentation.
DEFAULT_PORT = 3310
#: Bytes of a path in a socket address on Linux, without the NUL at its end (unix(7)); other systems have fewer.
MAX_SOCKET_PATH = 107
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,62}|(?=.*:)[0-9a-f:.]{2,45}")


@dataclass(frozen=True)
class ClamdAddress:
    """A parsed ``EXTERY_CLAMD``: the path of a Unix socket, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = DEFAULT_PORT

    @classmethod
    def parse(cls, text: str) -> ClamdAddress:
        """Read an address; raises `InvalidSetting`."""
        scheme, _, rest = text.partition(":")
        if scheme == "unix":
            return cls(path=_parse_path(rest))
        if scheme == "tcp":
            return cls._parse_tcp(rest)
        raise InvalidSetting("clamd-scheme")

    @classmethod
    def _parse_tcp(cls, text: str) -> ClamdAddress:
        place = text.removeprefix("//").removesuffix("/")
        if any(character in place for character in "@/?#"):
            raise InvalidSetting("clamd-more")
        try:
            parts = urlsplit(f"//{place}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            # Either a port that is no number up to 65535, or brackets that are not those of IPv6.
            raise InvalidSetting("clamd-host" if "[" in place else "port") from None
        if not _HOST.fullmatch(host) or (":" in host) != ("[" in place):
            raise InvalidSetting("clamd-host")
        if port == 0:
            raise InvalidSetting("port")
        return cls(host=host, port=port or DEFAULT_PORT)

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return (
            f"tcp://[{self.host}]:{self.port}"
            if ":" in self.host
            else f"tcp://{self.host}:{self.port}"
        )


def _parse_path(text: str) -> str:
    path = "/" + text.lstrip("/") if text.startswith("///") else text
    if not path.startswith("/") or path.startswith("//") or path.endswith("/"):
        raise InvalidSetting("socket-path")
    if "\0" in path:
        raise InvalidSetting("nul")
    if len(path.encode("utf-8", "surrogateescape")) > MAX_SOCKET_PATH:
        raise InvalidSetting("socket-length", max_length=MAX_SOCKET_PATH)
    return path
