"""Limits that are enforced while the body of a response is read: length, speed and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from extery.core.errors import Corrupt
from extery.fetch.addresses import redact_url
from extery.fetch.deadline import Deadline
from extery.fetch.http_errors import translate_errors
from extery.fetch.response import Response
from extery.fetch.retry import RetryPolicy, TransientError


def limit_body(
    response: Response,
    *,
    policy: RetryPolicy,
    deadline: Deadline,
    checkpoint: Callable[[], None],
) -> Response:
    """Return the response with a body that raises an `ExteryError` when it exceeds a limit.

    The limits are Content-Length, the minimum speed and the deadline. ``checkpoint`` is called for each block,
    and may raise to stop.
    """
    return replace(response, blocks=_limited_blocks(response, policy, deadline, checkpoint))


def _limited_blocks(
    response: Response, policy: RetryPolicy, deadline: Deadline, checkpoint: Callable[[], None]
) -> Iterator[bytes]:
    url, length = response.url, response.length
    started, received = time.monotonic(), 0
    with _translate_until(deadline, url):
        for block in response.blocks:
            received += len(block)
            checkpoint()
            deadline.check(url)
            if length is not None and received > length:
                raise Corrupt.of(
                    "fetch.too-long", variant="length", url=redact_url(url), length=length
                )
            if policy.is_too_slow(time.monotonic() - started, received):
                raise TransientError.of(
                    "fetch.time-out", variant="speed", url=redact_url(url), speed=policy.min_speed
                )
            yield block


@contextmanager
def _translate_until(deadline: Deadline, url: str) -> Iterator[None]:
    """Translate errors of the HTTP library; after the deadline, which closes connections, raise its error."""
    try:
        with translate_errors(url):
            yield
    except TransientError as error:
        if deadline.is_over:
            raise deadline.error(url) from error
        raise
