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
        self._excluding: list[re.Pattern[str]] = []
        self._including: list[re.Pattern[str]] = []
        for pattern in patterns:
            regex = compile_pattern(pattern.lstrip("!"))
            if regex is not None:
                (self._including if pattern.startswith("!") else self._excluding).append(regex)

    def excludes(self, path: str) -> bool:
        """Return whether ``path`` is excluded; paths of folders end with ``/``.

        Callers skip everything below an excluded folder, so ``!pattern`` cannot include files in it.
        """
        marked = path[:-1].replace("/", _BETWEEN) + path[-1:]
        if not any(regex.fullmatch(marked) for regex in self._excluding):
            return False
        return not any(regex.fullmatch(marked) for regex in self._including)


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
    """Names with a separator between them; ``**`` between two names stands for any folders, and
    for no separator at all, so that ``a/**/b`` also matches ``ab``."""
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
    """The expression for one name.

    The text between two ``*`` is found where it first occurs, once and for all (an atomic
    group): that is enough for names, and a row of ``*`` takes no longer than one.
    """
    first, *rest = _between_stars(step)
    if not rest:
        return first
    middle = "".join(f"(?>{_CHAR}*?{text})" for text in rest[:-1] if text)
    return f"{first}{middle}{_CHAR}*{rest[-1]}"


def _between_stars(step: str) -> list[str]:
    """Return the expressions for the parts of a name before, between and after its ``*``."""
    texts = [""]
    at = 0
    while at < len(step):
        char = step[at]
        at += 1
        if char == "*":
            texts.append("")
        elif char == "?":
            texts[-1] += _CHAR
        elif char == "[" and (end := _end_of_class(step, at)) > 0:
            texts[-1] += _class(step[at:end])
            at = end + 1
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
    at = 0
    while at < len(chars):
        first = last = chars[at]
        at += 1
        if chars[at : at + 1] == "-" and at + 1 < len(chars):
            last = chars[at + 1]
            at += 2
        if first <= last:
            ranges += f"{re.escape(first)}-{re.escape(last)}"
    if not ranges:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{ranges}]"
