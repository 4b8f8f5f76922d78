"""Measures the cost of an approval in a web process that serves a large listing.

A site with ``--extensions`` × ``--versions`` runs, and listings for all Blender versions and platforms have
been requested. Then a moderator approves versions over HTTP. Measured on the server process (Linux only):

- the CPU time of the approval and of the first listing after it, plain and with gzip (medians);
- the longest time from sending an approval to having received the listing with the version;
- the longest wait of another client that requests the listing without pauses, during approvals and
  without them (HEAD, so that sending the body does not count);
- the peak memory.

    python benchmarks/listing_approvals.py [--extensions 10000] [--versions 5] [--approvals 5]
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from listing_server import BLENDERS, PATH, QUERY, Served, fill, new_extension, new_version, serving
from scanning import make_package

#: Limits: CPU milliseconds of an approval and the first listing after it; megabytes.
MAX_CPU = 100
#: Seconds from an approval to the listing with the version.
MAX_SECONDS = 2
MAX_MEMORY = 200
PLATFORMS = ("linux-x64", "windows-x64", "macos-arm64")


class Waiting(NamedTuple):
    """A version in the review queue, and the hash of its package."""

    extension_id: str
    number: str
    sha256: str


class Costs(NamedTuple):
    """CPU milliseconds of the server, and the seconds until the version was in the listing."""

    approval: float
    listing: float
    compressed: float
    seconds: float


def main() -> None:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extensions", type=int, default=10_000)
    parser.add_argument("--versions", type=int, default=5, choices=range(1, len(BLENDERS) + 1))
    parser.add_argument("--approvals", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        failed = run(Path(folder), options)
    sys.exit(1 if failed else 0)


def run(folder: Path, options: argparse.Namespace) -> bool:
    """Measure and print; return True if a limit is exceeded."""
    data = folder / "data"
    fill(data, options.extensions, options.versions)
    waiting, token = submit(data, 2 * options.approvals)
    site = [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data)]
    with serving(site, folder / "site.log") as server:
        client = Client(server, token)
        start = cpu_milliseconds(server.pid)
        size = len(client.get(QUERY)[1])
        print(f"{options.extensions:,} extensions × {options.versions} versions, {size:,} bytes")
        print(f"first listing        {cpu_milliseconds(server.pid) - start:8,.0f} ms CPU")
        for blender in BLENDERS:
            for platform in PLATFORMS:
                client.get(f"{PATH}?blender_version={blender}&platform={platform}")
        client.get(QUERY, "gzip")
        costs = [measure(client, version) for version in waiting[: options.approvals]]
        idle, busy = waits(client, waiting[options.approvals :])
        memory = server.peak_megabytes()
    cost = Costs(*map(statistics.median, zip(*costs, strict=True)))
    total = cost.approval + cost.listing
    print(f"approval             {cost.approval:8,.1f} ms CPU")
    print(
        f"first new listing    {cost.listing:8,.1f} ms CPU, with gzip {cost.compressed:,.1f} more"
    )
    print(f"longest wait         {busy:8,.1f} ms during approvals, {idle:,.1f} ms without")
    print(f"peak memory          {memory:8,.0f} MB")
    seconds = max(one.seconds for one in costs)
    print(f"in the listing after {seconds * 1000:8,.0f} ms")
    missed = total > MAX_CPU or memory > MAX_MEMORY or seconds > MAX_SECONDS
    verdict = "exceeded" if missed else "met"
    print(
        f"limits: {MAX_CPU} ms CPU for approval and new listing (now {total:,.1f} ms), "
        f"{MAX_SECONDS} s until it is in the listing, {MAX_MEMORY} MB: {verdict}"
    )
    return missed


def submit(data: Path, count: int) -> tuple[list[Waiting], str]:
    """Put versions of new extensions into the review queue; return them and a moderator's token."""
    from django.db import connections

    from extery_site.accounts.actions import create_token
    from extery_site.accounts.models import User
    from extery_site.catalog.models import Extension, Package, Version
    from extery_site.files.models import StoredFile

    moderator = User.objects.create_user("mod", "mod@example.org", is_moderator=True)
    owner = User.objects.get(username="ada")
    waiting = []
    for number in range(count):
        # Distributed over the listing, like real ids.
        extension = new_extension(number * 7, owner, status=Extension.Status.IN_REVIEW)
        extension.extension_id = extension.id_key = f"{extension.extension_id}_new"
        extension.save()
        version = new_version(extension, 0, status=Version.Status.IN_REVIEW, approved_at=None)
        version.save()
        content = make_package(number, 1)
        sha256 = hashlib.sha256(content).hexdigest()
        file = StoredFile.objects.create(sha256=sha256, size=len(content), kind="package")
        path = data / "media" / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        Package.objects.create(
            version=version,
            file=file,
            sha256=sha256,
            size=len(content),
            original_name="tool.zip",
        )
        waiting.append(Waiting(extension.extension_id, version.number, sha256))
    _, token = create_token(user=moderator, name="benchmark")
    connections.close_all()
    return waiting, token


class Client:
    """A persistent connection to the measured server."""

    def __init__(self, server: Served, token: str) -> None:
        self.server = server
        self.token = token
        self._connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=300)

    def request(self, method: str, url: str, body: str | None = None, **headers: str) -> bytes:
        """Send a request; return the body of the response, which must be 200."""
        self._connection.request(method, url, body, headers)
        with self._connection.getresponse() as response:
            content = response.read()
            self.etag = response.headers.get("ETag", "")
            if response.status != 200:
                sys.exit(f"{method} {url}: {response.status} {content[:500]!r}")
        return content

    def get(self, url: str, encoding: str = "identity") -> tuple[str, bytes]:
        """Return the entity tag and the body of a listing."""
        content = self.request("GET", url, **{"Accept-Encoding": encoding})
        return self.etag, content

    def approve(self, version: Waiting) -> None:
        """Publish a version."""
        self.request(
            "POST",
            f"/api/v1/extensions/{version.extension_id}/versions/{version.number}/approve",
            json.dumps({"packages": [version.sha256]}),
            **{"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )


def measure(client: Client, version: Waiting) -> Costs:
    """Approve a version and request the listing."""
    pid = client.server.pid
    before, _ = client.get(QUERY)
    times, start = [cpu_milliseconds(pid)], time.perf_counter()
    client.approve(version)
    times.append(cpu_milliseconds(pid))
    after, _ = client.get(QUERY)
    seconds = time.perf_counter() - start
    times.append(cpu_milliseconds(pid))
    client.get(QUERY, "gzip")
    times.append(cpu_milliseconds(pid))
    assert after != before, "the next listing does not contain the approved version"
    approval, listing, compressed = (end - begin for begin, end in pairwise(times))
    return Costs(approval, listing, compressed, seconds)


def waits(client: Client, waiting: list[Waiting]) -> tuple[float, float]:
    """Return the longest waits of another client in milliseconds: without and during approvals."""
    with requesting(client) as idle:
        time.sleep(3)
    with requesting(client) as busy:
        for version in waiting:
            client.approve(version)
            client.request("HEAD", QUERY)
            time.sleep(3 / len(waiting))
    return max(idle), max(busy)


@contextmanager
def requesting(client: Client) -> Iterator[list[float]]:
    """Request the listing without pauses in a thread; yield the response times in milliseconds."""
    times: list[float] = []
    stop = threading.Event()
    other = Client(client.server, client.token)

    def send_requests() -> None:
        while not stop.is_set():
            start = time.perf_counter()
            other.request("HEAD", QUERY)
            times.append((time.perf_counter() - start) * 1000)

    thread = threading.Thread(target=send_requests)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()


def cpu_milliseconds(pid: int) -> float:
    """Return the CPU time of all threads of a process. Linux only."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


if __name__ == "__main__":
    main()
