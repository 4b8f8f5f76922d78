"""A server of files that waits before answers and for new connections, and limits the bandwidth of each connection."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

_BLOCK = 64_000


class Network(NamedTuple):
    """Seconds before each answer and for each new connection, and bytes a second of a connection, or 0."""

    label: str
    latency: float = 0.0
    connect: float = 0.0
    rate: float = 0.0


NETWORKS = {
    "instant": Network("0 ms"),
    "latency": Network("100 ms", 0.1),
    "connect": Network("100 ms + connect", 0.1, 0.1),
    "bandwidth": Network("+ 100 Mbit", 0.1, 0.1, 12.5e6),
}


class Server:
    """Serves the files of a folder, which must not change meanwhile, over persistent connections, with ranges."""

    def __init__(self, folder: Path) -> None:
        self.network = NETWORKS["instant"]
        self.requests = self.connections = 0
        self._folder = folder
        self._files: dict[str, bytes] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        network = self.network
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        time.sleep(network.connect)
        with connection, connection.makefile("rb") as file, suppress(OSError):
            while line := file.readline():
                method, path, _ = line.decode("latin-1").split()
                headers = {}
                while (line := file.readline()).strip():
                    name, _, value = line.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                self.requests += 1
                time.sleep(network.latency)
                head, body = self._answer(path, headers)
                connection.sendall(head)
                if method == "GET":
                    _send(connection, body, network.rate)
                if headers.get("connection", "").lower() == "close":
                    return

    def _answer(self, path: str, headers: dict[str, str]) -> tuple[bytes, memoryview]:
        name = unquote(path.partition("?")[0]).lstrip("/")
        if name not in self._files:
            try:
                self._files[name] = (self._folder / name).read_bytes()
            except OSError:
                return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", memoryview(b"")
        data = self._files[name]
        kind = "application/json" if name.endswith(".json") else "application/zip"
        lines = [f"Content-Type: {kind}", "Accept-Ranges: bytes", f'ETag: "{len(data)}-{name}"']
        status, start, end = "200 OK", 0, len(data)
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", "")):
            start, end = int(found[1]), min(end, int(found[2] or end) + 1)
            status = "206 Partial Content"
            lines.append(f"Content-Range: bytes {start}-{end - 1}/{len(data)}")
        lines.append(f"Content-Length: {end - start}")
        return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode(), memoryview(data)[
            start:end
        ]


def _send(connection: socket.socket, body: memoryview, rate: float) -> None:
    if not rate:
        connection.sendall(body)
        return
    started, sent = time.perf_counter(), 0
    while sent < len(body):
        block = body[sent : sent + _BLOCK]
        sent += len(block)
        time.sleep(max(0.0, started + sent / rate - time.perf_counter()))
        connection.sendall(block)
