"""What a stream can show: colour, width, and lines that are rewritten."""

from __future__ import annotations

import os
from typing import TextIO

#: Width of text that goes to a file or pipe.
DEFAULT_WIDTH = 100
MIN_WIDTH = 40
MAX_WIDTH = 500


def uses_color(stream: TextIO | None) -> bool:
    """Whether to write colour to ``stream``.

    NO_COLOR wins, then FORCE_COLOR and CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb; else terminals get colour.
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
    """Whether ``stream`` is a terminal that understands cursor movements."""
    if os.environ.get("TERM") == "dumb" or stream is None:
        return False
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def width_of(stream: TextIO | None) -> int:
    """The number of columns to use: COLUMNS, else that of the terminal, else `DEFAULT_WIDTH`."""
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdigit() and len(columns) < 6 else 0
    if not width and stream is not None:
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError, AttributeError):
            width = 0
    return min(max(width or DEFAULT_WIDTH, MIN_WIDTH), MAX_WIDTH)


def printable(text: str) -> str:
    """Return the text in one line that does nothing to a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
