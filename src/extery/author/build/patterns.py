"""Matching of paths with `paths_exclude_pattern`, in the same way as Blender.

The patterns look like those of a .gitignore. These differences decide which files are packed, and
tests compare them with Blender's own matcher:

- a pattern without a leading ``/`` matches at any depth, also with a ``/`` inside;
- ``!pattern`` always wins: later patterns cannot exclude the path again;
- only a leading ``\\!`` is an escape, ``#`` does not start a comment, and spaces are significant.

Blender's tool crashes on the pattern ``**``. Here it matches nothing, like every pattern without a
name, and the build reports it as an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ANY_FOLDERS = "**"
# Replaces each "/" of a path except a trailing one, as in Blender (so a pattern with a line break matches
# folders): "*" and "?" then match inside a name only, a negated class also matches the separator, and none
# of them matches a trailing "/".
_BETWEEN = "\n"
_CHAR = f"[^{_BETWEEN}]"


class PathPatterns:
    """A list of patterns for paths relative to the source folder, with ``/`` between names."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._excluding: list[tuple[re.Pattern[str], str]] = []
        self._including: list[re.Pattern[str]] = []
        for pattern in patterns:
            regex = compile_pattern(pattern.lstrip("!"))
            if regex is None:
                continue
            if pattern.startswith("!"):
                self._including.append(regex)
            else:
                self._excluding.append((regex, pattern))

    def excludes(self, path: str) -> bool:
        """Return whether ``path`` is excluded; paths of folders end with ``/``.

        Callers skip everything below an excluded folder, so ``!pattern`` cannot include files in it.
        """
        return self.excluding(path) is not None

    def excluding(self, path: str) -> str | None:
        """Return the first pattern that excludes ``path``, ``None`` if it is not excluded."""
        marked = path[:-1].replace("/", _BETWEEN) + path[-1:]
        for regex, pattern in self._excluding:
            if regex.fullmatch(marked):
                is_included = any(regex.fullmatch(marked) for regex in self._including)
                return None if is_included else pattern
        return None


def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """Return the expression for a pattern without its leading ``!``, or ``None`` if nothing can match."""
    if pattern.startswith("\\!"):
        pattern = pattern[1:]
    is_rooted = pattern.startswith("/")
    is_folder = pattern.endswith("/")
    steps = [step for step in pattern.split("/") if step]
    while steps and steps[0] == _ANY_FOLDERS:
        is_rooted = False
        del steps[0]
    while steps and steps[-1] == _ANY_FOLDERS:
        is_folder = True
        del steps[-1]
    if not steps:
        return None
    start = "" if is_rooted else f"(?:.*{_BETWEEN})?"
    end = f"(?:/|{_BETWEEN}.*)" if is_folder else "/?"
    return re.compile(start + _joined(steps) + end, re.DOTALL)


def _joined(steps: list[str]) -> str:
    """Return the expression for names joined by separators.

    ``**`` between two names matches any folders, and also no separator, so that ``a/**/b`` matches ``ab``.
    """
    text = _name(steps[0])
    separator = _BETWEEN
    for step in steps[1:]:
        if step == _ANY_FOLDERS:
            separator = f"(?:{_BETWEEN}(?:.*{_BETWEEN})?)?"
        else:
            text += separator + _name(step)
            separator = _BETWEEN
    return text


def _name(step: str) -> str:
    """Return the expression for one name.

    The text between two ``*`` is matched at its first occurrence, in an atomic group: names need no
    backtracking, and many ``*`` take no longer than one.
    """
    first, *others = _between_stars(step)
    if not others:
        return first
    middle = "".join(f"(?>{_CHAR}*?{text})" for text in others[:-1] if text)
    return f"{first}{middle}{_CHAR}*{others[-1]}"


def _between_stars(step: str) -> list[str]:
    """Return the expressions for the parts of a name before, between and after its ``*``."""
    texts = [""]
    index = 0
    while index < len(step):
        char = step[index]
        index += 1
        if char == "*":
            texts.append("")
        elif char == "?":
            texts[-1] += _CHAR
        elif char == "[" and (end := _end_of_class(step, index)) > 0:
            texts[-1] += _class(step[index:end])
            index = end + 1
        else:
            texts[-1] += re.escape(char)
    return texts


def _end_of_class(step: str, start: int) -> int:
    """Return the position of the ``]`` that ends a class; a leading ``]`` is one of its characters."""
    first = start + 1 if step.startswith("!", start) else start
    return step.find("]", first + 1)


def _class(content: str) -> str:
    """Return the expression for a class of characters; reversed ranges are empty."""
    negated = content.startswith("!")
    chars = content[1:] if negated else content
    ranges = ""
    index = 0
    while index < len(chars):
        first = last = chars[index]
        index += 1
        if chars[index : index + 1] == "-" and index + 1 < len(chars):
            last = chars[index + 1]
            index += 2
        if first <= last:
            ranges += f"{re.escape(first)}-{re.escape(last)}"
    if not ranges:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{ranges}]"
