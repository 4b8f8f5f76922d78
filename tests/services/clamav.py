"""A clamd in a temporary folder, on a Unix socket and a free loopback port, whose only signature is that of EICAR.

It needs no database of ClamAV and no network, and nothing of the configuration of the machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from extery_site.project.clamd_address import ClamdAddress
from extery_site.scanning.clamd import Clamd, ScannerUnavailable
from tests.fake_clamd import SIGNATURE, Limits
from tests.parts import free_port
from tests.site.scanning.hostile import eicar

START_LIMIT = 300.0
"""Seconds until clamd must answer; only catches a hang."""
STOP_LIMIT = 10.0
"""Seconds until a clamd that does not end is killed."""


class ClamavError(Exception):
    """clamd did not start. The text is its output."""


class ClamdServer:
    """A clamd that can be stopped and started again; it runs within a ``with`` block."""

    def __init__(self, program: Path, *, limits: Limits = Limits()) -> None:
        self._program = program
        self._limits = limits
        # The path of a socket has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="clamd-"))
        self._socket = self._folder / "s"
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> ClamdAddress:
        return ClamdAddress(path=str(self._socket))

    @property
    def tcp_address(self) -> ClamdAddress:
        return ClamdAddress(host="127.0.0.1", port=self._port)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        try:
            self._write_database()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, after `stop` at the same addresses."""
        # Another program may take the port that was free, so try again.
        for _ in range(5):
            self._port = self._port or free_port()
            self._write_configuration()
            command = [str(self._program), f"--config-file={self._folder / 'clamd.conf'}"]
            if setpriv := shutil.which("setpriv"):
                command = [setpriv, "--pdeathsig=TERM", *command]
            with (self._folder / "log").open("wb") as log:
                self._process = subprocess.Popen(command, stdout=log, stderr=log)
            if self._is_ready():
                return
            self._port = 0
        raise ClamavError((self._folder / "log").read_text("utf-8", "replace"))

    def stop(self) -> None:
        """Stop it, or kill it if it does not end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it without letting it answer what it is scanning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_LIMIT)
        self._process = None

    def _is_ready(self) -> bool:
        process = self._process
        assert process is not None
        until = time.monotonic() + START_LIMIT
        while process.poll() is None and time.monotonic() < until:
            with suppress(ScannerUnavailable):
                Clamd(self.address).ping()
                return True
            time.sleep(0.01)
        self.kill()
        return False

    def _write_database(self) -> None:
        """Write a database with one signature: SHA-256, size, name, and the lowest version of the engine."""
        content = eicar()
        name = SIGNATURE.removesuffix(".UNOFFICIAL")
        row = f"{hashlib.sha256(content).hexdigest()}:{len(content)}:{name}:73\n"
        (self._folder / "database").mkdir()
        (self._folder / "database" / "eicar.hsb").write_text(row, "ascii")

    def _write_configuration(self) -> None:
        limits = self._limits
        settings = {
            "LocalSocket": self._socket,
            "TCPAddr": "127.0.0.1",
            "TCPSocket": self._port,
            "DatabaseDirectory": self._folder / "database",
            "TemporaryDirectory": self._folder,
            "Foreground": "yes",
            "StreamMaxLength": limits.stream_max_length,
            "MaxFileSize": limits.max_file_size,
            "MaxScanSize": limits.max_scan_size,
            "MaxRecursion": limits.max_recursion,
            "AlertExceedsMax": "yes" if limits.alert_exceeds_max else "no",
        }
        if os.getuid() == 0:
            # Else it becomes a user that may not write here.
            settings["User"] = "root"
        lines = [f"{name} {value}\n" for name, value in settings.items()]
        (self._folder / "clamd.conf").write_text("".join(lines), "utf-8")
