"""Listing of 1,000 extensions from the running site, warm, from one process.

Peer in the same run: the same server (gunicorn, gthread, one process) with a WSGI application
that only returns the same bytes, which is the most this server can give. Needs ``wrk``.

    python benchmarks/listing_server.py [--extensions 1000] [--seconds 3] [--rounds 3] [--connections 16]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATH = "/api/v1/extensions/"
QUERY = f"{PATH}?blender_version=4.2.3&platform=linux-x64&python_version=3.11.7"
MUST = 1000

#: The peer: the bytes in the file, and nothing else.
PEER = """
import sys
from pathlib import Path
from gunicorn.app.base import BaseApplication

body = Path(sys.argv[1]).read_bytes()
headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]

def application(environ, start_response):
    start_response("200 OK", headers)
    return [body]

class Server(BaseApplication):
    def load_config(self):
        options = dict(bind="127.0.0.1:0", workers=1, worker_class="gthread", threads=8,
                       keepalive=15, control_socket_disable=True, loglevel="info")
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self):
        return application

Server().run()
"""


def main() -> None:
    """Measure, print, and fail below what must be reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extensions", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not here: install it, for example with 'apt-get install wrk'")
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        failed = run(Path(folder), options)
    sys.exit(1 if failed else 0)


def run(folder: Path, options: argparse.Namespace) -> bool:
    """All measurements, in turn so that a busy moment meets everyone; whether one is too low."""
    data = folder / "data"
    fill(data, options.extensions)
    site = [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data)]
    with serving(site, folder / "site.log") as base:
        body, etag = fetch(base + QUERY)
        print(f"{options.extensions:,} extensions, {len(body):,} bytes")
        assert is_not_modified(base + QUERY, etag)
        sample = folder / "body.json"
        sample.write_bytes(body)
        peer = [sys.executable, "-c", PEER, str(sample)]
        with serving(peer, folder / "peer.log") as bare:
            cases = {
                "200, for one system": (base + QUERY, []),
                "200, unfiltered": (base + PATH, []),
                "304, not changed": (base + QUERY, [f"If-None-Match: {etag}"]),
                "peer, bytes only": (f"{bare}/", []),
            }
            rates: dict[str, list[float]] = {name: [] for name in cases}
            for _ in range(options.rounds):
                for name, (url, headers) in cases.items():
                    rates[name].append(wrk(url, options, *headers))
    return report({name: statistics.median(found) for name, found in rates.items()})


def report(rates: dict[str, float]) -> bool:
    """Print the medians and their ratios; whether one is below what must be reached."""
    *ours, peer = rates
    for name, rate in rates.items():
        print(f"{name:20} {rate:8,.0f} requests/s   {rate / rates[peer]:5.2f} of the peer")
    missed = min(rates[name] for name in ours) < MUST
    print(f"at least {MUST:,} requests/s: {'MISSED' if missed else 'reached'}")
    return missed


def fill(data: Path, count: int) -> None:
    """A database with ``count`` approved extensions, by bulk rows: no files are needed here."""
    os.environ["EXTERY_DATA"] = str(data)
    from extery_site.project.server import prepare

    prepare(data)
    from django.db import connections, transaction
    from django.utils import timezone

    from extery_site.accounts.models import User
    from extery_site.catalog.models import Extension, Package, Version, normalize_id
    from extery_site.listings.actions import increment_revision

    now = timezone.now()
    with transaction.atomic():
        owner = User.objects.create_user("ada", "ada@example.org")
        extensions = Extension.objects.bulk_create(
            Extension(
                extension_id=f"tool_number_{number}",
                id_key=normalize_id(f"tool_number_{number}"),
                type="add-on",
                name=f"Tool number {number}",
                tagline="Does one of the things that people want",
                owner=owner,
                status=Extension.Status.APPROVED,
                published_at=now,
            )
            for number in range(count)
        )
        versions = Version.objects.bulk_create(
            Version(
                extension=extension,
                number="1.4.2",
                sort_key="0011001400122",
                status=Version.Status.APPROVED,
                manifest=manifest_of(extension.extension_id, extension.name, extension.tagline),
                blender_min=4_002_000,
                created_by=owner,
                approved_at=now,
            )
            for extension in extensions
        )
        for extension, version in zip(extensions, versions, strict=True):
            extension.newest_version = version
        Extension.objects.bulk_update(extensions, ["newest_version"])
        Package.objects.bulk_create(
            Package(
                version=version,
                file=f"packages/00/{version.pk}.zip",
                sha256=hashlib.sha256(str(version.pk).encode()).hexdigest(),
                size=64_000 + version.pk,
                original_name="tool.zip",
            )
            for version in versions
        )
        increment_revision()
    connections.close_all()


def manifest_of(extension_id: str, name: str, tagline: str) -> dict[str, object]:
    """A manifest of ordinary length."""
    return {
        "schema_version": "1.0.0",
        "id": extension_id,
        "version": "1.4.2",
        "name": name,
        "tagline": tagline,
        "maintainer": "Ada Tester <ada.tester@example.org>",
        "type": "add-on",
        "website": "https://example.org/tool",
        "tags": ["Modeling", "Mesh"],
        "blender_version_min": "4.2.0",
        "license": ["SPDX:GPL-3.0-or-later"],
        "permissions": {"files": "Reads and writes presets"},
    }


@contextmanager
def serving(command: list[str], log: Path) -> Iterator[str]:
    """A server in a process of its own, for as long as the block lasts; gives its address."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            yield wait_for(process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_for(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address that the server prints once it listens."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        text = log.read_text(encoding="utf-8")
        if match := re.search(r"http://127\.0\.0\.1:\d+", text):
            return match[0]
        time.sleep(0.1)
    sys.exit(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def fetch(url: str) -> tuple[bytes, str]:
    """The body and its entity tag; the first request also warms the server."""
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read(), response.headers["ETag"]


def is_not_modified(url: str, etag: str) -> bool:
    """Whether the server says so to a client that has the listing."""
    try:
        urllib.request.urlopen(urllib.request.Request(url, headers={"If-None-Match": etag}))
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code == 304
    return False


def wrk(url: str, options: argparse.Namespace, *headers: str) -> float:
    """Requests a second, two threads, on connections that are kept."""
    command = ["wrk", "-t2", f"-c{options.connections}", f"-d{options.seconds}s"]
    for header in ("Accept-Encoding: identity", *headers):
        command += ["-H", header]
    result = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    if "Non-2xx" in result.stdout or "Socket errors" in result.stdout:
        sys.exit(result.stdout)
    match = re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)
    assert match, result.stdout
    return float(match[1])


if __name__ == "__main__":
    main()
