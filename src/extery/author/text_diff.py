"""Unified diffs of the changed text files of two packages or folders, within limits of size and time.

`difflib` takes quadratic time and more for hostile texts, so it runs in a child process that can be killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import extery
from extery.core.errors import ExteryError
from extery.core.files import open_regular
from extery.package import open_package

if TYPE_CHECKING:
    from extery.inventory.compare import Comparison, FileChange

#: Bytes of a file, and of all files, that are compared.
MAX_FILE = 400_000
MAX_TOTAL = 8_000_000
#: Lines of all diffs that are kept.
MAX_LINES = 20_000
SECONDS = 20.0

Read = Callable[[str], bytes | None]


class TextDiff(NamedTuple):
    """The unified diff of a file as lines, or the reason why there is none."""

    path: str
    lines: tuple[str, ...] = ()
    reason: str = ""


def text_diffs(comparison: Comparison) -> list[TextDiff]:
    """Return the diffs of the files that are added, removed or changed, in their order; binary files are left out."""
    pairs: list[tuple[str, str, str]] = []
    skipped: list[TextDiff] = []
    total = 0
    with (
        _reader(Path(comparison.old.name)) as read_old,
        _reader(Path(comparison.new.name)) as read_new,
    ):
        for change in comparison.files:
            if change.change == "renamed" or not _may_be_text(change):
                continue
            texts = _texts(change, read_old, read_new)
            if texts is None:
                continue
            total += len(texts[0]) + len(texts[1])
            if max(map(len, texts)) > MAX_FILE or total > MAX_TOTAL:
                skipped.append(TextDiff(change.path, reason="too large"))
            else:
                pairs.append((change.path, *texts))
    return [*_run(pairs), *skipped]


def _may_be_text(change: FileChange) -> bool:
    file = change.new or change.old
    return (
        file is not None and file.kind in ("code", "data", "text", "other")
    ) or change.path.endswith(".svg")


def _texts(change: FileChange, read_old: Read, read_new: Read) -> tuple[str, str] | None:
    """Return both texts, empty for a file that is not there; ``None`` if one is binary or cannot be read."""
    found = []
    for file, read in ((change.old, read_old), (change.new, read_new)):
        data = read(file.path) if file is not None else b""
        if data is None or b"\0" in data[:8_000]:
            return None
        try:
            found.append(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return None
    return found[0], found[1]


@contextmanager
def _reader(path: Path) -> Iterator[Read]:
    """Open a folder, a Python file or a package, and yield a function that reads one of its files; ``None`` if it cannot."""
    from extery.author.inspect import is_module, root_of

    if os.path.isdir(path) or is_module(path):  # noqa: PTH112 (`Path.is_dir` raises for very long names)
        folder = path.parent if is_module(path) else path

        def read_file(name: str) -> bytes | None:
            try:
                with open_regular(folder / name) as file:
                    return file.read(MAX_FILE + 1)
            except OSError:
                return None

        yield read_file
        return
    with open_package(path, name=path.name) as package:
        root = root_of(package)

        def read_member(name: str) -> bytes | None:
            try:
                with package.open(package.by_name[root + name]) as stream:
                    return stream.read(MAX_FILE + 1)
            except (ExteryError, KeyError):
                return None

        yield read_member


def _run(pairs: list[tuple[str, str, str]]) -> list[TextDiff]:
    """Return the diffs of pairs of texts; those that take too long have a reason instead."""
    if not pairs:
        return []
    folder = str(Path(extery.__file__).parent.parent)
    command = [sys.executable, "-P", "-S", "-s", "-m", "extery.author.text_diff_worker"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    environment |= {"PYTHONPATH": folder, "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(  # noqa: S603 (this Python and a module of ours)
            command,
            input=json.dumps([MAX_LINES, pairs]).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
        output = done.stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    found = [TextDiff(path, tuple(lines)) for path, lines in _answers(output)]
    missing = [path for path, _, _ in pairs[len(found) :]]
    return found + [TextDiff(path, reason="takes too long") for path in missing]


def _answers(output: bytes) -> Iterator[tuple[str, list[str]]]:
    for line in output.split(b"\n"):
        try:
            path, lines = json.loads(line)
        except ValueError:  # cut off
            return
        yield path, lines
