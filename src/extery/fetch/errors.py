"""Translate exceptions of the HTTP library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from extery.core.errors import InvalidInput, Refused, Unavailable
from extery.fetch.addresses import printable, redact_url
from extery.fetch.retry import TransientError


def stopped_error() -> Unavailable:
    return Unavailable.of("fetch.stopped", "the transfer was stopped", hint="start it again")


@contextmanager
def translate_errors(url: str) -> Iterator[None]:
    """Raise exceptions of the HTTP library in the block as `ExteryError` about ``url``."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise TransientError.of(
            "fetch.time-out",
            f"{redact_url(url)} did not respond in time",
            hint="check the address and your connection, or try again later",
        ) from error
    # ValueError comes from urljoin, and from host names that cannot be encoded.
    except (
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        httpx.LocalProtocolError,
        ValueError,
    ) as error:
        raise InvalidInput.of(
            "fetch.url",
            f"{redact_url(url)} cannot be requested: {printable(str(error))}",
            hint="check the address",
        ) from error
    except httpx.TransportError as error:
        text = printable(str(error))
        if "CERTIFICATE" in text:
            raise Refused.of(
                "fetch.certificate",
                f"{redact_url(url)} has no valid certificate: {text}",
                hint="check the address; to trust a certificate of your own, set SSL_CERT_FILE",
            ) from error
        raise TransientError.of(
            "fetch.unreachable",
            f"the connection to {redact_url(url)} failed: {text or type(error).__name__}",
            hint="check the address and your connection, or try again later",
        ) from error
