"""Fixes: edits of source files that remove a problem. Rules compute them, `extery check --fix` applies them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from extery.analysis.facts import Position
from extery.core.errors import Problem
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.edit import InapplicableEdit as InapplicableEdit
from extery.manifest.fixes import ManifestFix

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Edit(NamedTuple):
    """Replace the text at a place, whose lines and columns count from 1.

    If ``expected`` is not the text there, the fix is not applied. A place may end at the beginning of the line
    behind the last one.
    """

    at: Position
    text: str
    expected: str | None = None


class Fix(NamedTuple):
    """The edits of a file that remove a problem, or for the manifest the ``change`` of its text.

    ``file`` is relative to the manifest. A safe fix keeps what the code does in every Blender, and what the manifest
    says; another one may not.
    """

    problem: Problem
    file: str
    edits: tuple[Edit, ...]
    is_safe: bool
    change: ManifestFix | None = None


def of_manifest(problem: Problem, change: ManifestFix) -> Fix:
    """Return the fix of a problem that changes the manifest."""
    return Fix(problem, MANIFEST_FILENAME, (), change.is_safe, change)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return ``text`` with the edits, whose line feeds become the line ends of the text.

    Raises `InapplicableEdit` if the text is not what an edit expects, or if two edits change the same text.
    """
    lines = _LINE.findall(text)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    parts: list[str] = []
    last = 0
    for at, replacement, expected in sorted(edits, key=lambda edit: edit.at):
        start, end = (
            _offset(starts, at.line, at.column),
            _offset(starts, at.end_line, at.end_column),
        )
        if start < last or end < start or expected not in (None, text[start:end]):
            raise InapplicableEdit
        parts += [text[last:start], replacement.replace("\n", newline)]
        last = end
    return "".join([*parts, text[last:]])


def _offset(starts: list[int], line: int, column: int) -> int:
    if not 1 <= line <= len(starts):
        raise InapplicableEdit
    return min(starts[line - 1] + column - 1, starts[-1])
