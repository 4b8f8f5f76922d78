"""Fuzzing of all readers of untrusted input.

Each module of `TARGETS` is a reader: ``target(data)`` raises only documented errors, ``SEEDS`` are valid
inputs, ``TOKENS`` what its language is made of. ``python -m tests.fuzz TARGET --seconds N --seed S``
runs one for long; `tests.fuzz.test_fuzz` runs a little of all, and every input that was once a finding.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

SAMPLES = Path(__file__).parent.parent / "samples" / "fuzz"
TARGETS = (
    "addresses",
    "bl_info",
    "changelog",
    "changes",
    "config",
    "images",
    "index_page",
    "listing",
    "manifest",
    "mirror_state",
    "osv",
    "package",
    "project_file",
    "requests",
    "state",
    "theme",
    "wheel_files",
    "wheel_metadata",
    "wheels",
)


class Target(Protocol):
    """The interface of a target module."""

    SEEDS: tuple[bytes, ...]
    TOKENS: tuple[bytes, ...]

    def target(self, data: bytes) -> None: ...


def load(name: str) -> Target:
    """Import the module of a target."""
    return cast("Target", import_module(f"{__name__}.{name}"))


def set_up(module: Target) -> None:
    """Prepare what a target needs outside of pytest, such as a database."""
    getattr(module, "set_up", lambda: None)()
