"""How many uploads of an account a web process checks at the same time.

Checking an upload occupies a thread of the process, and an account may use many client addresses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings

from extery.core.errors import Refused

#: Seconds after which a refused client should try again; most uploads are checked in less.
RETRY_AFTER = 10
_lock = Lock()
_numbers: Counter[int] = Counter()


@contextmanager
def upload_of(account: int, *, address: str | None) -> Iterator[None]:
    """Count an upload of an account while it is checked; raises `Refused` for one too many.

    ``address`` is that of `extery_site.quotas.usage.use_quota`.
    """
    limit: int | None = settings.EXTERY_UPLOADS_AT_ONCE_PER_ACCOUNT
    if address is None or limit is None:
        yield
        return
    with _lock:
        if _numbers[account] >= limit:
            raise Refused.of("quota.uploads-at-once", limit=limit, retry_after=RETRY_AFTER)
        _numbers[account] += 1
    try:
        yield
    finally:
        with _lock:
            _numbers[account] -= 1
            if not _numbers[account]:
                del _numbers[account]
