"""The errors of the HTTP library as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from extery.core.errors import InvalidInput, Refused, Unavailable
from extery.fetch.addresses import printable, redact_url
from extery.fetch.retry import TransientError


def stopped() -> Unavailable:
    return Unavailable.of("fetch.stopped", "the transfer was stopped", hint="start it again")


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Raise what the block raises as an `ExteryError` about ``url``."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise TransientError.of(
            "fetch.time-out",
            f"{redact_url(url)} does not answer in time",
            hint="check the address and your connection, or try again later",
        ) from error
    # ValueError comes from urljoin, and from names of hosts that cannot be written down.
    except (
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        httpx.LocalProtocolError,
        ValueError,
    ) as error:
        raise InvalidInput.of(
            "fetch.url",
            f"{redact_url(url)} cannot be asked for: {printable(str(error))}",
            hint="check the address",
        ) from error
    except httpx.TransportError as error:
        text = printable(str(error))
        if "CERTIFICATE" in text:
            raise Refused.of(
                "fetch.certificate",
                f"{redact_url(url)} cannot prove who it is: {text}",
                hint="check the address; for a certificate of your own set SSL_CERT_FILE",
            ) from error
        raise TransientError.of(
            "fetch.unreachable",
            f"the connection to {redact_url(url)} failed: {text or type(error).__name__}",
            hint="check the address and your connection, or try again later",
        ) from error
