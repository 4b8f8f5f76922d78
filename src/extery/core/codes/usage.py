"""Codes of usage."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {}
