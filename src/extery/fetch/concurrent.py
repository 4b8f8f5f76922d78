"""Many transfers at once, each with its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from extery.core.errors import ExteryError
from extery.fetch.fetcher import Fetcher

Job = TypeVar("Job")

#: How many requests are under way at most.
AT_ONCE = 16


def run_all(
    jobs: Iterable[Job],
    work: Callable[[Job], None],
    *,
    fetcher: Fetcher,
    at_once: int = AT_ONCE,
) -> list[tuple[Job, ExteryError]]:
    """Do ``work`` for every job; answers with the jobs that failed, in their order, and why.

    One that fails stops no other. Interrupting, or an error that is not ours, stops them all.
    """
    waiting = list(jobs)
    failed: dict[int, ExteryError] = {}
    with ThreadPoolExecutor(max_workers=max(1, min(at_once, len(waiting)))) as pool:
        running = {pool.submit(work, job): number for number, job in enumerate(waiting)}
        try:
            for future in as_completed(running):
                error = future.exception()
                if isinstance(error, ExteryError):
                    failed[running.pop(future)] = _without_frames(error)
                elif error is not None:
                    raise error
        except BaseException:
            fetcher.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [(waiting[number], failed[number]) for number in sorted(failed)]


def _without_frames(error: ExteryError) -> ExteryError:
    """The error alone: with the frames of where it came from, thousands would fill the memory."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
