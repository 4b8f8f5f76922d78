"""CPU seconds of this process and of its children."""

from __future__ import annotations

import resource
from collections.abc import Callable
from statistics import median


def cpu_seconds() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measured(action: Callable[[], object], runs: int) -> float:
    """Return the median of the CPU seconds of several runs."""
    times = []
    for _ in range(runs):
        start = cpu_seconds()
        action()
        times.append(cpu_seconds() - start)
    return median(times)
