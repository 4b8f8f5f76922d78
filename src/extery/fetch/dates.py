"""The time by the clock of a server, to find out whether that of this computer is right."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

from extery.fetch.retry import DATE_ERRORS

_TIMEOUT = 5.0


def server_time(headers: Mapping[str, str]) -> float | None:
    """Return when a response was sent, in seconds since the epoch; ``None`` without a valid date.

    Header names are in lower case. A cache states the age of its answer.
    """
    age = headers.get("age", "0").strip()
    try:
        sent = parsedate_to_datetime(headers.get("date", "")).timestamp()
        return sent + (int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0)
    except DATE_ERRORS:
        return None


def unverified_server_time(url: str) -> float | None:
    """Return the time of a server whose certificate is not valid; nothing else of its answer is used, no token is sent."""
    try:
        with httpx.Client(verify=False, timeout=_TIMEOUT) as client:  # noqa: S501  only the date is read
            headers = client.head(url).headers
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError):
        return None
    return server_time({name.lower(): value for name, value in headers.items()})
