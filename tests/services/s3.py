"""An S3 server (``rclone serve s3``) in a temporary folder, on a free loopback port, and a proxy with faults before it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.parts import free_port

ACCESS_KEY, SECRET_KEY = "extery-tests", "s3cr3t/with+characters"
START_LIMIT = 300.0
"""Seconds until the server must accept connections; only catches a hang."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    # Ignore the configuration of this machine.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class S3Error(Exception):
    """The server did not start. The text is its output."""


@dataclass(frozen=True)
class S3Server:
    """A running server. Its buckets are folders."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def create_bucket(self, name: str) -> None:
        """Create a bucket through the server, which caches the content of folders."""
        client = self.client()
        client.create_bucket(Bucket=name)
        client.close()

    def client(self) -> Any:
        """Return a client that is independent of the site."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}),
        )

    def address(
        self, bucket: str, *, prefix: str = "site", port: int = 0, timeout: int = 60
    ) -> str:
        """Return a value for ``EXTERY_STORAGE``; with a port, the address of a proxy."""
        endpoint = f"http://127.0.0.1:{port or self.port}"
        return f"s3://{bucket}/{prefix}?endpoint={endpoint}&addressing=path&timeout={timeout}"


@contextmanager
def run_s3(program: Path) -> Iterator[S3Server]:
    """Run a server within the block."""
    folder = Path(tempfile.mkdtemp(prefix="extery-s3-"))
    try:
        (folder / "buckets").mkdir()
        server = _start(program, folder)
        try:
            yield server
        finally:
            server.process.terminate()
            server.process.wait(START_LIMIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(program: Path, folder: Path) -> S3Server:
    """Start the server on a port that is free; another program may take it first, so try again."""
    for _ in range(5):
        port = free_port()
        command = [str(program), "serve", "s3", "--addr", f"127.0.0.1:{port}"]
        command += ["--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--config", os.devnull]
        # It reads the folder again for each request.
        command.append(f":local:{folder / 'buckets'}")
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig=TERM", *command]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        if _is_ready(port, process):
            return S3Server(folder, port, process)
    raise S3Error((folder / "log").read_text("utf-8", "replace"))


def _is_ready(port: int, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
        time.sleep(0.05)
    process.kill()
    return False


class Cut(Exception):
    """The proxy breaks the connection here."""


class FaultyProxy:
    """Forwards connections to a port, except for the faults that a test sets.

    Each fault is a function of the bytes that one side sent: it may replace them, respond
    itself or raise `Cut`.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.requests: list[str] = []
        """Method and path of each request."""
        self.on_request: Callable[[bytes, socket.socket], bytes | None] | None = None
        self.on_response: Callable[[bytes], bytes] | None = None
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def heal(self) -> None:
        """Forward everything again."""
        self.on_request = self.on_response = None

    def close(self) -> None:
        """Refuse new connections and break those that are open."""
        # A thread that waits in accept() would keep the listener open.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.break_connections()

    def break_connections(self) -> None:
        """Break every connection that is open."""
        with self._lock:
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._sockets |= {client, server}
            threads = [
                threading.Thread(target=self._forward, args=arguments, daemon=True)
                for arguments in ((client, server, True), (server, client, False))
            ]
            for thread in threads:
                thread.start()
            threading.Thread(target=self._end, args=(client, server, threads), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, is_request: bool) -> None:
        with suppress(OSError, Cut):
            while data := source.recv(65_536):
                forwarded: bytes | None = data
                if is_request:
                    line = data.split(b"\r\n", 1)[0].decode("latin-1")
                    if line.endswith(" HTTP/1.1"):
                        self.requests.append(line.removesuffix(" HTTP/1.1"))
                    if self.on_request is not None:
                        forwarded = self.on_request(data, source)
                elif self.on_response is not None:
                    forwarded = self.on_response(data)
                if forwarded is not None:
                    target.sendall(forwarded)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _end(
        self, client: socket.socket, server: socket.socket, threads: list[threading.Thread]
    ) -> None:
        for thread in threads:
            thread.join()
        with self._lock:
            self._sockets -= {client, server}
        client.close()
        server.close()


def answer(status: str, *methods: bytes) -> Callable[[bytes, socket.socket], bytes | None]:
    """Answer requests with one of these methods by a status; each ends its connection."""

    def on_request(data: bytes, client: socket.socket) -> bytes | None:
        if not data.startswith(tuple(method + b" " for method in methods)):
            return data
        head = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        client.sendall(head.encode())
        raise Cut

    return on_request


def swallow(*methods: bytes) -> Callable[[bytes, socket.socket], bytes | None]:
    """Never answer requests with one of these methods."""
    return lambda data, _: None if data.startswith(methods) else data


def cut_requests_after(size: int) -> Callable[[bytes, socket.socket], bytes | None]:
    """Break each connection on which that many bytes were sent."""
    sent: dict[int, int] = {}

    def on_request(data: bytes, client: socket.socket) -> bytes | None:
        number = client.fileno()
        sent[number] = sent.get(number, 0) + len(data)
        if sent[number] > size:
            sent.pop(number)
            raise Cut
        return data

    return on_request


def cut_response_once_after(size: int) -> Callable[[bytes], bytes]:
    """Break one connection after that many bytes of responses."""
    received = 0

    def on_response(data: bytes) -> bytes:
        nonlocal received
        before, received = received, received + len(data)
        if before <= size < received:
            raise Cut
        return data

    return on_response
