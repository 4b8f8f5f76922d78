"""Downloads are counted by day, version, Blender and platform, and nothing else of them is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from extery_site.catalog.models import Extension, Package, Version
from extery_site.listings.download_counts import DOWNLOADS, DownloadCounter, add_downloads
from extery_site.statistics import retention
from extery_site.statistics.models import DownloadCount
from extery_site.statistics.queries import (
    downloads_of_days,
    downloads_split,
    today,
    weekly_downloads,
)
from extery_site.statistics.recording import Download, add_to_day, countable_system

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
RunTasks = Callable[[], int]


def rows() -> list[tuple[object, ...]]:
    columns = ("since", "is_month", "version", "blender", "platform", "number")
    return sorted(DownloadCount.objects.values_list(*columns))


@pytest.mark.parametrize(
    ("user_agent", "system"),
    [
        ("Blender/5.3.1 (Linux x86_64; cycle=release)", ("5.3", "linux-x64")),
        ("Blender/6.0 (Windows AMD64; cycle=alpha)", ("6.0", "windows-x64")),
        ("Blender/4.1.0 (Linux x86_64)", ("", "linux-x64")),
        ("Blender/9999.9999.9 (Linux x86_64)", ("", "linux-x64")),
        ("Blender/5.77.0 (macos aarch64)", ("", "macos-arm64")),
        ("Blender/5.3.0 (windows arm64)", ("5.3", "windows-arm64")),
        ("extery/1.0", ("", "")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", ("", "windows-x64")),
        ("=cmd|' /C calc'!A0\x00\r\n" * 1000, ("", "")),
    ],
)
def test_only_known_systems_are_counted(user_agent: str, system: tuple[str, str]) -> None:
    assert countable_system(user_agent) == system


def test_a_download_is_counted_by_what_blender_says(
    client: Client, approve: Approve, run_tasks: RunTasks
) -> None:
    path = approve().packages.get().download_path
    for address, agent in (
        ("192.0.2.1", "Blender/5.3.0 (Windows AMD64; cycle=release)"),
        ("192.0.2.2", "Blender/5.3.1 (Windows AMD64; cycle=release)"),
        ("192.0.2.3", "curl/8.5 ada@example.org"),
    ):
        response = client.get(path, headers={"User-Agent": agent}, REMOTE_ADDR=address)
        assert b"".join(response.streaming_content)  # type: ignore[attr-defined]
    DOWNLOADS.flush()
    run_tasks()
    assert rows() == [
        (today(), False, "1.0.0", "", "", 1),
        (today(), False, "1.0.0", "5.3", "windows-x64", 2),
    ]
    stored = repr(list(DownloadCount.objects.values()))
    assert "192.0.2" not in stored
    assert "ada" not in stored


def test_processes_add_to_the_same_day_and_tasks_of_older_releases_count(
    approve: Approve, run_tasks: RunTasks
) -> None:
    package = approve().packages.get().pk
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        process = DownloadCounter(interval=None)
        process.add(package, client=address, user_agent="Blender/5.2.0 (Linux x86_64)")
        process.flush()
    add_downloads.enqueue([(package, "a"), (package + 1000, "b")])
    run_tasks()
    assert rows() == [
        (today(), False, "1.0.0", "", "", 1),
        (today(), False, "1.0.0", "5.2", "linux-x64", 2),
    ]
    assert Package.objects.get().download_count == 3


def count(extension: Extension, days_ago: int, number: int, **fields: str) -> None:
    """Add downloads of a past day."""
    download = Download(extension.pk, fields.pop("version", "1.0.0"), **fields)
    add_to_day({download: number}, day=today() - timedelta(days=days_ago))


def test_weeks_end_today(approve: Approve) -> None:
    extension = approve().extension
    for days_ago, number in ((0, 1), (6, 2), (7, 4), (83, 8), (84, 16)):
        count(extension, days_ago, number)
    assert weekly_downloads(extension) == [8, *[0] * 9, 4, 3]
    assert weekly_downloads(extension, weeks=1) == [3]
    assert downloads_of_days(days=7) == {extension.pk: 3}
    assert downloads_of_days(days=7, before=7) == {extension.pk: 4}


def test_downloads_are_split_by_one_property(approve: Approve) -> None:
    extension = approve().extension
    count(extension, 1, 1, blender="5.3", platform="linux-x64")
    count(extension, 1, 2, blender="5.3", platform="windows-x64")
    count(extension, 1, 4, blender="4.2", version="0.9.0")
    day = today() - timedelta(days=1)
    assert downloads_split([extension.pk], days=30, by="blender") == {
        (day, "4.2"): 4,
        (day, "5.3"): 3,
    }
    assert downloads_split([extension.pk], days=30, by="version")[day, "0.9.0"] == 4
    assert downloads_split([extension.pk], days=1, by="platform") == {}


def test_old_days_are_added_up_by_month_and_old_months_deleted(approve: Approve) -> None:
    extension = approve().extension
    now = date(2026, 6, 30)

    def add(day: date, number: int) -> None:
        add_to_day({Download(extension.pk, "1.0.0", "5.3", "linux-x64"): number}, day=day)

    add(date(2026, 3, 1), 1)
    add(date(2026, 3, 2), 2)
    add(date(2026, 3, 31), 4)
    DownloadCount.objects.create(
        extension=extension, since=date(2023, 5, 1), is_month=True, version="1.0.0", number=8
    )
    DownloadCount.objects.create(
        extension=extension, since=date(2023, 6, 1), is_month=True, version="1.0.0", number=16
    )
    for _ in range(2):  # the second time there is nothing left to do
        retention.compact(now)
        assert rows() == [
            (date(2023, 6, 1), True, "1.0.0", "", "", 16),
            (date(2026, 3, 1), True, "1.0.0", "5.3", "linux-x64", 3),
            (date(2026, 3, 31), False, "1.0.0", "5.3", "linux-x64", 4),
        ]
