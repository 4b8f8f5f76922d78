"""A worker in this process."""

from __future__ import annotations

import logging
from datetime import datetime

import pytest
from django.db import OperationalError

from extery_site.project.tasks.polling import Poller
from extery_site.project.tasks.worker import Worker, WorkerOptions

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_waits_for_a_database_that_is_gone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(WorkerOptions(threads=1, poll=0.001))
    polls: list[datetime] = []

    def has_ready(_: Poller, now: datetime) -> bool:
        polls.append(now)
        if len(polls) <= 2:
            raise OperationalError("the server has gone away")
        if len(polls) == 4:
            worker.stop()
        return False

    monkeypatch.setattr(Poller, "has_ready", has_ready)
    with caplog.at_level(logging.WARNING, "extery_site"):
        assert worker.run() == 0
    assert [record.getMessage() for record in caplog.records] == [
        f"worker {worker.id} waits for the database: the server has gone away",
        f"worker {worker.id} has the database again",
    ]
