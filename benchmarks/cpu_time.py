"""CPU seconds of this process and of its children."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
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


def database_cpu_seconds() -> float:
    """Return the CPU seconds of the process of PostgreSQL that serves this connection, in steps of 0.01; 0 if unknown.

    Those of its parallel workers do not count, and those of a server on another machine are not known.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    info = connection.connection.info
    status = Path(f"/proc/{info.backend_pid}/stat")
    if info.host not in ("127.0.0.1", "::1", "localhost") and not info.host.startswith("/"):
        return 0.0
    if not status.exists():
        return 0.0
    # After the name of the program, which can contain spaces.
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
