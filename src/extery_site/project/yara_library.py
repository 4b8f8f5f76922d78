"""The library that the setting ``EXTERY_YARA_RULES`` needs, an extra of its own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from extery.core.errors import Unavailable, Where


def require_for(rules: Path | None) -> None:
    """Raise `Unavailable` if there are to be rules, in a folder or file, and yara-x is not installed."""
    if rules is not None and find_spec("yara_x") is None:
        where = Where("environment", ("EXTERY_YARA_RULES",))
        raise Unavailable.of("usage.yara-missing", where=where, rules=str(rules))
