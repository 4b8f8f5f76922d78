"""Measures the request rate of a warm listing of 1,000 extensions and of the start page, from one process.

The peer in the same run is the same embedded server with a WSGI application that returns the same
bytes from memory, the maximum of this server. For comparison, the site also runs in gunicorn
(gthread) and granian (WSGI), one process each. Prints the best rates and the peak memory.
Needs ``wrk``; servers that are not installed are left out.

    python benchmarks/listing_server.py [--extensions 1000] [--versions 1] [--seconds 3] [--rounds 3]
        [--connections 16]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

PATH = "/api/v1/extensions/"
QUERY = f"{PATH}?blender_version=4.2.3&platform=linux-x64&python_version=3.11.7"
MIN_RATE = 500
MIN_RATIO = 0.9
#: The minimum Blender of each version of an extension, oldest first: all of them are listed.
BLENDERS = ("4.2.0", "4.3.0", "4.4.0", "4.5.0", "5.0.0")

#: The peer: the embedded server sends the bytes of a file.
PEER = Path(__file__).with_name("bytes_server.py")

#: Servers for use behind nginx, with the site's application.
OTHERS = {
    "gunicorn": "-m gunicorn --bind 127.0.0.1:{port} --workers 1 --worker-class gthread"
    " --threads {threads} --keep-alive 15 --no-control-socket extery_site.project.wsgi:application",
    "granian": "-m granian --interface wsgi --host 127.0.0.1 --port {port} --workers 1"
    " --blocking-threads {threads} extery_site.project.wsgi:application",
}


def main() -> None:
    """Measure and print; exit with 1 below a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extensions", type=int, default=1000)
    parser.add_argument("--versions", type=int, default=1, choices=range(1, len(BLENDERS) + 1))
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: run 'apt-get install wrk'")
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        failed = run(Path(folder), options)
    sys.exit(1 if failed else 0)


def run(folder: Path, options: argparse.Namespace) -> bool:
    """Measure all servers in turn, so that load affects all; return True below a limit."""
    data = folder / "data"
    fill(data, options.extensions, options.versions)
    site = [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data)]
    with ExitStack() as servers:
        ours = servers.enter_context(serving(site, folder / "site.log"))
        body, etag = fetch(ours.url + QUERY)
        print(f"GET of a listing of {options.extensions:,} extensions, {len(body):,} bytes")
        assert is_not_modified(ours.url + QUERY, etag)
        sample = folder / "body.json"
        sample.write_bytes(body)
        peer = [sys.executable, str(PEER), str(sample), str(threads())]
        same = servers.enter_context(serving(peer, folder / "peer.log"))
        cases = {
            "200, for one system": (ours.url + QUERY, []),
            "200, unfiltered": (ours.url + PATH, []),
            "start page": (f"{ours.url}/", []),
            "304, not changed": (ours.url + QUERY, [f"If-None-Match: {etag}"]),
            "peer, bytes only": (f"{same.url}/", []),
        }
        processes = {"embedded server": ours, "peer, bytes only": same}
        for name in OTHERS:
            if find_spec(name):
                processes[name] = servers.enter_context(other(name, folder / f"{name}.log"))
                fetch(processes[name].url + QUERY)
                cases[f"200, {name}"] = (processes[name].url + QUERY, [])
        rates: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(options.rounds):
            for name, (url, headers) in cases.items():
                rates[name].append(wrk(url, options, *headers))
        for name, process in processes.items():
            print(f"{name:20} {process.peak_megabytes():8,.0f} MB peak memory")
    return report({name: max(values) for name, values in rates.items()})


def report(rates: dict[str, float]) -> bool:
    """Print the best rates and their ratios to the peer; return True below a limit."""
    peer = rates["peer, bytes only"]
    for name, rate in rates.items():
        print(f"{name:20} {rate:8,.0f} requests/s   {rate / peer:5.2f} of the peer")
    rate = rates["200, for one system"]
    missed = min(rate, rates["start page"]) < MIN_RATE or rate < MIN_RATIO * peer
    verdict = "missed" if missed else "met"
    print(
        f"limits: at least {MIN_RATE:,} requests/s, also of the start page, and {MIN_RATIO} of the peer: {verdict}"
    )
    return missed


def threads() -> int:
    """Return the number of threads in the settings of the site."""
    from django.conf import settings

    return int(settings.EXTERY_THREADS)


def fill(data: Path, count: int, versions: int = 1) -> None:
    """Create a database with ``count`` approved extensions, without files."""
    os.environ["EXTERY_DATA"] = str(data)
    from extery_site.project.startup import prepare

    prepare(data)
    from django.db import connections, transaction

    from extery_site.accounts.models import User
    from extery_site.catalog.models import Extension
    from extery_site.listings.rebuild import rebuild

    with transaction.atomic():
        owner = User.objects.create_user("ada", "ada@example.org")
        extensions = [new_extension(number, owner) for number in range(count)]
        for start in range(0, count, 500):
            add_versions(Extension.objects.bulk_create(extensions[start : start + 500]), versions)
    rebuild()
    connections.close_all()


def new_extension(number: int, owner: Any, **fields: Any) -> Any:
    """Return an approved extension that is not saved."""
    from django.utils import timezone

    from extery_site.catalog.models import Extension

    values = {"status": Extension.Status.APPROVED, "published_at": timezone.now(), **fields}
    return Extension(
        extension_id=f"tool_number_{number}",
        id_key=f"tool_number_{number}",
        type="add-on",
        name=f"Tool number {number}",
        tagline="Does one of the things that people want",
        owner=owner,
        **values,
    )


def new_version(extension: Any, place: int, **fields: Any) -> Any:
    """Return an approved version that is not saved; ``place`` counts from the oldest."""
    from django.utils import timezone

    from extery_site.catalog.models import Version, sortable_blender

    values = {"status": Version.Status.APPROVED, "approved_at": timezone.now(), **fields}
    return Version(
        extension=extension,
        number=f"1.{place}.2",
        sort_key=f"001100{place}00122",
        manifest=manifest_of(extension, place),
        blender_min=sortable_blender(BLENDERS[place]),
        created_by=extension.owner,
        **values,
    )


def add_versions(extensions: list[Any], count: int) -> None:
    """Add ``count`` versions with one package each to every extension."""
    from extery_site.catalog.models import Extension, Package, Version
    from extery_site.files.layout import FileKind
    from extery_site.files.models import StoredFile

    versions = Version.objects.bulk_create(
        new_version(extension, place) for extension in extensions for place in range(count)
    )
    for version in versions:
        version.extension.newest_version = version
    Extension.objects.bulk_update(extensions, ["newest_version"])
    hashes = {
        version.pk: hashlib.sha256(str(version.pk).encode()).hexdigest() for version in versions
    }
    StoredFile.objects.bulk_create(
        StoredFile(sha256=sha256, size=64_000 + pk, kind=FileKind.PACKAGE)
        for pk, sha256 in hashes.items()
    )
    Package.objects.bulk_create(
        Package(
            version=version,
            file_id=hashes[version.pk],
            sha256=hashes[version.pk],
            size=64_000 + version.pk,
            original_name="tool.zip",
        )
        for version in versions
    )


def manifest_of(extension: Any, place: int) -> dict[str, object]:
    """Return a manifest of typical length."""
    return {
        "schema_version": "1.0.0",
        "id": extension.extension_id,
        "version": f"1.{place}.2",
        "name": extension.name,
        "tagline": extension.tagline,
        "maintainer": "Ada Tester <ada.tester@example.org>",
        "type": "add-on",
        "website": "https://example.org/tool",
        "tags": ["Modeling", "Mesh"],
        "blender_version_min": BLENDERS[place],
        "license": ["SPDX:GPL-3.0-or-later"],
        "permissions": {"files": "Reads and writes presets"},
    }


class Served(NamedTuple):
    """A running server."""

    url: str
    pid: int

    def peak_megabytes(self) -> float:
        """Return the peak memory of the process or of its largest child."""
        pids = [self.pid, *children(self.pid)]
        return max(peak_kilobytes(pid) for pid in pids) / 1000


def children(pid: int) -> list[int]:
    """Return the child processes. Linux only."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.is_file() else []


def peak_kilobytes(pid: int) -> int:
    """Return the peak memory (VmHWM) of a process; 0 except on Linux."""
    status = Path(f"/proc/{pid}/status")
    match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    return int(match[1]) if match else 0


@contextmanager
def serving(command: list[str], log: Path, url: str = "") -> Iterator[Served]:
    """Run a server in its own process; set ``url`` if it does not print its address."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            yield Served(url or wait_for(process, log), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


@contextmanager
def other(name: str, log: Path) -> Iterator[Served]:
    """Run the site in another server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = OTHERS[name].format(port=port, threads=threads()).split()
    with serving([sys.executable, *command], log, f"http://127.0.0.1:{port}") as server:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=60):
                break
            time.sleep(0.1)
        yield server


def wait_for(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server prints its address; return it."""
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        text = log.read_text(encoding="utf-8")
        if match := re.search(r"http://127\.0\.0\.1:\d+", text):
            return match[0]
        time.sleep(0.1)
    sys.exit(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def fetch(url: str) -> tuple[bytes, str]:
    """Return the body and its entity tag; the first request also fills the caches."""
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read(), response.headers["ETag"]


def is_not_modified(url: str, etag: str) -> bool:
    """Return whether a client with the current listing gets 304."""
    try:
        urllib.request.urlopen(urllib.request.Request(url, headers={"If-None-Match": etag}))
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code == 304
    return False


def wrk(url: str, options: argparse.Namespace, *headers: str) -> float:
    """Return the requests per second on persistent connections, with two client threads."""
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
