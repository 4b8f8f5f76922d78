"""A client of ClamAV's daemon, clamd: a file is streamed to it, and its answer is a verdict.

The protocol is that of clamd(8): ``zINSTREAM``, blocks that each begin with their length, an empty block; the answer ends
with NUL. Knows neither Django nor the settings.

A file is clean only if clamd says so about all of it. What clamd leaves out because of its limits is ``not_scanned``, and
every answer that is not known raises `ScannerUnavailable`. With ``AlertExceedsMax no``, its default, clamd says OK of
a file over its limits, and also with ``yes`` it says OK of an archive with a compressed file above ``MaxFileSize``, of which it
inflates only the beginning (seen with ClamAV 1.4.6). So before the first clean verdict, two small files have to show that
clamd reports its limits, and that it reads a file of that size (`clamd_probes`).
"""

from __future__ import annotations

import io
import select
import socket
import time
from contextlib import closing
from typing import Protocol

from extery.core.text import clean_message, os_error_text
from extery_site.project.clamd_address import ClamdAddress
from extery_site.scanning.clamd_answers import (
    ClamdVerdict,
    ScannerUnavailable,
    over_limit,
    read_verdict,
    unknown,
)
from extery_site.scanning.clamd_probes import Zeros, too_deep_archive

__all__ = ["Clamd", "ClamdVerdict", "Readable", "ScannerUnavailable"]

#: Bytes of a file that are read and sent at a time.
BLOCK_SIZE = 256 * 1024
#: Answers are one short line.
MAX_ANSWER = 4096
CONNECT_TIMEOUT = 5.0
#: Seconds for a file, and one more for each `MIN_RATE` bytes of it. clamd itself gives up after 120 (its ``MaxScanTime``).
SCAN_TIMEOUT = 180.0
MIN_RATE = 1_000_000
#: Seconds for an answer that needs no scan.
COMMAND_TIMEOUT = 10.0
#: Seconds after which the limits of clamd are tried again: it may have been started with others.
PROBE_INTERVAL = 60.0

_CLOSED_EARLY = "clamd closed the connection without a complete answer"


class Readable(Protocol):
    """A binary stream."""

    def read(self, size: int, /) -> bytes:
        """Return at most that many bytes; none at the end."""


class Clamd:
    """A clamd at an address. Each call has a connection of its own, so threads can share an instance."""

    def __init__(
        self,
        address: ClamdAddress,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = SCAN_TIMEOUT,
    ) -> None:
        """``timeout``: seconds for a scan, and one more for each `MIN_RATE` bytes of the file."""
        self.address = address
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        #: Until when it is known, by the monotonic clock, that clamd reads files of how many bytes and reports its limits.
        self._proven = (0.0, 0)

    def ping(self) -> None:
        """Raise `ScannerUnavailable` if clamd does not answer."""
        if (answer := self._ask(b"zPING\0")) != "PONG":
            raise unknown(answer)

    def version(self) -> str:
        """Return the versions of engine and signatures and their date, for example ``ClamAV 1.4.3/27810/Sat Nov 29 …``.

        With signatures that are not ClamAV's own, only the version of the engine. Raises `ScannerUnavailable`.
        """
        answer = self._ask(b"zVERSION\0")
        if not answer.startswith("ClamAV "):
            raise unknown(answer)
        return clean_message(answer)

    def scan(self, stream: Readable, *, largest_member: int = 0) -> ClamdVerdict:
        """Send a file, from where the stream is to its end, and return the verdict.

        ``largest_member``: unpacked size in bytes of the largest compressed file in it, if it is an archive
        (`extery_site.scanning.package_scan`).
        Raises `ScannerUnavailable`, and what reading the stream raises.
        """
        verdict = self._scan(stream)
        if verdict.kind == "clean" and not self.reads(largest_member):
            return over_limit("clamd's MaxFileSize or StreamMaxLength, for a file in it")
        return verdict

    def reads(self, size: int) -> bool:
        """Return whether clamd reads files of this size; raises `ScannerUnavailable` if it does not report its limits."""
        until, largest = self._proven
        now = time.monotonic()
        if now < until and size <= largest:
            return True
        if self._scan(io.BytesIO(too_deep_archive())).kind != "not_scanned":
            raise ScannerUnavailable(
                "clamd does not report files over its limits: set AlertExceedsMax to yes in clamd.conf"
            )
        if size and self._scan(Zeros(size)).kind != "clean":
            return False
        self._proven = (now + PROBE_INTERVAL, size)
        return True

    def _scan(self, stream: Readable) -> ClamdVerdict:
        with closing(self._connect(self._timeout)) as connection:
            is_sent = connection.send(b"zINSTREAM\0")
            block: bytes | None = None
            while is_sent and block != b"":
                started = time.monotonic()
                block = stream.read(BLOCK_SIZE)
                # A slow storage is no fault of clamd.
                connection.extend(time.monotonic() - started + len(block) / MIN_RATE)
                # An empty block is the end of the file.
                is_sent = connection.send(len(block).to_bytes(4, "big") + block)
            return read_verdict(connection.receive(), is_complete=is_sent)

    def _ask(self, command: bytes) -> str:
        with closing(self._connect(min(self._timeout, COMMAND_TIMEOUT))) as connection:
            connection.send(command)
            return connection.receive()

    def _connect(self, timeout: float) -> _Connection:
        try:
            opened = _open(self.address, self._connect_timeout)
        except TimeoutError:
            raise ScannerUnavailable("clamd accepts no connection: timed out") from None
        except OSError as error:
            raise ScannerUnavailable(f"clamd cannot be reached: {os_error_text(error)}") from error
        return _Connection(opened, timeout)


def _open(address: ClamdAddress, timeout: float) -> socket.socket:
    if not address.path:
        return socket.create_connection((address.host, address.port), timeout)
    opened = socket.socket(socket.AF_UNIX)
    try:
        opened.settimeout(timeout)
        opened.connect(address.path)
    except BaseException:
        opened.close()
        raise
    return opened


class _Connection:
    """A connection with a deadline for all that is sent and received on it."""

    def __init__(self, opened: socket.socket, timeout: float) -> None:
        self._socket = opened
        self._socket.setblocking(False)
        self._deadline = time.monotonic() + timeout

    def close(self) -> None:
        self._socket.close()

    def extend(self, seconds: float) -> None:
        """Set the deadline later."""
        self._deadline += seconds

    def send(self, data: bytes) -> bool:
        """Send all of it and return True; or False if clamd has answered or closed the connection before."""
        rest = memoryview(data)
        while rest:
            # clamd answers and closes the connection when a file is too long. To go on sending could reset the
            # connection, and the answer would be lost.
            if self._wait(select.POLLIN | select.POLLOUT) != select.POLLOUT:
                return False
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                continue
            except OSError:
                return False
        return True

    def receive(self) -> str:
        """Return the answer without the NUL at its end."""
        received = bytearray()
        while b"\0" not in received:
            self._wait(select.POLLIN)
            try:
                block = self._socket.recv(MAX_ANSWER)
            except BlockingIOError:
                continue
            except OSError as error:
                raise ScannerUnavailable(f"{_CLOSED_EARLY}: {os_error_text(error)}") from error
            if not block:
                raise ScannerUnavailable(_CLOSED_EARLY)
            received += block
            if len(received) > MAX_ANSWER:
                raise ScannerUnavailable("clamd sent an answer that is too long")
        answer, _, more = received.partition(b"\0")
        if more:
            raise ScannerUnavailable("clamd sent more than one answer")
        return answer.decode("utf-8", "replace")

    def _wait(self, events: int) -> int:
        """Return what the socket is ready for."""
        waiting = select.poll()
        waiting.register(self._socket, events)
        remaining = self._deadline - time.monotonic()
        if remaining <= 0 or not (ready := waiting.poll(remaining * 1000)):
            raise ScannerUnavailable("clamd did not answer in time")
        return ready[0][1]
