"""Which files a list of exclude patterns leaves out: `paths_exclude_pattern`, as Blender reads it.

The patterns look like those of a .gitignore and differ from them in ways that decide what is
packed, so every rule here was compared with Blender's own matcher:

- a pattern without ``/`` in front matches at any depth, also when it has a ``/`` inside;
- ``!pattern`` re-includes for good: a later pattern does not win over it;
- nothing is escaped except ``\\!`` in front, ``#`` is no comment, and blanks count.

Blender's tool crashes on a lone ``**``. Here it matches nothing, like every pattern without a
name in it, and the build refuses it before it comes to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ANY_FOLDERS = "**"
# Paths are matched with this character for each "/" but the one at the end of a folder, as Blender
# does it (so a pattern with a line break names folders): then
# "*" and "?" stay inside a name, a negated class does not, and none of them eats a name's end.
_BETWEEN = "\n"
_CHAR = f"[^{_BETWEEN}]"


class PathPatterns:
    """A list of patterns; asks about paths relative to the source, with ``/`` between names."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._excluding: list[re.Pattern[str]] = []
        self._including: list[re.Pattern[str]] = []
        for pattern in patterns:
            regex = compile_pattern(pattern.lstrip("!"))
            if regex is not None:
                (self._including if pattern.startswith("!") else self._excluding).append(regex)

    def excludes(self, path: str) -> bool:
        """Whether ``path`` is left out; a folder is asked about with a ``/`` at its end.

        Nothing below an excluded folder is asked about: not even ``!pattern`` brings it back.
        """
        marked = path[:-1].replace("/", _BETWEEN) + path[-1:]
        if not any(regex.fullmatch(marked) for regex in self._excluding):
            return False
        return not any(regex.fullmatch(marked) for regex in self._including)


def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """The expression for a pattern, the ``!`` in front removed; ``None`` if it can match nothing."""
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
    """The expressions for what stands before, between and after the ``*`` of a name."""
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
    """Where the ``]`` of a class stands; a ``]`` that comes first is one of its characters."""
    first = start + 1 if step.startswith("!", start) else start
    return step.find("]", first + 1)


def _class(content: str) -> str:
    """A class of characters; a range that runs backwards is empty."""
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
