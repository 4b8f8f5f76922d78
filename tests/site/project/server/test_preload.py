"""``extery serve`` reads the listing when it starts, before the first request for it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from extery_site.listings.cache import LISTINGS
from extery_site.project.commands import serve
from extery_site.project.http_server import server
from tests.waiting import HANG


class FakeServer:
    """Ends when the listing has been preloaded."""

    preloaded: threading.Event

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def stop(self, *_: object) -> None: ...

    def run(self) -> None:
        assert self.preloaded.wait(HANG)


@pytest.fixture
def signal_handlers() -> Iterator[None]:
    """Restore the signal handlers that the server replaces."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signal_handlers", "db")
def test_the_listing_is_preloaded_while_the_server_is_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    preloaded = threading.Event()
    monkeypatch.setattr(FakeServer, "preloaded", preloaded, raising=False)
    monkeypatch.setattr(server, "Server", FakeServer)
    monkeypatch.setitem(sys.modules, "extery_site.project.wsgi", SimpleNamespace(application=None))
    monkeypatch.setattr(LISTINGS, "preload", preloaded.set)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)

    with serve.listen("127.0.0.1", 0) as listener:
        serve._run(listener, when_ready=lambda: None)

    assert preloaded.is_set()


def test_a_busy_database_skips_only_the_preload(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(LISTINGS, "preload", fail)
    thread = threading.Thread(target=serve._preload_listing)
    thread.start()
    thread.join(HANG)

    assert "the listing was not preloaded" in caplog.text
    assert "database is locked" in caplog.text
