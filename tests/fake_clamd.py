"""A fake clamd, which finds EICAR within limits like those of clamd, and misbehaves on demand.

`tests/services/test_clamav.py` runs the same files through it and through a real one, which proves it.
"""

from __future__ import annotations

import hashlib
import io
import select
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from extery_site.project.clamd_address import ClamdAddress
from extery_site.scanning.clamd_probes import too_deep_archive
from tests.site.scanning.hostile import eicar

VERSION = "ClamAV 1.4.6/27810/Sat Nov 28 09:24:11 2026"
#: What clamd says of EICAR with the signature of `tests.services.clamav`.
SIGNATURE = "Eicar-Test.UNOFFICIAL"

#: Answers on a connection instead of clamd, after the command was received.
Fault = Callable[[socket.socket, bytes], None]


@dataclass(frozen=True)
class Limits:
    """Limits of clamd, with the names in ``clamd.conf``; sizes in bytes."""

    stream_max_length: int = 2_000_000
    max_file_size: int = 1_000_000
    max_scan_size: int = 4_000_000
    max_recursion: int = 4
    alert_exceeds_max: bool = True


class FakeClamd:
    """A clamd in threads, on a loopback port, or on a Unix socket if ``path`` is given."""

    def __init__(self, path: Path | None = None, *, limits: Limits = Limits()) -> None:
        self.limits = limits
        self.fault: Fault | None = None
        self.version = VERSION
        self.commands: list[bytes] = []
        """Commands received, without the NUL."""
        self.files: list[bytes] = []
        """Files received as a whole, without the one with which `Clamd` tries the limits."""
        self._path = path
        self._port = 0
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    @property
    def address(self) -> ClamdAddress:
        if self._path is not None:
            return ClamdAddress(path=str(self._path))
        return ClamdAddress(host="127.0.0.1", port=self._port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Accept connections, after `stop` at the same address."""
        if self._path is None:
            self._listener = socket.create_server(("127.0.0.1", self._port))
            self._port = int(self._listener.getsockname()[1])
        else:
            self._path.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self._path))
            self._listener.listen()
        self._accepting = threading.Thread(target=self._accept, args=[self._listener], daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        """Refuse new connections, break open ones, and wait for the end of all threads."""
        if self._listener is None:
            return
        # A thread that waits in accept() would keep the listener open.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        self._accepting.join(60)  # then there are no new connections
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        while self._threads:
            self._threads.pop().join(60)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with self._lock:
                    self._connections.add(connection)
                thread = threading.Thread(target=self._serve, args=[connection], daemon=True)
                thread.start()
                self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with suppress(OSError), connection:
                command = _read_command(connection)
                self.commands.append(command)
                if self.fault is not None:
                    self.fault(connection, command)
                else:
                    connection.sendall(self._answer(connection, command) + b"\0")
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _answer(self, connection: socket.socket, command: bytes) -> bytes:
        if command == b"zPING":
            return b"PONG"
        if command == b"zVERSION":
            return self.version.encode()
        if command != b"zINSTREAM":
            return b"UNKNOWN COMMAND"
        received = bytearray()
        for block in blocks(connection):
            if len(received) + len(block) > self.limits.stream_max_length:
                return b"INSTREAM size limit exceeded. ERROR"
            received += block
        if received != too_deep_archive():
            self.files.append(bytes(received))
        found = _Scan(self.limits).scan(bytes(received))
        return f"stream: {found} FOUND".encode() if found else b"stream: OK"


class _Scan:
    """A scan of one file and of what is in it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._scanned = 0
        self._exceeded = ""

    def scan(self, content: bytes) -> str:
        """Return the name of what was found, or an empty string."""
        found = self._find(content, depth=1)
        return found or (self._exceeded if self._limits.alert_exceeds_max else "")

    def _find(self, content: bytes, depth: int) -> str:
        if depth > self._limits.max_recursion:
            return self._exceed("MaxRecursion")
        if len(content) > self._limits.max_file_size:
            return self._exceed("MaxFileSize")
        if self._scanned + len(content) > self._limits.max_scan_size:
            return self._exceed("MaxScanSize")
        self._scanned += len(content)
        if hashlib.sha256(content).digest() == hashlib.sha256(eicar()).digest():
            return SIGNATURE
        found = ""
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                # clamd says nothing of what it cannot unpack.
                is_lzma = member.compress_type == zipfile.ZIP_LZMA
                if is_lzma or member.flag_bits & 1 or _is_zip64(content, member):
                    continue
                inner = archive.read(member)
                if member.compress_type != zipfile.ZIP_STORED:
                    # clamd inflates that much, and says nothing of the rest.
                    inner = inner[: self._limits.max_file_size]
                found = found or self._find(inner, depth + 1)
        return found

    def _exceed(self, limit: str) -> str:
        self._exceeded = self._exceeded or f"Heuristics.Limits.Exceeded.{limit}"
        return ""


def _is_zip64(content: bytes, member: zipfile.ZipInfo) -> bool:
    """Whether the header before a member leaves its sizes to an extra field."""
    at = member.header_offset + 18
    return content[at : at + 8] == b"\xff" * 8


def _read_command(connection: socket.socket) -> bytes:
    command = bytearray()
    while (byte := connection.recv(1)) != b"\0":
        if not byte:
            raise ConnectionError
        command += byte
    return bytes(command)


def _read(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        if not (block := connection.recv(size - len(data))):
            raise ConnectionError
        data += block
    return bytes(data)


def blocks(connection: socket.socket) -> Iterator[bytes]:
    """Receive the blocks of a file."""
    while size := int.from_bytes(_read(connection, 4), "big"):
        yield _read(connection, size)


def answering(answer: bytes) -> Fault:
    """Receive the file and send this instead of an answer."""

    def fault(connection: socket.socket, command: bytes) -> None:
        if command == b"zINSTREAM":
            list(blocks(connection))
        connection.sendall(answer)

    return fault


def closing_after(size: int, answer: bytes = b"") -> Fault:
    """Receive so many bytes, send an answer, and close the connection."""

    def fault(connection: socket.socket, _command: bytes) -> None:
        _read(connection, size)
        connection.sendall(answer)

    return fault


def hanging(connection: socket.socket, _command: bytes) -> None:
    """Receive everything and never answer."""
    while connection.recv(65_536):
        pass


def deaf(connection: socket.socket, _command: bytes) -> None:
    """Receive nothing, so that the client cannot send more than fits into buffers."""
    waiting = select.poll()
    waiting.register(connection, select.POLLRDHUP)
    waiting.poll(60_000)


def trickling(connection: socket.socket, command: bytes) -> None:
    """Send an answer without end, one byte after the other, as fast as a slow network does."""
    if command == b"zINSTREAM":
        list(blocks(connection))
    waiting = threading.Event()
    while True:
        connection.sendall(b"x")
        waiting.wait(0.02)
