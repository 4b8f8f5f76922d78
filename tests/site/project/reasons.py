"""Messages of settings that cannot be parsed."""

from __future__ import annotations

from extery.core.errors import Problem
from extery_site.project.invalid_setting import InvalidSetting


def reason(error: ValueError) -> str:
    """Return the message of ``setting.bad-value`` for the error of a parser."""
    if not isinstance(error, InvalidSetting):
        return str(error)
    own = {"name": "EXTERY_X", "value": "", "expected": "", "example": ""}
    return Problem.of(
        "setting.bad-value", variant=error.variant, **own, **error.values
    ).message.removeprefix("EXTERY_X is '': ")
