"""What of many cases a test tries: a sample that differs from run to run, or all.

A fault at every call of every command takes minutes, and so do all tests in every Blender and all
benchmarks.
``EXTERY_TRY_ALL=1`` tries every one.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

from tests.blender.install import ENDS, VERSIONS

T = TypeVar("T")

TRIES_ALL = bool(os.environ.get("EXTERY_TRY_ALL"))
STRIDE = 1 if TRIES_ALL else 12


def some_numbers(stop: int) -> list[int]:
    """Return numbers below ``stop``: the first, and every twelfth from a random one on; or all.

    With the first one, there is a fault however few calls a command makes.
    """
    return sorted({*range(min(stop, 1)), *range(random.randrange(STRIDE), stop, STRIDE)})


def some_of(items: Sequence[T]) -> list[T]:
    """Return the first of the items, and every twelfth from a random one on; or all."""
    return [items[number] for number in some_numbers(len(items))]


def some_names(names: Sequence[str], number: int) -> list[str]:
    """Return ``number`` of the names for parameters, in their order; or all.

    They differ from run to run, and all processes of a run get the same ones, as pytest-xdist demands.
    """
    if TRIES_ALL:
        return list(names)
    run = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID"))
    chosen = run.sample(names, number)
    return [name for name in names if name in chosen]


def some_blenders() -> tuple[str, ...]:
    """Return the oldest series of Blender, the newest, and one between; or all."""
    between = [series for series in VERSIONS if series not in ENDS]
    return ENDS[0], *some_names(between, 1), ENDS[1]
