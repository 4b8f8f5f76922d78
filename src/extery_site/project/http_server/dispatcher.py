"""The threads that run the application, in the order of a `Scheduler`."""

from __future__ import annotations

import logging
import threading
import time

from extery_site.project.http_server.scheduling import Job, Scheduler

logger = logging.getLogger(__name__)


class Dispatcher:
    """Processes requests in threads. Replaces waitress's dispatcher, which has one queue."""

    def __init__(self, threads: int) -> None:
        self._scheduler = Scheduler(threads)
        self._changed = threading.Condition()
        self._is_stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"request-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def add(self, job: Job) -> None:
        """Let a request wait for a thread."""
        with self._changed:
            self._scheduler.add(job)
            self._changed.notify()

    def remove(self, job: Job) -> bool:
        """Remove a request; returns False if a thread has begun to process it."""
        with self._changed:
            return self._scheduler.remove(job)

    def shutdown(self, timeout: float) -> None:
        """Drop waiting requests; wait up to ``timeout`` seconds for running ones."""
        with self._changed:
            self._is_stopping = True
            waiting = self._scheduler.waiting
            for job in waiting:
                self._scheduler.remove(job)
            self._changed.notify_all()
        for job in waiting:
            job.task.cancel()
        until = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0, until - time.monotonic()))

    def _work(self) -> None:
        while job := self._next():
            try:
                job.task.service()
            except Exception:
                logger.exception("the response could not be sent")
            finally:
                with self._changed:
                    self._scheduler.finish(job)

    def _next(self) -> Job | None:
        with self._changed:
            while not self._is_stopping:
                if job := self._scheduler.take():
                    return job
                self._changed.wait()
        return None
