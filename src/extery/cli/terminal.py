"""Capabilities of an output stream: whether it gets colour, width and cursor movement.

Which colours there are: `extery.cli.output.styles`.
"""

from __future__ import annotations

import os
from typing import TextIO

#: Width of text written to a file or pipe.
DEFAULT_WIDTH = 100
MIN_WIDTH = 40
MAX_WIDTH = 500


def uses_color(stream: TextIO | None) -> bool:
    """Return whether to write colour to ``stream``.

    In order of precedence: NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb; without these,
    terminals get colour.
    """
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    forced = [environment.get(name, "") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")]
    if any(value not in ("", "0") for value in forced):
        return True
    if environment.get("FORCE_COLOR") == "0" or environment.get("CLICOLOR") == "0":
        return False
    return is_interactive(stream)


def is_interactive(stream: TextIO | None) -> bool:
    """Return whether ``stream`` is a terminal that supports cursor movement."""
    if os.environ.get("TERM") == "dumb" or stream is None:
        return False
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def width_of(stream: TextIO | None) -> int:
    """Return the number of columns: COLUMNS, or the width of the terminal, or `DEFAULT_WIDTH`."""
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdigit() and len(columns) < 6 else 0
    if not width and stream is not None:
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError, AttributeError):
            width = 0
    return min(max(width or DEFAULT_WIDTH, MIN_WIDTH), MAX_WIDTH)


def printable(text: str) -> str:
    """Return the text with control characters and line breaks escaped."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
