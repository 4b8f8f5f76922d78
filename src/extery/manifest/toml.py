"""Reading of any TOML with `tomllib`; text that is not TOML is a problem with a line and a column."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from extery.core.errors import ProblemList, Where

MAX_KEY_DOTS = 100
# Matches dotted keys, and strings and comments, whose dots do not count. A key begins at its first
# character only, and an unclosed string is matched to its end: the time is linear in the length of the text.
_DOTTED_OR_TEXT = re.compile(
    r"""((?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+)++)"""
    r"""|\"{3}(?:\\.|[^\\])*?(?:"{3,5}|\Z)|'{3}.*?(?:'{3,5}|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def parse_toml(text: str, problems: ProblemList, file: str) -> dict[str, Any] | None:
    """Return the table in ``text``, or ``None`` after adding a problem."""
    offset = find_dots(text)
    if offset is not None:
        where = Where(file, (), *_position(text, offset))
        problems.add("manifest.toml.syntax", where=where, variant="long-key", maximum=MAX_KEY_DOTS)
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, line, column = _parse_message(str(error), text)
        where = Where(file, (), line, column)
        variant = _variant(text.split("\n")[line - 1 : line])
        problems.add("manifest.toml.syntax", where=where, variant=variant, reason=reason)
    except ValueError:
        # Python limits the digits of a number, in Blender as well.
        problems.add("manifest.toml.syntax", where=Where(file, (), 1, 1), variant="long-number")
    except RecursionError:
        problems.add("manifest.toml.syntax", where=Where(file, (), 1, 1), variant="too-deep")
    return None


def find_dots(text: str) -> int | None:
    """Return the offset of the first key with more than `MAX_DOTS` dots.

    The parsing time of a key grows with the square of its dots.
    """
    for match in _DOTTED_OR_TEXT.finditer(text):
        if match[1] and match[1].count(".") > MAX_KEY_DOTS:
            return match.start()
    return None


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _parse_message(message: str, text: str) -> tuple[str, int, int]:
    """Split a message of `tomllib` into the reason, line and column."""
    match = _POSITION.search(message)
    if match is None:
        return message[:1].lower() + message[1:], 1, 1
    reason = message[:1].lower() + message[1 : match.start()]
    if match[1]:
        return reason, int(match[1]), int(match[2])
    lines = text.split("\n")
    return f"{reason} at the end of the file", len(lines), len(lines[-1]) + 1


def _variant(line: list[str]) -> str:
    """Return the variant of the hint for an invalid line."""
    if line and any(quote in line[0] for quote in "“”„’‘"):
        return "curly-quotes"
    return "backslash" if line and "\\" in line[0] else ""
