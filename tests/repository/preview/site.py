"""A running preview, and a client that asks it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extery.repository.preview import Preview, preview

BODY = b'{"version": "v1"}' * 100


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


class Site:
    """A running preview, and a client that keeps its connection."""

    def __init__(self, running: Preview) -> None:
        self.running = running
        host, _, port = running.url.removeprefix("http://").rpartition(":")
        self.client = http.client.HTTPConnection(host, int(port), timeout=300)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.client.request(method, path, headers=named)
        return Answer(self.client.getresponse())


@contextmanager
def running(folder: Path, **options: object) -> Iterator[Site]:
    with preview(folder, interval=0.03, **options) as served:  # type: ignore[arg-type]
        thread = threading.Thread(target=served.wait)
        thread.start()
        site = Site(served)
        try:
            yield site
        finally:
            site.client.close()
            served.stop()
            thread.join()
