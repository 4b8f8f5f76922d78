"""How severe a vulnerability is: the level that its database states, or that of its CVSS 3 vector.

The base score follows section 7 of the specification of CVSS 3.1 (first.org/cvss/v3-1). Vectors of version 4 are not computed:
the databases that use them state a level too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

Level = Literal["unknown", "low", "medium", "high", "critical"]
LEVELS: tuple[Level, ...] = get_args(Level)

_NAMES: dict[str, Level] = {
    "LOW": "low",
    "MODERATE": "medium",
    "MEDIUM": "medium",
    "HIGH": "high",
    "CRITICAL": "critical",
}
#: Metric -> the weight of each value.
_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
#: The weights of privileges that a changed scope makes easier to use.
_CHANGED_PRIVILEGES = {"L": 0.68, "H": 0.5}
_MAX_VECTOR = 300


def level_of(stated: object, vectors: Iterable[Any]) -> Level:
    """Return the level that a database states (``HIGH``), else the highest of CVSS vectors; ``unknown`` without both."""
    if isinstance(stated, str) and stated.upper() in _NAMES:
        return _NAMES[stated.upper()]
    scores = [score for vector in vectors if (score := base_score(vector)) is not None]
    return level_of_score(max(scores)) if scores else "unknown"


def level_of_score(score: float) -> Level:
    """Return the level of a score from 0.0 to 10.0; no impact at all is low."""
    if score >= 9.0:
        return "critical"
    if score >= 7.0:
        return "high"
    return "medium" if score >= 4.0 else "low"


def highest(levels: Iterable[Level]) -> Level:
    return max(levels, key=LEVELS.index, default="unknown")


def base_score(vector: object) -> float | None:
    """Return the base score of a CVSS 3.0 or 3.1 vector; ``None`` for anything else.

    >>> base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
    9.8
    """
    if not isinstance(vector, str) or not vector.startswith("CVSS:3.") or len(vector) > _MAX_VECTOR:
        return None
    metrics = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    is_changed = metrics.get("S") == "C"
    try:
        weights = {name: values[metrics[name]] for name, values in _WEIGHTS.items()}
    except KeyError:
        return None
    if is_changed:
        weights["PR"] = _CHANGED_PRIVILEGES.get(metrics["PR"], weights["PR"])
    lost = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if is_changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weights["AV"] * weights["AC"] * weights["PR"] * weights["UI"]
    total = impact + exploitability
    return _round_up(min(1.08 * total if is_changed else total, 10.0))


def _round_up(value: float) -> float:
    """Round up to one decimal, in integers, so that 4.02 is 4.1 and 4.000001 is 4.0 on every machine."""
    number = round(value * 100_000)
    return number / 100_000 if number % 10_000 == 0 else (number // 10_000 + 1) / 10
