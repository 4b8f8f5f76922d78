"""Brotli is optional: tests begin without it, and those about it put it back."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def _without_brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
