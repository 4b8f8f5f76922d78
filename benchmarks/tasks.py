"""Background tasks on a fresh site: time until a worker takes a task up, and tasks per second.

    python benchmarks/tasks.py [--workers 1] [--tasks 500] [--samples 200]

A task is enqueued by this process and run by `extery worker` processes, as on a real site. The time
of pick-up runs from the commit of the enqueuing transaction to the first line of the task.
The figure of merit is a ratio: the tasks per second against the same number of bare
transactions of one row each by one process, the most that this database gives.
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--samples", type=int, default=200)
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
            measure(arguments.samples, arguments.tasks, workers)
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.wait()


def measure(samples: int, tasks: int, workers: list[subprocess.Popen[bytes]]) -> None:
    from benchmarks.tasks_sample import note_start

    result = note_start.enqueue()
    wait_for([result.id])  # the workers have started
    time.sleep(2)  # and their first clean-ups are over
    before = cpu_seconds(workers)
    time.sleep(10)
    idle = (cpu_seconds(workers) - before) / 10 / len(workers)
    print(f"CPU of an idle worker: {idle:.2%} of a core")

    delays = []
    for _ in range(samples):
        time.sleep(random.uniform(0.0, 0.1))
        result = note_start.enqueue()
        committed = time.time()
        wait_for([result.id])
        result.refresh()
        delays.append(result.return_value - committed)
    delays.sort()
    print(
        f"pick-up of {samples} tasks: median {statistics.median(delays) * 1000:.0f} ms, "
        f"95 % {delays[int(0.95 * samples)] * 1000:.0f} ms, slowest {delays[-1] * 1000:.0f} ms"
    )

    started = time.perf_counter()
    ids = [note_start.enqueue().id for _ in range(tasks)]
    enqueued = time.perf_counter()
    wait_for(ids)
    seconds = time.perf_counter() - started
    bare = bare_transactions(tasks)
    print(
        f"{tasks} tasks, {len(workers)} workers: enqueued {tasks / (enqueued - started):.0f}/s, "
        f"enqueued and run {tasks / seconds:.0f}/s, bare transactions {bare:.0f}/s "
        f"(ratio {tasks / seconds / bare:.2f})"
    )


def wait_for(ids: list[str]) -> None:
    from extery_site.project.tasks.models import StoredTask

    left = StoredTask.objects.filter(pk__in=ids).exclude(status="SUCCESSFUL")
    while left.exists():
        time.sleep(0.01)


def bare_transactions(number: int) -> float:
    """Transactions of one inserted row per second, by this process alone."""
    from extery_site.listings.models import Revision

    started = time.perf_counter()
    for value in range(number):
        Revision.objects.create(number=value)
    return number / (time.perf_counter() - started)


def cpu_seconds(workers: list[subprocess.Popen[bytes]]) -> float:
    """User and system time of these processes so far; Linux only."""
    ticks = 0
    for worker in workers:
        fields = Path(f"/proc/{worker.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        ticks += sum(int(value) for value in fields.split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
