"""Every known weakness has a test that names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

NUMBERS = range(1, 42)
#: Sections of the supplement that describe weaknesses of what this client does too.
SECTIONS = frozenset("BDEFJ")
_LABELS = re.compile(r"((?:5\.3/[A-Z]|\d+)(?:, (?:5\.3/[A-Z]|\d+))*): ")


def every_test() -> Iterator[tuple[str, str]]:
    """Yield the name of each test in this folder with its docstring."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name, ast.get_docstring(node) or ""


def labels() -> dict[str, list[str]]:
    """Return the names of the tests of each weakness."""
    found: dict[str, list[str]] = {}
    for name, text in every_test():
        match = _LABELS.match(text)
        for label in match[1].split(", ") if match else ():
            found.setdefault(label, []).append(name)
    return found


def test_each_weakness_has_a_test() -> None:
    expected = {*map(str, NUMBERS), *(f"5.3/{section}" for section in SECTIONS)}
    assert labels().keys() == expected


def test_each_test_names_its_weakness() -> None:
    unnamed = [name for name, text in every_test() if not _LABELS.match(text)]
    assert unnamed == ["test_each_weakness_has_a_test", "test_each_test_names_its_weakness"]
