"""Measures background tasks on a new site: the delay until a task starts, and tasks per second.

Tasks are enqueued by this process and run by `extery worker` processes, as on a real site. The delay is
the time from the commit of the enqueuing transaction to the first line of the task. The peer of the
rate is the same number of transactions of one row each by one process, the maximum of the database.

    python benchmarks/tasks.py [--workers 1] [--tasks 500] [--samples 200] [--idle 10]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
_START = """
import django
django.setup()
import benchmarks.tasks_sample
from extery_site.project.commands.worker import worker
worker()
"""


#: Limit of the delay of 95 % of the tasks, in milliseconds.
MAX_DELAY = 100


def main() -> None:
    """Measure and print; exit with 1 above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of idling")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        os.environ |= {
            "EXTERY_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "extery_site.project.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        }
        sys.path[:0] = [str(ROOT), str(ROOT / "src")]
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        workers = [
            subprocess.Popen([sys.executable, "-c", _START, "--quiet"])
            for _ in range(arguments.workers)
        ]
        try:
            exceeded = measure(arguments, workers)
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.wait()
    sys.exit(1 if exceeded else 0)


def measure(arguments: argparse.Namespace, workers: list[subprocess.Popen[bytes]]) -> bool:
    """Measure idle workers, delays and the rate; return True above the limit."""
    measure_idle(workers, arguments.idle)
    exceeded = measure_delays(arguments.samples)
    measure_rate(arguments.tasks, len(workers))
    return exceeded


def measure_idle(workers: list[subprocess.Popen[bytes]], seconds: float) -> None:
    """Print the CPU time of a worker without tasks."""
    from benchmarks.tasks_sample import note_start

    result = note_start.enqueue()
    wait_for([result.id])  # until the workers have started
    time.sleep(2)  # until their first periodic tasks are over
    before = cpu_seconds(workers)
    time.sleep(seconds)
    idle = (cpu_seconds(workers) - before) / seconds / len(workers)
    print(f"CPU time of an idle worker: {idle:.2%} of a core")


def measure_delays(samples: int) -> bool:
    """Print the delays until a task starts; return True above the limit."""
    from benchmarks.tasks_sample import note_start

    delays = []
    for _ in range(samples):
        time.sleep(random.uniform(0.0, 0.1))
        result = note_start.enqueue()
        committed = time.time()
        wait_for([result.id])
        result.refresh()
        delays.append((result.return_value - committed) * 1000)
    delays.sort()
    most = delays[int(0.95 * samples)]
    exceeded = bool(most > MAX_DELAY)
    print(
        f"delay of {samples} tasks: median {statistics.median(delays):.0f} ms, 95 % {most:.0f} ms "
        f"(limit {MAX_DELAY} ms: {'exceeded' if exceeded else 'met'}), slowest {delays[-1]:.0f} ms"
    )
    return exceeded


def measure_rate(tasks: int, workers: int) -> None:
    """Print the tasks per second, and their ratio to bare transactions."""
    from benchmarks.tasks_sample import note_start

    started = time.perf_counter()
    ids = [note_start.enqueue().id for _ in range(tasks)]
    enqueued = time.perf_counter()
    wait_for(ids)
    seconds = time.perf_counter() - started
    bare = bare_transactions(tasks)
    print(
        f"{tasks} tasks, {workers} workers: enqueued {tasks / (enqueued - started):.0f} per second, "
        f"enqueued and run {tasks / seconds:.0f} per second, bare transactions {bare:.0f} per second "
        f"(peer, ratio {tasks / seconds / bare:.2f})"
    )


def wait_for(ids: list[str]) -> None:
    """Wait until these tasks are successful."""
    from extery_site.project.tasks.models import StoredTask

    left = StoredTask.objects.filter(pk__in=ids).exclude(status="SUCCESSFUL")
    while left.exists():
        time.sleep(0.01)


def bare_transactions(number: int) -> float:
    """Return the transactions of one inserted row per second, by this process."""
    from extery_site.listings.models import Revision

    started = time.perf_counter()
    for value in range(number):
        Revision.objects.create(number=value)
    return number / (time.perf_counter() - started)


def cpu_seconds(workers: list[subprocess.Popen[bytes]]) -> float:
    """Return the CPU time of these processes so far. Linux only."""
    ticks = 0
    for worker in workers:
        fields = Path(f"/proc/{worker.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        ticks += sum(int(value) for value in fields.split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
