"""Runs our tool in this process, as Blender runs it in one of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from extery.cli.app import extery
from extery.repository.generate import generate
from tests.repository.packages import put


class Result(NamedTuple):
    """Exit status and messages without progress."""

    status: int
    messages: list[tuple[str, Any]]
    progress: list[Any]

    def texts(self, kind: str) -> list[str]:
        return [text for own, text in self.messages if own == kind]


def run(command: str, *arguments: str | Path) -> Result:
    """Run a command; a traceback fails the test."""
    words = ["blender-ext", command, *map(str, arguments), "--output-type", "JSON_0"]
    done = CliRunner().invoke(extery, words, catch_exceptions=False)
    parts = done.stdout_bytes.split(b"\0")
    assert parts.pop() == b""
    messages = [tuple(json.loads(part)) for part in parts]
    return Result(
        done.exit_code,
        [(kind, data) for kind, data in messages if kind != "PROGRESS"],
        [data for kind, data in messages if kind == "PROGRESS"],
    )


def make_repository(folder: Path, *names: str, version: str = "1.2.3") -> Path:
    """Make a repository of add-ons, or replace their packages in it."""
    folder.mkdir(exist_ok=True)
    for name in names:
        put(folder, f"{name}.zip", extension_id=name, version=version)
    generate(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def visible(folder: Path) -> list[str]:
    """Return the names in the folder of a repository, without those of the two hidden folders."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".blender_ext")
