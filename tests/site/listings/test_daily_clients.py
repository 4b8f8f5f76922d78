"""Downloads are counted once per client and day, and nothing can be traced back to a client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from extery_site.catalog.models import Package, Version
from extery_site.listings.daily_clients import DailyClients
from extery_site.listings.download_counts import DOWNLOADS


def test_a_client_is_new_once_a_day_for_each_package() -> None:
    days = [date(2026, 1, 1)]
    clients = DailyClients(today=lambda: days[-1])
    assert clients.add("192.0.2.1", 1)
    assert not clients.add("192.0.2.1", 1)
    assert clients.add("192.0.2.1", 2)
    assert clients.add("192.0.2.2", 1)
    days.append(date(2026, 1, 2))
    assert clients.add("192.0.2.1", 1)


def test_neither_addresses_nor_keys_of_past_days_are_kept() -> None:
    days = [date(2026, 1, 1)]
    clients = DailyClients(today=lambda: days[-1])
    clients.add("192.0.2.1", 1)
    before = vars(clients).copy()
    assert "192.0.2.1" not in repr(before)
    days.append(date(2026, 1, 2))
    clients.add("192.0.2.2", 1)
    assert clients._key != before["_key"]
    assert not clients._hashes & before["_hashes"]


def test_the_number_of_hashes_is_bounded() -> None:
    clients = DailyClients(max_hashes=3)
    for number in range(10):
        clients.add(f"192.0.2.{number}", 1)
    assert len(clients._hashes) <= 3


def drain(response: Any) -> None:
    if response.streaming:
        list(response.streaming_content)


def flushed() -> int:
    return DOWNLOADS.flush()


@pytest.mark.parametrize(
    ("method", "headers", "number"),
    [
        ("get", {}, 1),
        ("head", {}, 0),
        ("get", {"Range": "bytes=0-9"}, 0),
        ("get", {"Range": "bytes=5-"}, 0),
        ("get", {"Range": "bytes=-5"}, 0),
        ("get", {"Range": "bytes=0-"}, 1),
        ("get", {"Range": "bytes=0-999999999"}, 1),
        ("get", {"Range": "bytes=999999999-"}, 0),
        ("get", {"Range": "bytes=0-0,5-9"}, 1),
    ],
)
def test_only_complete_downloads_are_counted(
    client: Client,
    approve: Callable[..., Version],
    method: str,
    headers: dict[str, str],
    number: int,
) -> None:
    path = approve().packages.get().download_path
    drain(getattr(client, method)(path, headers=headers))
    assert flushed() == number


def test_a_download_is_counted_once_per_client_and_day(
    client: Client, approve: Callable[..., Version], run_tasks: Callable[[], int]
) -> None:
    path = approve().packages.get().download_path
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        drain(client.get(path, REMOTE_ADDR=address))
    assert flushed() == 2
    run_tasks()
    assert Package.objects.get().download_count == 2


def test_clients_behind_a_proxy_are_told_apart(
    client: Client, approve: Callable[..., Version], settings: Any
) -> None:
    settings.EXTERY_PROXIES = 1
    path = approve().packages.get().download_path
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.2"):
        drain(client.get(path, headers={"X-Forwarded-For": address}))
    assert flushed() == 2


def test_clients_of_one_ipv6_network_are_one(
    client: Client, approve: Callable[..., Version]
) -> None:
    path = approve().packages.get().download_path
    for address in ("2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:2::1"):
        drain(client.get(path, REMOTE_ADDR=address))
    assert flushed() == 2
