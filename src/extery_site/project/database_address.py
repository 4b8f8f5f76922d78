"""The address of the database, ``EXTERY_DATABASE``, and Django's configuration for it.

Reads no settings; `extery_site.project.settings` passes the parsed `DatabaseAddress`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from extery.core.errors import Unavailable, Where
from extery_site.project.invalid_setting import InvalidSetting

#: Name of the database in the data folder, without an address.
SQLITE_FILE = "db.sqlite3"
POSTGRESQL_SCHEMES = frozenset({"postgresql", "postgres"})
#: Connection parameters of libpq that the query of an address may set.
ALLOWED_PARAMETERS = frozenset(
    {
        *("application_name", "channel_binding", "connect_timeout", "gssencmode", "host"),
        *("hostaddr", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval"),
        *("options", "passfile", "require_auth", "sslcert", "sslcrl", "sslkey", "sslmode"),
        *("sslpassword", "sslrootcert", "target_session_attrs", "tcp_user_timeout"),
    }
)
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
#: Seconds to wait for a lock, on both databases, and for a connection to PostgreSQL.
_LOCK_TIMEOUT = 20
_CONNECT_TIMEOUT = 10
_SECRETS = (
    # The password of a URL, even if it contains characters that should be percent-encoded.
    (re.compile(r"\A([a-z+]*:?/{0,2}[^:/@]*):.*@", re.IGNORECASE | re.DOTALL), r"\1:***@"),
    (re.compile(r"((?:ssl)?password\s*=\s*)[^&\s]+", re.IGNORECASE), r"\1***"),
)


def redact(address: str) -> str:
    """Return the address without passwords, for messages; it may be invalid."""
    for pattern, replacement in _SECRETS:
        address = pattern.sub(replacement, address)
    return address


@dataclass(frozen=True)
class DatabaseAddress:
    """A parsed ``EXTERY_DATABASE``; by default the SQLite file in the data folder."""

    engine: str = "sqlite"
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> DatabaseAddress:
        """Read an address; raises `InvalidSetting`."""
        if not text:
            return cls()
        parts = urlsplit(text)
        if parts.scheme == "sqlite":
            return cls._parse_sqlite(text)
        if parts.scheme not in POSTGRESQL_SCHEMES:
            raise InvalidSetting("database-scheme")
        if not text.startswith(f"{parts.scheme}://") or "#" in text or "@" in parts.path:
            raise InvalidSetting("not-encoded")
        name = unquote(parts.path.removeprefix("/"))
        if not name or "/" in name:
            raise InvalidSetting("database-slash" if name else "database-missing")
        parameters = _parse_parameters(parts.query)
        host = parameters.pop("host", "") or unquote(parts.hostname or "")
        try:
            port = str(parts.port or "")
        except ValueError:
            raise InvalidSetting("port") from None
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if "\0" in f"{name}{host}{user}{password}{parameters}":
            raise InvalidSetting("nul")
        return cls("postgresql", name, user, password, host, port, tuple(parameters.items()))

    @classmethod
    def _parse_sqlite(cls, text: str) -> DatabaseAddress:
        path = unquote(text.removeprefix("sqlite:///"))
        if not text.startswith("sqlite:///") or not path or "?" in text or "\0" in path:
            raise InvalidSetting("sqlite-path")
        return cls(name=str(Path(path).absolute()))

    def __str__(self) -> str:
        """Return the address without the password, for messages."""
        if self.engine == "sqlite":
            return self.name or SQLITE_FILE
        user = f"{self.user}:***@" if self.password else f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        if self.host.startswith("/"):
            return f"postgresql://{user}{port}/{self.name}?host={self.host}"
        return f"postgresql://{user}{self.host}{port}/{self.name}"

    def django_settings(self, data: Path) -> dict[str, Any]:
        """Return the value of Django's ``DATABASES["default"]``."""
        if self.engine == "sqlite":
            return _sqlite(self.name or str(data / SQLITE_FILE))
        options: dict[str, Any] = {
            "connect_timeout": _CONNECT_TIMEOUT,
            "application_name": "extery",
            "options": f"-c lock_timeout={_LOCK_TIMEOUT}s",
            **dict(self.parameters),
        }
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
            # One connection for each of the EXTERY_THREADS threads of the server, checked once
            # a request. The threads run as long as the server, so a pool would share nothing.
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {name: value for name, value in options.items() if value != ""},
        }


def _parse_parameters(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=50):
        if name not in ALLOWED_PARAMETERS:
            raise InvalidSetting("connection-parameter", parameter=name[:40])
        if name in parameters:
            raise InvalidSetting("parameter-repeated", parameter=name)
        parameters[name] = value
    if (mode := parameters.get("sslmode")) and mode not in _SSL_MODES:
        raise InvalidSetting(
            "parameter-choice", parameter="sslmode", given=mode[:40], choices=", ".join(_SSL_MODES)
        )
    for name in ("connect_timeout", "tcp_user_timeout"):
        if not parameters.get(name, "0").isdecimal():
            raise InvalidSetting("parameter-number", parameter=name)
    return parameters


def _sqlite(path: str) -> dict[str, Any]:
    # A transaction takes the write lock when it begins, so that writers wait for each other
    # instead of failing. With WAL, readers never wait for a writer.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": _LOCK_TIMEOUT,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            " PRAGMA temp_store=MEMORY; PRAGMA cache_size=-4000;",
        },
    }


def require_driver(address: DatabaseAddress) -> None:
    """Raise `Unavailable` if the address needs psycopg and it is not installed."""
    if address.engine == "postgresql" and find_spec("psycopg") is None:
        raise Unavailable.of(
            "usage.postgres-missing",
            where=Where("environment", ("EXTERY_DATABASE",)),
            database=str(address),
        )
