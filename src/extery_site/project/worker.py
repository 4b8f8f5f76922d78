"""The threads that answer requests: gunicorn's, but a client that dawdles holds up nobody else."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

#: Closing waits two seconds for a client that does not close its end; so many may wait at once.
_CLOSING = 16


class Worker(ThreadWorker):  # type: ignore[misc]
    """Closes connections beside its loop, which has to accept the next ones meanwhile."""

    def init_process(self) -> None:
        self.closers = ThreadPoolExecutor(_CLOSING, thread_name_prefix="closing")
        self.log.error_log.addFilter(_is_news)
        super().init_process()

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Look at a request that was answered, and let its connection go or wait for another."""

        def close(graceful: bool = False) -> None:
            self.closers.submit(TConn.close, conn, graceful=graceful)

        conn.close = close
        super().finish_request(conn, fs)


def _is_news(record: logging.LogRecord) -> bool:
    """All that is logged, but that a client fell silent, which is what the limits are for."""
    return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))
