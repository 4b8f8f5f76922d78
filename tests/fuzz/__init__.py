"""Fuzzing of everything that reads what somebody else wrote.

A module of `TARGETS` is one reader: ``target(data)`` may only do what the reader documents, ``SEEDS`` are good
inputs, ``TOKENS`` what its language is made of. ``python -m tests.fuzz TARGET --seconds N --seed S``
runs one for long; `tests.fuzz.test_fuzz` runs a little of all, and every input that was once a finding.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

SAMPLES = Path(__file__).parent.parent / "samples" / "fuzz"
TARGETS = (
    "bl_info",
    "changelog",
    "changes",
    "config",
    "listing",
    "manifest",
    "mirror_state",
    "state",
    "theme",
    "wheels",
)


class Target(Protocol):
    """What a module of a target has."""

    SEEDS: tuple[bytes, ...]
    TOKENS: tuple[bytes, ...]

    def target(self, data: bytes) -> None: ...


def load(name: str) -> Target:
    """The module of a target."""
    return cast("Target", import_module(f"{__name__}.{name}"))
