"""Blender's verdicts on many manifests or listings, in one process of about 0.2 s per batch.

The messages are Blender's, in its order. An exception inside Blender's tool shows as one message that begins with ``crash: ``.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.blender.install import installed
from tests.parts import require_part

Reader = Literal["folder", "package"]

TIME_LIMIT = 300.0

_WORKER = Path(__file__).with_name("verdicts.py")


def strict_errors(
    version: str, tomls: Iterable[bytes], use_tags: bool = False, *, reader: Reader = "folder"
) -> list[list[str]]:
    """Return the errors of ``validate`` for each manifest; an empty list means success.

    With ``use_tags`` Blender's own list of tags is passed, as ``blender --command extension validate`` does. A manifest is read from a
    folder, or from a package, where a ``[build.generated]`` table takes effect. An ``__init__.py`` is always beside it.
    """
    answers: list[list[str]] = _ask(version, f"strict_{reader}", tomls, use_tags)
    return answers


def lenient_error(
    version: str, tomls: Iterable[bytes], *, reader: Reader = "package"
) -> list[str | None]:
    """Return the first error of a client for each manifest, or None.

    The reader is that of packages (install, ``server-generate``), or that of installed folders, which does not look at
    ``[build.generated]``.
    """
    answers: list[str | None] = _ask(version, f"lenient_{reader}", tomls, False)
    return answers


@dataclass(frozen=True)
class Synced:
    """What a Blender makes of a listing: ``error`` if it is refused, else the ids of the extensions that it shows."""

    error: str
    shown: list[str]
    reports: list[str]
    """What Blender prints when it reads the stored listing."""


def synced(version: str, listings: Iterable[bytes], *, platform: str = "linux-x64") -> list[Synced]:
    """Sync each listing into an empty repository, and read what was stored as ``install`` and the list do."""
    require_part(f"blender-{version}")
    blender = installed(version)
    request = {
        "tool": str(blender.command_line_tool),
        "listings": [base64.b64encode(listing).decode("ascii") for listing in listings],
        "platform": platform,
        "blender": [int(part) for part in blender.release.version.split(".")],
        "python": [*map(int, blender.release.python.split(".")), 0],
    }
    answers = _run(version, _WORKER.with_name("syncing.py"), json.dumps(request))
    return [Synced(**answer) for answer in answers]


def built(version: str, tomls: Iterable[bytes], source: Path) -> list[dict[str, Any] | str]:
    """Build a copy of the folder ``source`` with each manifest.

    Returns the package's ``name`` and ``members``, or an ``error``; a text for a crash.
    """
    answers: list[dict[str, Any] | str] = _ask(version, "build", tomls, str(source))
    return answers


System = tuple[tuple[int, int, int], str, tuple[int, int, int]]


def compatible(
    version: str,
    listings: Iterable[list[dict[str, Any]]],
    systems: Iterable[System],
    *,
    ignore_errors: bool = False,
) -> list[list[list[int]]]:
    """Return for each listing and system (Blender, platform, Python) the indices that Blender's filter accepts.

    With ``ignore_errors`` values that Blender reports as errors, and ignores, may occur.
    """
    require_part(f"blender-{version}")
    blender = installed(version)
    request = {
        "tool": str(blender.command_line_tool),
        "listings": list(listings),
        "systems": list(systems),
        "ignore_errors": ignore_errors,
    }
    answers: list[list[list[int]]] = _run(
        version, _WORKER.with_name("filtering.py"), json.dumps(request)
    )
    return answers


def _ask(version: str, check: str, tomls: Iterable[bytes], use_tags: bool | str) -> Any:
    require_part(f"blender-{version}")
    blender = installed(version)
    request = {
        "tool": str(blender.command_line_tool),
        "tags": str(blender.tags) if use_tags is True else use_tags or "",
        "check": check,
        "manifests": [base64.b64encode(toml).decode("ascii") for toml in tomls],
    }
    return _run(version, _WORKER, json.dumps(request))


def _run(version: str, worker: Path, request: str) -> Any:
    command: list[str | Path] = [installed(version).python, "-I", worker]
    done = subprocess.run(
        command,
        check=False,
        input=request,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the oracle of Blender {version} failed:\n{done.stderr}")
    return json.loads(done.stdout)
