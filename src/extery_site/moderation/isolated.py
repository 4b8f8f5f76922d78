"""What moderation reads of packages in isolation. Imports no Django: see `extery_site.project.isolation`."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any, BinaryIO

from extery.package.reader import open_package
from extery_site.moderation.package_differences import compare_packages
from extery_site.moderation.syntax import Span, syntax_spans


def warm_up() -> None:
    """Import what colours code."""
    for name in ("a.py", "a.toml", "a.json"):
        syntax_spans(name, ["1"], time.monotonic() + 60.0)


def compare(file: BinaryIO, *, old: BinaryIO | None = None) -> dict[str, Any]:
    """Return the difference of a package from ``old``; without it, everything is new. Raises `InvalidPackage`."""
    with ExitStack() as stack:
        new, *before = [
            stack.enter_context(open_package(one)) for one in (file, old) if one is not None
        ]
        return compare_packages(before[0] if before else None, new)


def highlight(file: BinaryIO, *, name: str, seconds: float) -> list[list[Span]]:
    """Return the spans of the syntax of each line of a text in UTF-8, as far as ``seconds`` reach."""
    lines = file.read().decode("utf-8", "replace").split("\n")
    return syntax_spans(name, lines, time.monotonic() + seconds)
