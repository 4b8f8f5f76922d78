"""What a client takes, as it says in the header ``Accept-Encoding``."""

from __future__ import annotations


def accepts(header: str, encoding: str) -> bool:
    """Whether the header takes the encoding; nothing said is a no, as Blender means it."""
    weights = {}
    for item in header.lower().split(","):
        token, _, parameter = item.strip().partition(";")
        _, _, weight = parameter.partition("=")
        try:
            weights[token.strip()] = float(weight) if weight else 1.0
        except ValueError:
            weights[token.strip()] = 0.0
    return weights.get(encoding, weights.get("*", 0.0)) > 0
