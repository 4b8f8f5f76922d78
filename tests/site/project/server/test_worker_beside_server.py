"""``extery serve`` with its worker: started, started again, stopped; no download count is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.site.packages import package

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

HANG = 300
_PUBLISH = """
import io
from extery_site.accounts.models import User
from extery_site.catalog.models import Package, Version
from extery_site.publish.upload import receive_upload
user = User.objects.create_user("ada", "ada@example.org")
data = open(PATH, "rb")
version = receive_upload(file=data, name="gear.zip", user=user).version
Version.objects.update(status="approved")
print(Package.objects.get().download_path)
"""


class Site(NamedTuple):
    process: subprocess.Popen[bytes]
    data: Path
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def workers(self) -> list[int]:
        """The process ids of the running workers of this site."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if b"extery\0worker\0" in command and str(self.data).encode() in environment:
                found.append(int(folder.name))
        return found


@contextmanager
def serving(data: Path, *options: str) -> Iterator[Site]:
    log = data.parent / "serve.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data), *options],
            stdout=output,
            stderr=output,
        )
    try:
        site = Site(process, data, log)
        wait_until(lambda: " runs at " in site.output or process.poll() is not None)
        assert process.poll() is None, site.output
        yield site
    finally:
        process.terminate()
        process.wait(HANG)


def wait_until(condition: object) -> None:
    until = time.monotonic() + HANG
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def shell(data: Path, script: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "extery", "manage", "shell", "-v", "0", "-c", script],
        env={**os.environ, "EXTERY_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_the_worker_beside_the_server_is_restarted(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as site:
        wait_until(site.workers)
        (first,) = site.workers()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: site.workers() not in ([], [first]))
        assert "restarting in" in site.output
        site.process.terminate()
        assert site.process.wait(HANG) == 0
        assert site.workers() == []
        assert "Traceback" not in site.output


def test_the_worker_ends_when_the_server_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as site:
        wait_until(site.workers)
        site.process.kill()
        site.process.wait(HANG)
        wait_until(lambda: not site.workers())

        assert site.workers() == []


def test_tasks_that_wait_without_a_worker_are_reported(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-worker") as site:
        assert "run 'extery worker'" in site.output
        assert site.workers() == []


def test_downloads_before_a_stop_are_counted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (tmp_path / "gear.zip").write_bytes(package())
    with serving(data) as site:
        path = shell(data, _PUBLISH.replace("PATH", repr(str(tmp_path / "gear.zip"))))
        match = re.search(r"http://127\.0\.0\.1:\d+", site.output)
        assert match
        for _ in range(3):
            with urllib.request.urlopen(match[0] + path.splitlines()[-1]) as response:
                assert response.read() == package()
        site.process.terminate()
        assert site.process.wait(HANG) == 0
    count = "from extery_site.catalog.models import Package; print(Package.objects.get().download_count)"
    with serving(data):
        wait_until(lambda: shell(data, count) == "3")
