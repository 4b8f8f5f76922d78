"""The website's settings as one model: read from the environment, printed as a reference page.

Knows nothing of Django; `extery_site.project.settings` turns the values into Django's settings.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from extery.core.errors import InvalidInput, ProblemList, Where
from extery_site.project.database import DatabaseAddress, redact
from extery_site.project.storage_address import StorageAddress

PREFIX = "EXTERY_"
#: Variables of the test suite and of the toolkit's own commands.
FOREIGN = frozenset({"EXTERY_CACHE", "EXTERY_CORPUS", "EXTERY_REQUIRE"})
FOREIGN_PREFIXES = ("EXTERY_TEST_", "EXTERY_CLIENT_")
_TRUTH = {"1": True, "true": True, "yes": True, "on": True}
_TRUTH |= {"0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class Expected:
    """What a setting's text must look like, and an example where the default is none."""

    text: str
    example: str = ""


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


def _parse_email_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"console", "smtp", "smtps"} or (
        parts.scheme != "console" and not parts.hostname
    ):
        raise ValueError
    with suppress(ValueError):
        _ = parts.port
        return text
    raise ValueError("the port is not a number up to 65535")


def _from_text(parse: Callable[[str], Any]) -> BeforeValidator:
    """Parse the text of a variable; a default is a text as well."""
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
Names = Annotated[
    tuple[str, ...],
    NoDecode,
    _from_text(_parse_names),
    Expected("names separated by commas or blanks"),
]
Text = Annotated[str, Expected("any text")]
Folder = Annotated[Path, _from_text(_parse_folder), Expected("the path of a folder")]
SiteUrl = Annotated[
    str,
    _from_text(_parse_site_url),
    Expected("http(s)://host with an optional port and no path", "https://extensions.example.org"),
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


def _setting(*, default: str, description: str, secret: bool = False) -> Any:
    """A field whose default is text, as in the environment; a secret is left out of ``repr``."""
    return Field(default=default, description=description, repr=not secret)


class SiteSettings(BaseSettings):
    """Each field is the variable ``EXTERY_`` and the name in capitals; defaults are as typed."""

    model_config = SettingsConfigDict(
        alias_generator=lambda name: f"{PREFIX}{name.upper()}",
        case_sensitive=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
    )

    data: Folder = _setting(
        default="var", description="Folder for the database, packages, images and keys."
    )
    database: Database = _setting(
        default="",
        description="Address of the database; without it an SQLite file in the data folder. "
        "PostgreSQL needs the extra extery[postgres]; parameters of libpq such as sslmode may "
        "follow as a query, special characters in the password are percent-encoded.",
    )
    storage: Storage = _setting(
        default="",
        description="Where packages and images are stored; without it in the folder media of the "
        "data folder. An S3 server needs the extra extery[s3]; the prefix and all parameters may "
        "be left out; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from "
        "where else boto3 finds them.",
    )
    site_url: SiteUrl = _setting(
        default="",
        description="Address of the site as others see it, for links and listings; "
        "without it the address of each request is used.",
    )
    site_name: Text = _setting(
        default="Extery", description="Name of the site, in titles and e-mails."
    )
    allowed_hosts: Names = _setting(
        default="localhost 127.0.0.1 [::1]",
        description="Host names that the site answers to, besides that of EXTERY_SITE_URL; "
        "* for any.",
    )
    secret_key: Text = _setting(
        default="",
        secret=True,
        description="Key that signs sessions; without it one is made in the data folder.",
    )
    debug: Boolean = _setting(
        default="no",
        description="Show details of errors in the browser and serve static files unprepared; "
        "never on a public site.",
    )
    proxies: Count = _setting(
        default="0",
        description="How many reverse proxies stand before the site; with 1 or more their "
        "X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    max_upload: Size = _setting(
        default="200 MB", description="Largest package that may be uploaded."
    )
    max_image: Size = _setting(default="10 MB", description="Largest image that may be uploaded.")
    reserved_ids: Names = _setting(
        default="test_extension",
        description="Extension ids that cannot be published, besides those of deleted extensions.",
    )
    sign_up: Boolean = _setting(
        default="yes", description="Whether visitors may create an account."
    )
    email_verification: Annotated[
        Literal["none", "optional", "mandatory"], Expected("none or optional or mandatory")
    ] = _setting(
        default="none",
        description="Whether people must confirm their e-mail address before they sign in.",
    )
    email: EmailUrl = _setting(
        default="console:",
        secret=True,
        description="Server that sends e-mails; console: prints them where the site runs.",
    )
    email_from: Text = _setting(
        default="Extery <extery@localhost>", description="Sender of the e-mails."
    )
    rate_limits: Boolean = _setting(
        default="yes", description="Limit how often one may sign in or sign up."
    )
    threads: PositiveCount = _setting(
        default="32", description="Requests that the server answers at once."
    )


def fields() -> dict[str, FieldInfo]:
    """The fields of `SiteSettings` by the names of their variables."""
    return {str(info.alias): info for info in SiteSettings.model_fields.values()}


def load() -> SiteSettings:
    """Read all settings from the environment or their defaults.

    Raises `InvalidInput` that names every unknown variable and every bad value at once.
    """
    known = fields()
    with ProblemList().raising(InvalidInput) as problems:
        for name in sorted(os.environ):
            if name.startswith(PREFIX) and name not in known and not _is_foreign(name):
                _add_unknown(problems, name, known)
        try:
            settings = SiteSettings()
        except ValidationError as error:
            for item in error.errors(include_url=False):
                _add_bad_value(problems, str(item["loc"][0]), item.get("ctx", {}).get("error"))
    return settings


def _add_bad_value(problems: ProblemList, name: str, error: Exception | None) -> None:
    field = fields()[name]
    expected = _expected(field)
    reason = {"variant": "reason", "reason": str(error)} if error and str(error) else {}
    problems.add(
        "setting.bad-value",
        where=Where("environment", (name,)),
        name=name,
        value=redact(os.environ.get(name, field.default)),
        expected=expected.text,
        example=field.default or expected.example,
        **reason,
    )


def _expected(field: FieldInfo) -> Expected:
    return next(item for item in field.metadata if isinstance(item, Expected))


def _is_foreign(name: str) -> bool:
    return name in FOREIGN or name.startswith(FOREIGN_PREFIXES)


def _add_unknown(problems: ProblemList, name: str, known: dict[str, FieldInfo]) -> None:
    from difflib import get_close_matches

    where = Where("environment", (name,))
    similar = get_close_matches(name, known, n=1)
    if similar:
        problems.add(
            "setting.unknown", where=where, variant="similar", name=name, similar=similar[0]
        )
    else:
        problems.add("setting.unknown", where=where, name=name)


def reference() -> str:
    """The settings as a Markdown table, for the reference page."""
    lines = ["| Variable | Value | Default | Meaning |", "| --- | --- | --- | --- |"]
    for name, field in fields().items():
        default = f"`{field.default}`" if field.default else ""
        lines.append(f"| `{name}` | {_expected(field).text} | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def prepare_data_folder(data: Path) -> None:
    """Create the data folder and, on first start, the secret key in it (readable by us only)."""
    for name in ("media", "static"):
        (data / name).mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(data / "secret-key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))


def secret_key(data: Path, configured: str = "") -> str:
    """The configured key, else that of the data folder, else one for this process only.

    The last is for commands that run before a data folder exists, such as ``check``.
    """
    if configured:
        return configured
    with suppress(FileNotFoundError):
        if key := (data / "secret-key").read_text(encoding="ascii"):
            return key
    return secrets.token_urlsafe(50)
