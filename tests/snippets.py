"""Run the fenced blocks of a page in order, in a fresh folder, as a reader would.

A comment ``<!-- file: NAME -->`` before a block names the file to write. In a console block the lines after ``$`` are
run; in a workflow file, its ``run`` and ``script`` lines. The rest is output or illustration.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.parts import ROOT

_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\s*)?^(?P<indent>[ ]*)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_RUN = re.compile(r"^( *)(?:- )?run: (.*)$")
_SCRIPT = re.compile(r"^( *)script:\s*$")


@dataclass(frozen=True)
class Snippet:
    """A block: a file to write if ``file`` is set, and commands to run."""

    language: str
    text: str
    file: str = ""

    @property
    def commands(self) -> list[str]:
        if self.language == "console":
            return list(_console_commands(self.text))
        if self.file.endswith((".yml", ".yaml")):
            return list(_workflow_commands(self.text))
        return []


def snippets(page: Path) -> list[Snippet]:
    """Return the fenced blocks of a page in order."""
    return [
        Snippet(
            match["language"],
            "".join(line.removeprefix(match["indent"]) for line in match["text"].splitlines(True)),
            match["file"] or "",
        )
        for match in _BLOCK.finditer(page.read_text("utf-8"))
    ]


def _console_commands(text: str) -> Iterator[str]:
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines)
            yield command


def _workflow_commands(text: str) -> Iterator[str]:
    """Yield the commands of a workflow: ``run: COMMAND``, ``run: |`` and the list below ``script:``."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if match := _RUN.match(line):
            if match[2] != "|":
                yield match[2]
                continue
            yield textwrap.dedent("\n".join(_deeper(lines[number + 1 :], len(match[1]) + 2)))
        elif match := _SCRIPT.match(line):
            for item in _deeper(lines[number + 1 :], len(match[1])):
                yield item.strip().removeprefix("- ")


def _deeper(lines: list[str], indent: int) -> Iterator[str]:
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return
        yield line


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a reader whose ``extery`` is that of this checkout."""
    programs = folder / ".programs"
    programs.mkdir()
    command = programs / "extery"
    python, source = shlex.quote(sys.executable), shlex.quote(str(ROOT / "src"))
    command.write_text(f'#!/bin/sh\nPYTHONPATH={source} exec {python} -m extery "$@"\n')
    command.chmod(0o755)
    kept = {key: os.environ[key] for key in ("LANG", "NO_PROXY") if key in os.environ}
    path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**kept, "PATH": path, "HOME": str(folder), "TERM": "dumb"}


def run(
    command: str, folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command of a page with a shell."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=dict(variables),
        capture_output=True,
        text=True,
        timeout=120,
    )
