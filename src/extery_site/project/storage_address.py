"""The address of the file storage, ``EXTERY_STORAGE``: a folder, or a bucket of an S3 server.

Reads no settings; `extery_site.project.settings` passes the parsed `StorageAddress`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from extery.core.errors import Unavailable, Where
from extery_site.project.invalid_setting import InvalidSetting

ADDRESSING_STYLES = ("auto", "path", "virtual")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")
_REGION = re.compile(r"[A-Za-z0-9-]{1,63}")
#: Seconds to wait for a response of the server, and for each part of its body.
DEFAULT_TIMEOUT = 20
MAX_TIMEOUT = 600


@dataclass(frozen=True)
class StorageAddress:
    """A parsed ``EXTERY_STORAGE``; without a bucket, the folder ``media``."""

    bucket: str = ""
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    addressing: str = "auto"
    timeout: int = DEFAULT_TIMEOUT

    @classmethod
    def parse(cls, text: str) -> StorageAddress:
        """Read an address; raises `InvalidSetting`."""
        if not text:
            return cls()
        parts = urlsplit(text)
        if parts.scheme != "s3" or not text.startswith("s3://"):
            raise InvalidSetting("storage-scheme")
        if "@" in parts.netloc:
            raise InvalidSetting("storage-credentials")
        if not _BUCKET.fullmatch(parts.netloc):
            raise InvalidSetting("bucket")
        if parts.fragment or "#" in text:
            raise InvalidSetting("fragment")
        prefix = unquote(parts.path).strip("/")
        if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
            raise InvalidSetting("prefix")
        return cls(parts.netloc, prefix, **_parse_parameters(parts.query))

    @property
    def is_s3(self) -> bool:
        return bool(self.bucket)

    def __str__(self) -> str:
        place = f"s3://{self.bucket}/{self.prefix}".rstrip("/")
        return f"{place} at {self.endpoint}" if self.endpoint else place

    def django_settings(self) -> dict[str, Any]:
        """Return the value of Django's ``STORAGES["default"]``."""
        if not self.is_s3:
            return {"BACKEND": "extery_site.files.backends.folder.FolderStorage"}
        return {
            "BACKEND": "extery_site.files.backends.s3.S3FileStorage",
            "OPTIONS": {"address": self},
        }


def _parse_parameters(query: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=50):
        if name in parameters:
            raise InvalidSetting("parameter-repeated", parameter=name[:40])
        if name not in _PARAMETERS:
            raise InvalidSetting(
                "storage-parameter", parameter=name[:40], choices=", ".join(_PARAMETERS)
            )
        parameters[name] = _PARAMETERS[name](value)
    return parameters


def _parse_endpoint(value: str) -> str:
    parts = urlsplit(value)
    try:
        port_is_valid = parts.port != 0
    except ValueError:
        port_is_valid = False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_valid:
        raise InvalidSetting("endpoint")
    if "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidSetting("endpoint-more")
    return value.rstrip("/")


def _parse_region(value: str) -> str:
    if not _REGION.fullmatch(value):
        raise InvalidSetting("region")
    return value


def _parse_addressing(value: str) -> str:
    if value not in ADDRESSING_STYLES:
        choices = ", ".join(ADDRESSING_STYLES)
        raise InvalidSetting(
            "parameter-choice", parameter="addressing", given=value[:40], choices=choices
        )
    return value


def _parse_timeout(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value) or not 1 <= int(value) <= MAX_TIMEOUT:
        raise InvalidSetting("parameter-seconds", parameter="timeout", max_seconds=MAX_TIMEOUT)
    return int(value)


_PARAMETERS = {
    "endpoint": _parse_endpoint,
    "region": _parse_region,
    "addressing": _parse_addressing,
    "timeout": _parse_timeout,
}


def require_libraries(address: StorageAddress) -> None:
    """Raise `Unavailable` if the address needs boto3 and django-storages and one is missing."""
    missing = [name for name in ("boto3", "storages") if find_spec(name) is None]
    if address.is_s3 and missing:
        raise Unavailable.of(
            "usage.s3-missing",
            where=Where("environment", ("EXTERY_STORAGE",)),
            storage=str(address),
        )
