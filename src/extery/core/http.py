"""Content negotiation: the header ``Accept-Encoding``."""

from __future__ import annotations


def accepts(header: str, encoding: str) -> bool:
    """Return whether ``Accept-Encoding`` allows an encoding.

    Unlike in RFC 9110 an absent header allows none, because Blender does not decode responses.
    """
    weights = {}
    for item in header.lower().split(","):
        token, _, parameter = item.strip().partition(";")
        _, _, weight = parameter.partition("=")
        try:
            weights[token.strip()] = float(weight) if weight else 1.0
        except ValueError:
            weights[token.strip()] = 0.0
    return weights.get(encoding, weights.get("*", 0.0)) > 0
