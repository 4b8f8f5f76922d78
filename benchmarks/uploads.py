"""Measures what hostile uploads of up to 200 MB cost a running site.

Each upload is sent to the API of ``extery serve``, as a package or as the image of a draft. Prints
the status, the CPU time of the web process and of the worker, how far the memory of the web process
rose above its state before, and the slowest response to the listing meanwhile. The limits for each
upload are 10 s of CPU time, 300 MB and 1 s.

    python benchmarks/uploads.py [--megabytes 200] [UPLOAD ...]    # Linux
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).parent))
from slow_clients import LISTING, seconds_for, wait_for
from upload_samples import BOUNDARY, IMAGES, PACKAGES, archive, nothing

MAX_CPU, MAX_MEMORY, MAX_SECONDS = 10.0, 300.0, 1.0
CREATE_USER = """
import json
from django.test import Client
from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
user = User.objects.create_user("benchmark", "benchmark@example.org")
client = Client()
client.force_login(user)
print(json.dumps([create_token(user=user, name="benchmark")[1], client.cookies["sessionid"].value]))
"""


def main() -> None:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "uploads", nargs="*", metavar="UPLOAD", help="Beginnings of names. Default: all."
    )
    parser.add_argument("--megabytes", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        missed = run(Path(folder), options)
    print("exceeded: " + (", ".join(missed) or "nothing"))
    sys.exit(1 if missed else 0)


def run(folder: Path, options: argparse.Namespace) -> list[str]:
    """Send each upload; return those that exceed a limit."""
    data, log = folder / "data", folder / "site.log"
    command = [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data)]
    environment = {
        **os.environ,
        "EXTERY_UPLOADS_PER_ACCOUNT": "unlimited",
        "EXTERY_UPLOADS_PER_ADDRESS": "unlimited",
    }
    missed = []
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            port = wait_for(process, log)
            site = Site(port, process.pid, *create_user(data))
            site.prepare()
            print(
                f"{'':26}{'status':>8}{'sent':>9}{'CPU':>9}{'worker':>9}{'memory':>9}{'listing':>10}"
            )
            for name, write in {**PACKAGES, **IMAGES}.items():
                if options.uploads and not any(map(name.startswith, options.uploads)):
                    continue
                file = folder / "upload"
                with file.open("wb") as stream:
                    write(stream, options.megabytes * 1_000_000 - 100_000)
                if not site.measure(name, file, is_image=name in IMAGES):
                    missed.append(name)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    if "Traceback" in log.read_text(encoding="utf-8"):
        print(log.read_text(encoding="utf-8")[-3000:])
    return missed


class Site:
    """A running site and an account on it."""

    def __init__(self, port: int, pid: int, token: str, session: str) -> None:
        self.port, self.pid, self.token, self.session = port, pid, token, session

    def prepare(self) -> None:
        """Create the draft that images are added to."""
        buffer = io.BytesIO()
        archive(nothing, id="pictured")(buffer, 0)
        status = self.send("/api/v1/packages/", "file", io.BytesIO(buffer.getvalue()))
        if status != http.HTTPStatus.CREATED:
            sys.exit(f"the draft was answered with {status}")

    def measure(self, name: str, file: Path, *, is_image: bool) -> bool:
        """Send an upload and print its costs; return whether they are within the limits."""
        path, field = ("/publish/pictured/", "image") if is_image else ("/api/v1/packages/", "file")
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # the peak memory from now on
        before, others = cpu_seconds(self.pid), self.worker_seconds()
        memory = megabytes(self.pid, "VmRSS")
        slowest = [0.0]
        done = threading.Event()
        thread = threading.Thread(target=self._ask, args=(slowest, done))
        thread.start()
        with file.open("rb") as stream:
            status = self.send(path, field, stream)
        done.set()
        thread.join()
        time.sleep(1.5 if is_image else 0)  # for the worker
        cpu = cpu_seconds(self.pid) - before
        worker = self.worker_seconds() - others
        rise = megabytes(self.pid, "VmHWM") - memory
        size = file.stat().st_size / 1_000_000
        print(
            f"{name:26}{status:8}{size:6.1f} MB{cpu:7.2f} s{worker:7.2f} s{rise:6.0f} MB"
            f"{slowest[0]:8.3f} s",
            flush=True,
        )
        return cpu + worker <= MAX_CPU and rise <= MAX_MEMORY and slowest[0] <= MAX_SECONDS

    def _ask(self, slowest: list[float], done: threading.Event) -> None:
        while not done.is_set():
            slowest[0] = max(slowest[0], seconds_for(self.port, LISTING, "127.0.0.1"))
            done.wait(0.05)

    def send(self, path: str, field: str, file: BinaryIO) -> int:
        """Send a form with a file; return the status."""
        secret = "c" * 32
        fields = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{secret}\r\n'
        fields += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="alt_text"\r\n\r\nA\r\n'
        head = f'{fields}--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="a.zip"\r\n\r\n'.encode()
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(head) + size + len(tail)),
        }
        if path.startswith("/api/"):
            headers["Authorization"] = f"Bearer {self.token}"
        else:
            headers["Cookie"] = f"sessionid={self.session}; csrftoken={secret}"

        def parts() -> Iterator[bytes]:
            yield head
            while block := file.read(1 << 20):
                yield block
            yield tail

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, parts(), headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def worker_seconds(self) -> float:
        """Return the CPU seconds of the processes that the server has started."""
        lists = Path(f"/proc/{self.pid}/task").glob("*/children")
        return sum(cpu_seconds(int(pid)) for file in lists for pid in file.read_text().split())


def create_user(data: Path) -> list[str]:
    """Create an account; return an API token and the key of a session."""
    import json

    result = subprocess.run(
        [sys.executable, "-m", "extery", "manage", "shell", "-v", "0", "-c", CREATE_USER],
        env={**os.environ, "EXTERY_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(result.stdout.splitlines()[-1]))


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int, key: str) -> float:
    """Return a value of the memory of a process."""
    match = re.search(rf"{key}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1000 if match else 0.0


if __name__ == "__main__":
    main()
