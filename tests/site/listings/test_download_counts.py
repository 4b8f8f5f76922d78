"""Download counts are collected in memory, and lost neither by a busy database nor by a stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from extery_site.catalog.models import Extension, Package, Version
from extery_site.listings import download_counts
from extery_site.listings.download_counts import DownloadCounter, add_downloads
from extery_site.project.tasks.models import StoredTask

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
    first, second = Package.objects.order_by("pk")
    for package in (first, second, first, first):
        counter.add(package.pk)
    assert counter.flush() == 4
    assert run_tasks() == 1
    assert counts() == [3, 1]
    assert Extension.objects.get().download_count == 4
    assert counter.flush() == 0
    assert run_tasks() == 0


def test_a_deleted_package_does_not_stop_the_others(
    approve: Approve, run_tasks: Callable[[], int]
) -> None:
    package = approve().packages.get()
    add_downloads.enqueue([[package.pk, 2], [package.pk + 1000, 5]])
    run_tasks()
    assert counts() == [2]


def test_counts_wait_for_a_database_that_is_busy(
    counter: DownloadCounter,
    approve: Approve,
    run_tasks: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counter.add(approve().packages.get().pk)

    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(StoredTask.objects, "create", locked)
        assert counter.flush() == 0
    counter.add(Package.objects.get().pk)
    assert counter.flush() == 2
    run_tasks()
    assert counts() == [2]


def test_many_packages_are_handed_over_in_several_tasks(
    counter: DownloadCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_counts, "_BATCH", 2)
    for package in range(5):
        counter.add(package)
    counter.flush()
    arguments = StoredTask.objects.order_by("enqueued_at").values_list("arguments", flat=True)
    assert [len(one["args"][0]) for one in arguments] == [2, 2, 1]


def test_the_memory_for_counts_is_bounded(
    counter: DownloadCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_counts, "MAX_PACKAGES", 2)
    for package in (1, 2, 3, 1):
        counter.add(package)
    assert counter.flush() == 3
