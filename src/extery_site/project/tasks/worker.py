"""A worker: claims tasks and runs them in threads until it is stopped.

It also renews the leases of its tasks, requeues tasks of dead workers, and enqueues periodic jobs.
"""

from __future__ import annotations

import logging
import queue as queues
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone
from django.utils.crypto import get_random_string

from extery_site.project.tasks import queue
from extery_site.project.tasks.definitions import DEFAULT_QUEUE, SLOW_QUEUE, LeaseLost
from extery_site.project.tasks.models import StoredTask
from extery_site.project.tasks.periodic import Scheduler
from extery_site.project.tasks.polling import Poller
from extery_site.project.tasks.runner import Clock, log_failure, run_task

logger = logging.getLogger(__name__)

ALL_QUEUES = (DEFAULT_QUEUE, SLOW_QUEUE)


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """Options of a worker; the defaults are for the worker of ``extery serve``."""

    threads: int = 4
    queues: tuple[str, ...] = ALL_QUEUES
    #: Seconds between two checks for ready tasks; a task waits half of it on average.
    poll: float = 0.05
    #: A running task is requeued if its worker does not renew its lease for so long.
    lease: timedelta = timedelta(seconds=60)
    #: Seconds that running tasks get to finish when the worker is stopped.
    grace: float = 20.0


@dataclass
class _Running:
    task: StoredTask
    time_limit: timedelta
    started: float = field(default_factory=time.monotonic)


class Worker:
    """Runs tasks until `stop` is called. ``run`` is for the main thread."""

    def __init__(self, options: WorkerOptions | None = None, *, clock: Clock = timezone.now):
        self.options = options or WorkerOptions()
        self.id = get_random_string(12)
        self._clock = clock
        self._stopping = False
        self._exit_status = 0
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[UUID, _Running] = {}
        self._inbox: queues.SimpleQueue[StoredTask | None] = queues.SimpleQueue()
        self._scheduler = Scheduler()
        self._poller = Poller(self.options.queues)
        lease = self.options.lease.total_seconds()
        self._due = {
            self._renew: _Timer(lease / 4),
            self._reap: _Timer(min(lease / 4, 10)),
            self._schedule: _Timer(1),
        }
        self._database_failed = False

    def stop(self) -> None:
        """Stop after the running tasks. Only sets a flag: signal handlers call this."""
        self._stopping = True

    def run(self) -> int:
        """Run until stopped, and return the exit status of the process."""
        threads = [
            threading.Thread(target=self._work, name=f"task-{number}", daemon=True)
            for number in range(self.options.threads)
        ]
        for thread in threads:
            thread.start()
        logger.info(
            "worker %s started: %d threads, queues %s",
            *(self.id, self.options.threads, ", ".join(self.options.queues)),
        )
        while not self._stopping:
            with self._ignoring_database_errors():
                for action, timer in self._due.items():
                    if timer.is_due():
                        action()
                self._claim()
            self._wake.wait(1.0 if self._database_failed else self.options.poll)
            self._wake.clear()
        self._shut_down(threads)
        return self._exit_status

    def _claim(self) -> None:
        """Claim ready tasks for idle threads; one thread is kept free of slow tasks."""
        if not self._poller.has_ready(self._clock()):
            return
        fast = [name for name in self.options.queues if name != SLOW_QUEUE]
        for names, kept_free in ((fast, 0), (self.options.queues, 1)):
            with self._lock:
                idle = self.options.threads - len(self._running)
            limit = idle - kept_free if self.options.threads > 1 and fast else idle
            for stored in queue.claim(
                worker_id=self.id,
                queues=names,
                limit=limit,
                lease=self.options.lease,
                now=self._clock(),
            ):
                self._start(stored)

    def _start(self, stored: StoredTask) -> None:
        try:
            time_limit = stored.task.time_limit
        except ImportError:
            time_limit = self.options.lease  # `run_task` records the error
        with self._lock:
            self._running[stored.pk] = _Running(stored, time_limit)
        self._inbox.put(stored)

    def _work(self) -> None:
        """Run tasks in one of the threads."""
        while (stored := self._inbox.get()) is not None:
            close_old_connections()
            try:
                run_task(stored, clock=self._clock)
            finally:
                with self._lock:
                    self._running.pop(stored.pk, None)
                self._wake.set()
        connections.close_all()

    def _renew(self) -> None:
        """Renew the leases of running tasks, except those over their time limit."""
        with self._lock:
            running = list(self._running.values())
        now = time.monotonic()
        late = [one for one in running if now - one.started > one.time_limit.total_seconds()]
        for one in late:
            self._give_up(one)
        queue.renew_leases(
            (one.task for one in running if one not in late),
            lease=self.options.lease,
            now=self._clock(),
        )

    def _give_up(self, late: _Running) -> None:
        """Fail an attempt that hangs. Python cannot end a thread, so this process ends."""
        error = TimeoutError(f"ran longer than {late.time_limit}")
        policy = queue.policy_of(late.task)
        try:
            delay = queue.record_failure(late.task, error, policy=policy, now=self._clock())
        except LeaseLost:
            return  # it has just finished
        log_failure(late.task, delay, error)
        self._exit_status = 1
        self.stop()

    def _reap(self) -> None:
        for stored in queue.requeue_expired(now=self._clock()):
            self._poller.query_next_time()
            logger.warning(
                "%s lost its worker in attempt %d: %s",
                *(stored, stored.attempt, stored.get_status_display().lower()),
            )

    def _schedule(self) -> None:
        for name in self._scheduler.enqueue_due(self._clock()):
            self._poller.query_next_time()
            logger.debug("periodic job %s enqueued", name)

    @contextmanager
    def _ignoring_database_errors(self) -> Iterator[None]:
        """Ignore errors of a locked or unavailable database; log the first one."""
        try:
            yield
        except (DatabaseError, InterfaceError) as error:
            if not self._database_failed:
                logger.warning("worker %s waits for the database: %s", self.id, error)
            self._database_failed = True
            connections.close_all()
        else:
            if self._database_failed:
                logger.warning("worker %s has the database again", self.id)
            self._database_failed = False

    def _shut_down(self, threads: list[threading.Thread]) -> None:
        """Wait for running tasks until the grace period is over, and requeue the others."""
        for _ in threads:
            self._inbox.put(None)
        until = time.monotonic() + self.options.grace
        while any(thread.is_alive() for thread in threads) and time.monotonic() < until:
            with self._ignoring_database_errors():
                if self._due[self._renew].is_due():
                    self._renew()
            self._wake.wait(0.05)
            self._wake.clear()
        with self._lock:
            left = [one.task for one in self._running.values()]
        with self._ignoring_database_errors():
            for stored in left:
                if queue.release(stored, now=self._clock()):
                    logger.warning("%s interrupted: requeued", stored)
        connections.close_all()
        logger.info("worker %s stopped", self.id)


class _Timer:
    """Due immediately, and then every ``interval`` seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._next = 0.0

    def is_due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._interval
        return True
