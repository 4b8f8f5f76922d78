"""Fixtures of the tests of weaknesses."""

from __future__ import annotations

from tests.client.weaknesses.computer import computer

__all__ = ["computer"]
