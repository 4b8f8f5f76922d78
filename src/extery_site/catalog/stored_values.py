"""Values of packages as the database can store them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from extery.core.errors import Problem


def without_nul(value: Any) -> Any:
    """Return a JSON value without NUL, infinity and NaN, which not every database can store."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key.replace("\x00", ""): without_nul(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def stored_problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems of a package as its row has them."""
    return [without_nul(problem.as_dict()) for problem in problems]
