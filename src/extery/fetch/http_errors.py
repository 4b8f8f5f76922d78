"""Translate exceptions of the HTTP library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from extery.core.errors import InvalidInput, Refused, Unavailable
from extery.fetch.addresses import redact_url, sanitize_text
from extery.fetch.retry import TransientError


def stopped_error() -> Unavailable:
    """Return the error of a transfer that `Fetcher.stop` ended."""
    return Unavailable.of("fetch.stopped")


@contextmanager
def translate_errors(url: str) -> Iterator[None]:
    """Raise exceptions of the HTTP library in the block as `ExteryError` about ``url``."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise TransientError.of("fetch.time-out", url=redact_url(url)) from error
    # ValueError comes from urljoin, and from host names that cannot be encoded.
    except (
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        httpx.LocalProtocolError,
        ValueError,
    ) as error:
        raise InvalidInput.of(
            "fetch.url", variant="request", url=redact_url(url), reason=sanitize_text(str(error))
        ) from error
    except httpx.TransportError as error:
        # The number of the operating system's error says nothing to a reader.
        text = re.sub(r"^\[Errno -?\d+\] ", "", str(error))
        reason = sanitize_text(text) or type(error).__name__
        if "CERTIFICATE" in reason:
            raise Refused.of("fetch.certificate", url=redact_url(url), reason=reason) from error
        raise TransientError.of("fetch.unreachable", url=redact_url(url), reason=reason) from error
