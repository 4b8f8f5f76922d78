"""All readers that unpack zips, in one call for a whole folder: ``unpack_all(folder)``.

Each oracle is one process for all zips of the folder (unzip starts one more for each), see ``worker.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import packaging

from tests.blender.install import installed
from tests.parts import ROOT, require_part

PYTHONS = ("3.11", "3.13")
BLENDERS = ("4.2", "5.3")

_WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Outcome:
    """The result of one oracle for one zip."""

    tree: dict[str, str]
    error: str
    escaped: list[str] = field(default_factory=list)
    """What it wrote outside of its folder."""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return bool(self.error)


@dataclass(frozen=True)
class Oracle:
    """A way to unpack zips, in one interpreter."""

    name: str
    part: str
    request: dict[str, Any]


def oracles() -> list[Oracle]:
    """Return all oracles, first our reader under each Python."""
    # `extery.rules` needs nothing but the standard library and `packaging`, which is pure Python.
    paths = [str(ROOT / "src"), str(Path(packaging.__file__).parent.parent)]
    return [
        *(
            Oracle(f"ours {python}", f"python-{python}", {"unpack": "ours", "paths": paths})
            for python in PYTHONS
        ),
        *(
            Oracle(f"{unpack} {python}", f"python-{python}", {"unpack": unpack})
            for python in PYTHONS
            for unpack in ("zipfile_all", "zipfile_each")
        ),
        Oracle("unzip", "unzip", {"unpack": "unzip"}),
        *map(installing, BLENDERS),
    ]


def installing(series: str) -> Oracle:
    """Return the oracle that installs with a Blender."""
    return Oracle(f"blender {series}", f"blender-{series}", {"unpack": "blender"})


def validating(series: str) -> Oracle:
    """Return the oracle that validates with a Blender."""
    return Oracle(f"validate {series}", f"blender-{series}", {"unpack": "blender_validate"})


def unpack_all(
    folder: Path, *, only: Iterable[Oracle] | None = None, at_once: int | None = None
) -> dict[str, dict[str, Outcome]]:
    """Unpack all zips of a folder with all oracles: oracle -> name of the file -> outcome."""
    chosen = list(oracles() if only is None else only)
    for oracle in chosen:
        require_part(oracle.part)
    with ThreadPoolExecutor(at_once or os.cpu_count() or 1) as pool:
        answers = pool.map(lambda oracle: unpack_with(oracle, folder), chosen)
        return {oracle.name: answer for oracle, answer in zip(chosen, answers, strict=True)}


def unpack_accepted(folder: Path) -> dict[str, dict[str, Outcome]]:
    """Unpack the zips that we accept with all oracles; return only our outcome for the others."""
    chosen = oracles()
    ours = [oracle for oracle in chosen if oracle.name.startswith("ours")]
    outcomes = unpack_all(folder, only=ours)
    with tempfile.TemporaryDirectory() as accepted:
        for name in outcomes[ours[0].name]:
            if not all(answers[name].refused for answers in outcomes.values()):
                Path(accepted, name).symlink_to(folder / name)
        return outcomes | unpack_all(
            Path(accepted), only=[oracle for oracle in chosen if oracle not in ours]
        )


def unpack_with(oracle: Oracle, folder: Path) -> dict[str, Outcome]:
    """Unpack all zips of a folder with one oracle."""
    python, request = Path(sys.executable), {**oracle.request, "folder": str(folder)}
    if oracle.part.startswith("blender-"):
        blender = installed(oracle.part.removeprefix("blender-"))
        python = blender.python
        request |= {
            "tool": str(blender.command_line_tool),
            "blender": blender.release.version,
            "python": f"{blender.release.python}.0",
        }
    elif oracle.part == "unzip":
        request["unzip"] = str(require_part("unzip"))
    else:
        python = require_part(oracle.part)
    done = subprocess.run(
        [python, "-I", "-X", "utf8", _WORKER],
        check=False,
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise RuntimeError(f"{oracle.name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return {
        answer["name"]: _outcome(answer) for answer in map(json.loads, done.stdout.splitlines())
    }


def _outcome(answer: dict[str, Any]) -> Outcome:
    known = ("name", "tree", "error", "escaped")
    return Outcome(
        answer["tree"],
        answer["error"],
        answer.get("escaped", []),
        {key: value for key, value in answer.items() if key not in known},
    )
