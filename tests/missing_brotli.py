"""Tests without Brotli, which is optional."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from extery.fetch import decoding


@contextmanager
def without_brotli() -> Iterator[None]:
    """Let imports of Brotli fail in the block; it is there again before anything remembers that it was not."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "brotli", None)
        decoding._brotli.cache_clear()
        yield
    decoding._brotli.cache_clear()
