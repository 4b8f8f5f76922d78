"""WhiteNoise's list of static files, made once for all test clients.

Each new `django.test.Client` loads the middleware, and WhiteNoise then asks for the size and time of every file of
every app: more work than the request of a typical test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from whitenoise.middleware import WhiteNoiseMiddleware


@contextmanager
def static_files_once() -> Iterator[None]:
    """List the files of the apps at the first use of each prefix; those in ``STATIC_ROOT`` are still listed each time."""
    known: dict[str, dict[str, Any]] = {}
    add_files = WhiteNoiseMiddleware.add_files_from_finders

    def add_known_files(self: WhiteNoiseMiddleware) -> None:
        prefix = self.static_prefix
        if prefix not in known:
            own, self.files = self.files, {}
            add_files(self)
            known[prefix], self.files = self.files, own
        self.files.update(known[prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_known_files)
        yield
