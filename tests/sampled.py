"""Which of many calls or writes a test of faults tries: a sample that differs from run to run, or all.

A fault at every call takes minutes for all commands. `EXTERY_ALL_FAULTS=1` tries every one.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

STRIDE = 1 if os.environ.get("EXTERY_ALL_FAULTS") else 4


def some_numbers(stop: int) -> range:
    """Return numbers below ``stop``: every fourth, from a random one on, or all."""
    return range(random.randrange(STRIDE), stop, STRIDE)


def some_of(items: Sequence[T]) -> list[T]:
    """Return every fourth of the items, from a random one on, or all."""
    return [items[number] for number in some_numbers(len(items))]
