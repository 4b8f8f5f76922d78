"""A package index (``pypiserver``) in a temporary folder, on a free loopback port."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.parts import free_port

START_LIMIT = 300.0
"""Seconds until the server must answer; only catches a hang."""


class ServerError(Exception):
    """The server did not start. The text is its output."""


@dataclass
class PackageIndexServer:
    """A server that can be stopped and started again on its port. ``packages`` are its files."""

    program: Path
    folder: Path
    hash_algorithm: str = "sha256"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def packages(self) -> Path:
        return self.folder / "packages"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/simple/"

    def publish(self, filename: str, data: bytes) -> None:
        (self.packages / filename).write_bytes(data)

    def start(self) -> None:
        """Start the server; another program may take the port first, so try again with others."""
        for _ in range(5):
            # Without a fallback, which would be PyPI for what it does not have.
            command = [str(self.program), "run", "--hash-algo", self.hash_algorithm]
            command += ["--host", "127.0.0.1", "--port", str(self.port), "--disable-fallback"]
            command += ["--backend", "simple-dir", str(self.packages)]
            if setpriv := shutil.which("setpriv"):
                command = [setpriv, "--pdeathsig=TERM", *command]
            with (self.folder / "log").open("wb") as log:
                self.process = subprocess.Popen(
                    command, stdout=log, stderr=log, start_new_session=True
                )
            if self._is_ready(self.process):
                return
            self.port = free_port()
        raise ServerError((self.folder / "log").read_text("utf-8", "replace"))

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(START_LIMIT)
            self.process = None

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        until = time.monotonic() + START_LIMIT
        while process.poll() is None and time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(self.url, timeout=5):
                return True
            time.sleep(0.05)
        process.kill()
        process.wait(START_LIMIT)
        return False


@contextmanager
def run_package_index(
    program: Path, *, hash_algorithm: str = "sha256"
) -> Iterator[PackageIndexServer]:
    """Run an empty index within the block."""
    folder = Path(tempfile.mkdtemp(prefix="extery-index-"))
    server = PackageIndexServer(program, folder, hash_algorithm)
    try:
        server.packages.mkdir()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
