"""Tests without Brotli, which is optional."""

from __future__ import annotations

import sys
from functools import cache

import pytest

from extery.fetch import decoding


def hide_brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let imports of Brotli fail until the test ends.

    With the `monkeypatch` of the test, so that all that the test itself patches is restored in the right order,
    and with a cache of its own, so that nothing remembers that Brotli was missing.
    """
    monkeypatch.setitem(sys.modules, "brotli", None)
    monkeypatch.setattr(decoding, "_brotli", cache(decoding._brotli.__wrapped__))
