"""Source folders for builds: a manifest, and files with their names as contents."""

from __future__ import annotations

from pathlib import Path

from tests.samples.packages import ADD_ON, MANIFEST
from tests.samples.packages import wheel as made_wheel


def make_source(
    folder: Path,
    *files: str,
    extra: str = "",
    manifest: bytes = ADD_ON,
    init: bool = True,
) -> Path:
    """Write a source folder; ``extra`` is added to the manifest, names ending in ``/`` are folders."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_bytes(manifest + extra.encode())
    for name in ("__init__.py", *files) if init else files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            is_wheel = name.endswith(".whl") and name.count("-") >= 4
            path.write_bytes(wheel_file(path.name) if is_wheel else f"{name}\n".encode())
    return folder


def wheel_file(name: str) -> bytes:
    """Return the bytes of a wheel with this file name."""
    return made_wheel("-".join(name.split("-")[:2]))


def wheel(*tags: str, name: str = "gears") -> list[str]:
    """Return paths of wheels of one library for these platform tags."""
    return [
        f"wheels/{name}-1.0-{'py3-none' if tag == 'any' else 'cp311-cp311'}-{tag}.whl"
        for tag in tags
    ]


def wheels_line(paths: list[str]) -> str:
    """Return the line of the manifest that lists these wheels."""
    return f"wheels = {[f'./{path}' for path in paths]}\n"
