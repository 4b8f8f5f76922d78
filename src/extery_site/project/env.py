"""The settings of a site, as one table: read from the environment, printed as a reference page.

Knows nothing of Django; `extery_site.project.settings` turns the values into Django's settings.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from extery.core.errors import InvalidInput, ProblemList, Where

PREFIX = "EXTERY_"
#: Left alone: what the test suite and the toolkit's own commands read.
FOREIGN = frozenset({"EXTERY_CACHE", "EXTERY_CORPUS", "EXTERY_REQUIRE"})
FOREIGN_PREFIXES = ("EXTERY_TEST_", "EXTERY_CLIENT_")


class Kind(NamedTuple):
    """How the text of a variable becomes a value."""

    name: str
    expected: str
    parse: Callable[[str], Any]


_TRUTH = {"1": True, "true": True, "yes": True, "on": True}
_TRUTH |= {"0": False, "false": False, "no": False, "off": False}


def _boolean(text: str) -> bool:
    return _TRUTH[text.lower()]


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]?)B?", text.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError(text)
    return int(float(match[1]) * 1000 ** " KMG".index(match[2].upper() or " "))


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _positive(text: str) -> int:
    if not (number := _number(text)):
        raise ValueError(text)
    return number


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,\s]+", text) if word)


def _site_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError(text)
    return text.rstrip("/")


def _email_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"console", "smtp", "smtps"} or (
        parts.scheme != "console" and not parts.hostname
    ):
        raise ValueError(text)
    return text


TEXT = Kind("text", "any text", str)
YES_NO = Kind("yes or no", "yes or no (also 1, 0, true, false, on, off)", _boolean)
SIZE = Kind("size", "a size such as 200 MB or 1.5 GB", _size)
NUMBER = Kind("number", "a whole number, 0 or more", _number)
POSITIVE = Kind("number", "a whole number, 1 or more", _positive)
WORDS = Kind("list", "names separated by commas or blanks", _words)
FOLDER = Kind("folder", "the path of a folder", lambda text: Path(text).expanduser().absolute())
SITE_URL = Kind("address", "http(s)://host with an optional port and no path", _site_url)
EMAIL_URL = Kind("address", "console:, smtp://user:password@host:port or smtps://…", _email_url)


def _one_of(*choices: str) -> Kind:
    return Kind("one of", " or ".join(choices), lambda text: choices[choices.index(text)])


class Setting(NamedTuple):
    """A row of the table."""

    name: str
    kind: Kind
    default: str
    meaning: str


SETTINGS = (
    Setting("EXTERY_DATA", FOLDER, "var", "Folder for the database, packages, images and keys."),
    Setting(
        "EXTERY_SITE_URL",
        SITE_URL,
        "",
        "Address of the site as others see it, for links and listings; "
        "without it the address of each request is used.",
    ),
    Setting("EXTERY_SITE_NAME", TEXT, "Extery", "Name of the site, in titles and e-mails."),
    Setting(
        "EXTERY_ALLOWED_HOSTS",
        WORDS,
        "localhost 127.0.0.1 [::1]",
        "Host names that the site answers to, besides that of EXTERY_SITE_URL; * for any.",
    ),
    Setting(
        "EXTERY_SECRET_KEY",
        TEXT,
        "",
        "Key that signs sessions; without it one is made in the data folder.",
    ),
    Setting(
        "EXTERY_DEBUG",
        YES_NO,
        "no",
        "Show details of errors in the browser and serve static files unprepared; "
        "never on a public site.",
    ),
    Setting(
        "EXTERY_PROXIES",
        NUMBER,
        "0",
        "How many reverse proxies stand before the site; with 1 or more their "
        "X-Forwarded-For and X-Forwarded-Proto are believed.",
    ),
    Setting("EXTERY_MAX_UPLOAD", SIZE, "200 MB", "Largest package that may be uploaded."),
    Setting("EXTERY_MAX_IMAGE", SIZE, "10 MB", "Largest image that may be uploaded."),
    Setting(
        "EXTERY_RESERVED_IDS",
        WORDS,
        "test_extension",
        "Extension ids that nobody may publish, besides those of deleted extensions.",
    ),
    Setting("EXTERY_SIGN_UP", YES_NO, "yes", "Whether anybody may create an account."),
    Setting(
        "EXTERY_EMAIL_VERIFICATION",
        _one_of("none", "optional", "mandatory"),
        "none",
        "Whether people must confirm their e-mail address before they sign in.",
    ),
    Setting(
        "EXTERY_EMAIL",
        EMAIL_URL,
        "console:",
        "Server that sends e-mails; console: prints them where the site runs.",
    ),
    Setting("EXTERY_EMAIL_FROM", TEXT, "Extery <extery@localhost>", "Sender of the e-mails."),
    Setting("EXTERY_RATE_LIMITS", YES_NO, "yes", "Limit how often one may sign in or sign up."),
    Setting("EXTERY_THREADS", POSITIVE, "32", "Requests that the server answers at once."),
)


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Every setting's value, from ``environ`` or its default.

    Raises `InvalidInput` that names every unknown variable and every bad value at once.
    """
    known = {setting.name for setting in SETTINGS}
    values: dict[str, Any] = {}
    with ProblemList().raising(InvalidInput) as problems:
        for name in sorted(environ):
            if name.startswith(PREFIX) and name not in known and not _is_foreign(name):
                problems.add(
                    "setting.unknown",
                    f"there is no setting {name}",
                    hint=_nearest(name, known),
                    where=Where("environment", (name,)),
                )
        for setting in SETTINGS:
            text = environ.get(setting.name, setting.default)
            try:
                values[setting.name] = setting.kind.parse(text)
            except (ValueError, KeyError):
                problems.add(
                    "setting.bad-value",
                    f"{setting.name} is {text!r}, expected {setting.kind.expected}",
                    hint=f"the default is {setting.default!r}",
                    where=Where("environment", (setting.name,)),
                )
    return values


def _is_foreign(name: str) -> bool:
    return name in FOREIGN or name.startswith(FOREIGN_PREFIXES)


def _nearest(name: str, known: set[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else "the settings page lists all of them"


def reference() -> str:
    """The settings as a Markdown table, for the reference page."""
    lines = ["| Variable | Value | Default | Meaning |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        lines.append(
            f"| `{setting.name}` | {setting.kind.expected} | {default} | {setting.meaning} |"
        )
    return "\n".join(lines) + "\n"


def prepare_data_folder(data: Path) -> None:
    """Make the data folder and, on first start, the secret key in it (readable by us only)."""
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
