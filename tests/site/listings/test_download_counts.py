"""Download counts are collected in memory, and lost neither by a busy database nor by a stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import OperationalError

from extery_site.catalog.models import Extension, Package, Version
from extery_site.listings import daily_clients, download_counts
from extery_site.listings.download_counts import (
    DownloadCounter,
    add_downloads,
    forget_download_clients,
)
from extery_site.listings.models import DownloadClient, DownloadDay
from extery_site.project.tasks.models import StoredTask
from extery_site.statistics.models import DownloadCount

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]


@pytest.fixture
def counter() -> DownloadCounter:
    """A counter without a thread."""
    return DownloadCounter(interval=None)


def counts() -> list[int]:
    return list(Package.objects.order_by("pk").values_list("download_count", flat=True))


def test_a_flush_adds_all_counts_with_one_task(
    counter: DownloadCounter, approve: Approve, run_tasks: Callable[[], int]
) -> None:
    approve()
    approve(version="1.1.0")
    run_tasks()
    first, second = Package.objects.order_by("pk")
    for number, package in enumerate((first, second, first, first)):
        counter.add(package.pk, client=f"192.0.2.{number}")
    assert counter.flush() == 4
    assert run_tasks() == 1
    assert counts() == [3, 1]
    assert Extension.objects.get().download_count == 4
    rows = DownloadCount.objects.all()
    assert sum(row.number for row in rows) == 4
    assert {row.since for row in rows} == {daily_clients.today()}
    assert counter.flush() == 0
    assert run_tasks() == 0


def test_a_deleted_package_does_not_stop_the_others(
    approve: Approve, run_tasks: Callable[[], int]
) -> None:
    package = approve().packages.get()
    add_downloads.enqueue([(package.pk, "a"), (package.pk + 1000, "b"), (package.pk, "c")])
    run_tasks()
    assert counts() == [2]


def test_counts_wait_for_a_database_that_is_busy(
    counter: DownloadCounter,
    approve: Approve,
    run_tasks: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counter.add(approve().packages.get().pk, client="192.0.2.1")

    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(StoredTask.objects, "create", locked)
        assert counter.flush() == 0
    counter.add(Package.objects.get().pk, client="192.0.2.2")
    assert counter.flush() == 2
    run_tasks()
    assert counts() == [2]


def test_many_packages_are_handed_over_in_several_tasks(
    counter: DownloadCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_counts, "_BATCH", 2)
    for package in range(5):
        counter.add(package, client="192.0.2.1")
    counter.flush()
    arguments = StoredTask.objects.order_by("enqueued_at").values_list("arguments", flat=True)
    assert [len(one["args"][0]) for one in arguments] == [2, 2, 1]


def test_the_memory_for_counts_is_bounded(
    counter: DownloadCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_counts, "MAX_DOWNLOADS", 2)
    for package in (1, 2, 3):
        counter.add(package, client="192.0.2.1")
    assert counter.flush() == 2


def test_several_web_processes_count_a_client_once(
    approve: Approve, run_tasks: Callable[[], int]
) -> None:
    package = approve().packages.get()
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        process = DownloadCounter(interval=None)
        process.add(package.pk, client=address)
        process.flush()
    run_tasks()

    process.flush()
    assert counts() == [2]
    assert Extension.objects.get().download_count == 2


def test_a_download_that_is_handed_over_twice_at_once_is_counted_once(
    approve: Approve, run_tasks: Callable[[], int]
) -> None:
    package = approve().packages.get()
    add_downloads.enqueue([(package.pk, "a"), (package.pk, "a")])
    run_tasks()
    assert counts() == [1]


def test_a_client_counts_again_on_the_next_day_and_nothing_of_the_past_is_kept(
    approve: Approve, run_tasks: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = approve().packages.get()
    keys = []
    for number in (1, 2):
        monkeypatch.setattr(daily_clients, "today", lambda number=number: date(2026, 1, number))
        process = DownloadCounter(interval=None)
        process.add(package.pk, client="192.0.2.1")
        process.flush()
        run_tasks()
        keys.append(DownloadDay.objects.get().key)
        assert DownloadClient.objects.get().day == date(2026, 1, number)
    assert counts() == [2]
    assert keys[0] != keys[1]

    monkeypatch.setattr(daily_clients, "today", lambda: date(2026, 1, 3))
    forget_download_clients.enqueue()
    run_tasks()
    assert not DownloadDay.objects.exists()
    assert not DownloadClient.objects.exists()


def test_neither_tasks_nor_rows_have_an_address(
    counter: DownloadCounter, approve: Approve, run_tasks: Callable[[], int]
) -> None:
    counter.add(approve().packages.get().pk, client="192.0.2.1")
    counter.flush()
    stored = [repr(list(StoredTask.objects.values()))]
    run_tasks()
    stored.append(repr([*DownloadClient.objects.values(), *StoredTask.objects.values()]))
    assert "192.0.2" not in "".join(stored)


def test_the_number_of_stored_hashes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_clients, "MAX_STORED_HASHES", 3)
    for start in range(0, 10, 2):
        daily_clients.store_new([f"hash{start}", f"hash{start + 1}"])
        assert DownloadClient.objects.count() <= 3
