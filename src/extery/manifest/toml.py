"""TOML that is more than plain: read by `tomllib`; what is not TOML is a problem with a place."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from extery.core.errors import ProblemList, Where

_MOST_DOTS = 100
# The first sign has none of its kind before it: else a name of a million letters takes an hour.
# Dots in texts and comments are no dots of a key. Each alternative takes what it has looked at, also
# where it is not closed, so that the time grows with the length of the text.
_DOTTED_OR_TEXT = re.compile(
    r"""((?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+)++)"""
    r"""|\"{3}(?:\\.|[^\\])*?(?:"{3,5}|\Z)|'{3}.*?(?:'{3,5}|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(text: str, problems: ProblemList, file: str) -> dict[str, Any] | None:
    """The table in ``text``; ``None`` with a problem noted if there is none to be had."""
    too_long = find_dots(text)
    if too_long is not None:
        problems.add(
            "manifest.toml.syntax",
            f"a key has more than {_MOST_DOTS} dots",
            hint="a manifest needs no more than two levels",
            where=Where(file, (), *_place_of(text, too_long)),
        )
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line, column = _place_in(str(error), text)
        problems.add(
            "manifest.toml.syntax",
            f"the manifest is not valid TOML: {message}",
            hint=_syntax_hint(text.split("\n")[line - 1 : line]),
            where=Where(file, (), line, column),
        )
    except ValueError:
        # Python's limit on the digits of a number, which Blender runs into as well.
        problems.add(
            "manifest.toml.syntax",
            "the manifest has a number with thousands of digits",
            hint="put it in quotes, or remove it",
            where=Where(file, (), 1, 1),
        )
    except RecursionError:
        problems.add(
            "manifest.toml.syntax",
            "the manifest is nested too deeply to be read",
            hint="a manifest needs no more than two levels",
            where=Where(file, (), 1, 1),
        )
    return None


def find_dots(text: str) -> int | None:
    """Where a key begins that would keep the parser busy: its time grows with their square."""
    for piece in _DOTTED_OR_TEXT.finditer(text):
        if piece[1] and piece[1].count(".") > _MOST_DOTS:
            return piece.start()
    return None


def _place_of(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _place_in(message: str, text: str) -> tuple[str, int, int]:
    match = _TOML_PLACE.search(message)
    if match is None:
        return message[:1].lower() + message[1:], 1, 1
    message = message[:1].lower() + message[1 : match.start()]
    if match[1]:
        return message, int(match[1]), int(match[2])
    lines = text.split("\n")
    return f"{message} at the end of the file", len(lines), len(lines[-1]) + 1


def _syntax_hint(line: list[str]) -> str:
    if line and any(quote in line[0] for quote in "“”„’‘"):
        return "use straight quotes: \" or '"
    if line and "\\" in line[0]:
        return "a backslash begins an escape in double quotes: use / or single quotes"
    return "texts stand in quotes, lists in [ ], and each field in a line of its own"
