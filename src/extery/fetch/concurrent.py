"""Run many transfers concurrently and collect their errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol, TypeVar

from extery.core.errors import ExteryError

Job = TypeVar("Job")

#: Default number of concurrent requests.
MAX_CONCURRENT = 16


class Stoppable(Protocol):
    """A `Fetcher`, or several."""

    def stop(self) -> None: ...


def run_all(
    jobs: Iterable[Job],
    run: Callable[[Job], None],
    *,
    fetcher: Stoppable,
    max_concurrent: int = MAX_CONCURRENT,
) -> list[tuple[Job, ExteryError]]:
    """Call ``run`` for every job; return the failed jobs with their errors, in order.

    An `ExteryError` of one job does not stop the others. Any other exception, an interrupt
    included, stops the fetcher and is raised.
    """
    queue = list(jobs)
    failed: dict[int, ExteryError] = {}
    with ThreadPoolExecutor(max_workers=max(1, min(max_concurrent, len(queue)))) as pool:
        running = {pool.submit(run, job): number for number, job in enumerate(queue)}
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
    return [(queue[number], failed[number]) for number in sorted(failed)]


def _without_frames(error: ExteryError) -> ExteryError:
    """Drop traceback and causes: the frames of thousands of errors would fill the memory."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
