"""The types of settings: how their text is parsed, and the format that messages show."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from extery_site.project.clamd_address import ClamdAddress
from extery_site.project.database_address import DatabaseAddress
from extery_site.project.invalid_setting import InvalidSetting
from extery_site.project.storage_address import StorageAddress

MAX_RISK = 100
#: Characters of the URL of a package index.
MAX_URL = 500

_TRUTH = {"1": True, "true": True, "yes": True, "on": True}
_TRUTH |= {"0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class Expected:
    """The format of a setting, and an example for settings without a default."""

    text: str
    example: str = ""


@dataclass(frozen=True)
class Rate:
    """How many uses a quota allows in a period."""

    number: int
    period: timedelta
    unit: str

    def __str__(self) -> str:
        return f"{self.number} per {self.unit}"


_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


def _parse_rate(text: str) -> Rate | None:
    if text == "unlimited":
        return None
    match = re.fullmatch(r"([0-9]{1,9}) per (minute|hour|day)", text.strip())
    if match is None or int(match[1]) < 1:
        raise ValueError
    return Rate(int(match[1]), _UNITS[match[2]], match[2])


def _parse_growth(text: str) -> tuple[tuple[int, int], ...]:
    """Return pairs of points and factors, which both grow."""
    if text.strip() == "no":
        return ()
    steps = []
    for step in text.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,6})\s*:\s*([0-9]{1,4})\s*", step)
        if match is None:
            raise ValueError
        steps.append((int(match[1]), int(match[2])))
    before = (0, 1)
    for after in steps:
        if not (before[0] < after[0] and before[1] < after[1]):
            raise ValueError
        before = after
    return tuple(steps)


def _parse_duration(text: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,6}) (minute|hour|day)s?", text.strip())
    if match is None or int(match[1]) < 1:
        raise ValueError
    return int(match[1]) * _UNITS[match[2]]


def _parse_maximum(text: str) -> int | None:
    return None if text == "unlimited" else _parse_number(text, minimum=1)


def _parse_risk(text: str) -> int | None:
    if text != "never" and _parse_number(text) > MAX_RISK:
        raise ValueError
    return None if text == "never" else _parse_number(text)


def _parse_share(text: str) -> float:
    if not re.fullmatch(r"(0|1|[01]\.[0-9]{1,4})", text) or float(text) > 1:
        raise ValueError
    return float(text)


def _parse_boolean(text: str) -> bool:
    if (value := _TRUTH.get(text.lower())) is None:
        raise ValueError
    return value


def _parse_size(text: str) -> int:
    match = re.fullmatch(
        r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([KMG]?)B?", text.strip(), re.IGNORECASE
    )
    if match is None:
        raise ValueError
    return int(float(match[1]) * 1000 ** " KMG".index(match[2].upper() or " "))


def _parse_number(text: str, minimum: int = 0) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < minimum:
        raise ValueError
    return int(text)


def _parse_names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[,\s]+", text) if name)


def _parse_programs(text: str) -> tuple[Path, ...]:
    return tuple(_parse_folder(part) for part in re.split(r"[,\s]+", text) if part)


def _parse_folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _parse_site_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError
    return text.rstrip("/")


def _parse_index_url(text: str) -> str:
    parts = urlsplit(text)
    is_url = parts.scheme in {"http", "https"} and parts.hostname and not parts.fragment
    if text and (not is_url or len(text) > MAX_URL):
        raise ValueError
    return text


def _parse_email_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"console", "smtp", "smtps"} or (
        parts.scheme != "console" and not parts.hostname
    ):
        raise ValueError
    with suppress(ValueError):
        _ = parts.port
        return text
    raise InvalidSetting("port")


def _parse_contact(text: str) -> str:
    if not text:
        return text
    if re.fullmatch(r"[^@\s:/]+@[^@\s:/]+", text):
        text = f"mailto:{text}"
    if not re.fullmatch(r"(?:mailto:[^@\s]+@[^@\s]+|tel:[+0-9-]+|https://[^\s/]+\S*)", text):
        raise ValueError
    return text


def _from_text(parse: Callable[[str], Any]) -> BeforeValidator:
    """Return the validator that parses the text of a variable, or of a default."""
    return BeforeValidator(parse)


Boolean = Annotated[
    bool,
    _from_text(_parse_boolean),
    Expected("yes or no (also 1, 0, true, false, on, off)"),
]
Size = Annotated[int, _from_text(_parse_size), Expected("a size such as 200 MB or 1.5 GB")]
Count = Annotated[int, _from_text(_parse_number), Expected("a whole number, 0 or more")]
PositiveCount = Annotated[
    int,
    _from_text(lambda text: _parse_number(text, minimum=1)),
    Expected("a whole number, 1 or more"),
]
Maximum = Annotated[
    int | None, _from_text(_parse_maximum), Expected("a whole number, 1 or more, or unlimited")
]
RiskLimit = Annotated[
    int | None, _from_text(_parse_risk), Expected("a risk from 0 to 100, or never")
]
Share = Annotated[float, _from_text(_parse_share), Expected("a number from 0 to 1, such as 0.8")]
Quota = Annotated[
    Rate | None,
    NoDecode,
    _from_text(_parse_rate),
    Expected("a number per minute, hour or day, such as 100 per day, or unlimited"),
]
Growth = Annotated[
    tuple[tuple[int, int], ...],
    NoDecode,
    _from_text(_parse_growth),
    Expected("numbers of approved versions with a factor, both growing, such as 1: 2, 5: 4, or no"),
]
Duration = Annotated[
    timedelta,
    _from_text(_parse_duration),
    Expected("a number of minutes, hours or days, such as 30 days"),
]
Names = Annotated[
    tuple[str, ...],
    NoDecode,
    _from_text(_parse_names),
    Expected("names separated by commas or spaces"),
]
Programs = Annotated[
    tuple[Path, ...],
    NoDecode,
    _from_text(_parse_programs),
    Expected("paths of programs separated by commas or spaces", "/opt/blender-5.3/blender"),
]
Text = Annotated[str, Expected("any text")]
Folder = Annotated[Path, _from_text(_parse_folder), Expected("the path of a folder")]
OptionalFile = Annotated[
    Path | None,
    _from_text(lambda text: _parse_folder(text) if text else None),
    Expected("the path of a file", "/var/log/extery.log"),
]
OptionalFolder = Annotated[
    Path | None,
    _from_text(lambda text: _parse_folder(text) if text else None),
    Expected("the path of a folder", "/srv/extery-rules"),
]
SiteUrl = Annotated[
    str,
    _from_text(_parse_site_url),
    Expected("http(s)://host with an optional port and no path", "https://extensions.example.org"),
]
IndexUrl = Annotated[
    str,
    _from_text(_parse_index_url),
    Expected("the http(s) URL of a package index", "https://pypi.org/simple/"),
]
ContactUrl = Annotated[
    str,
    _from_text(_parse_contact),
    Expected("an e-mail address or an https URL", "security@example.org"),
]
EmailUrl = Annotated[
    str,
    _from_text(_parse_email_url),
    Expected("console:, smtp://user:password@host:port or smtps://…"),
]
Database = Annotated[
    DatabaseAddress,
    NoDecode,
    _from_text(DatabaseAddress.parse),
    Expected(
        "postgresql://user:password@host:port/name, postgresql:///name?host=/folder/of/socket "
        "or sqlite:///path",
        "postgresql://extery:secret@localhost/extery",
    ),
]
Storage = Annotated[
    StorageAddress,
    NoDecode,
    _from_text(StorageAddress.parse),
    Expected(
        "s3://bucket/prefix?endpoint=https://host:port&region=name&addressing=path&timeout=seconds",
        "s3://extery/site?endpoint=https://s3.example.org&region=eu-central-1",
    ),
]
OptionalClamd = Annotated[
    ClamdAddress | None,
    NoDecode,
    _from_text(lambda text: ClamdAddress.parse(text) if text else None),
    Expected("unix:/path/of/socket or tcp://host:port", "unix:/run/clamav/clamd.ctl"),
]
