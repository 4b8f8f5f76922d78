"""Polling: a task of another connection is found immediately, and an idle SQLite needs no query."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from extery_site.project.tasks.models import StoredTask
from extery_site.project.tasks.polling import Poller
from tests.site.project.tasks import sample_tasks

pytestmark = pytest.mark.django_db(transaction=True)

LATER = datetime.now(UTC) + timedelta(days=1)


def enqueue_elsewhere() -> None:
    """Enqueue a task in another thread, which has a connection of its own."""

    def enqueue() -> None:
        sample_tasks.add_row.enqueue(1)
        connections.close_all()

    thread = threading.Thread(target=enqueue)
    thread.start()
    thread.join()


def test_a_task_of_another_connection_is_found_immediately() -> None:
    poller = Poller(["default"], interval=1000)
    assert not poller.has_ready(LATER)
    enqueue_elsewhere()
    assert poller.has_ready(LATER)


def test_a_task_that_becomes_ready_without_a_commit_is_found_by_the_next_query() -> None:
    sample_tasks.add_row.using(run_after=LATER).enqueue(1)
    poller = Poller(["default"], interval=0)
    assert not poller.has_ready(LATER - timedelta(seconds=1))
    assert poller.has_ready(LATER)


def test_tasks_of_other_queues_are_ignored() -> None:
    sample_tasks.add_row.enqueue(1)
    assert not Poller(["slow"]).has_ready(LATER)


def test_a_task_of_the_same_connection_is_found_after_a_notification() -> None:
    poller = Poller(["default"], interval=1000)
    assert not poller.has_ready(LATER)
    sample_tasks.add_row.enqueue(1)
    poller.query_next_time()
    assert poller.has_ready(LATER)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite counts commits")
def test_without_a_commit_no_table_is_read(django_assert_num_queries: Any) -> None:
    poller = Poller(["default"], interval=1000)
    poller.has_ready(LATER)
    with django_assert_num_queries(1) as captured:
        assert not poller.has_ready(LATER)
    assert captured[0]["sql"] == "PRAGMA data_version"
    assert not StoredTask.objects.exists()
    assert connection.vendor == "sqlite"
