"""A server with a certificate of its own, and the certificate."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class Answer(BaseHTTPRequestHandler):
    """Answers every request with the line in which it was requested."""

    def do_GET(self) -> None:
        body = f'"{self.path}"'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Print nothing: clients refuse the certificate."""


@contextmanager
def server(context: ssl.SSLContext | None = None) -> Iterator[int]:
    with Server(("127.0.0.1", 0), Answer) as made:
        if context:
            made.socket = context.wrap_socket(made.socket, server_side=True)
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made.server_port
        finally:
            made.shutdown()
            thread.join()


def make_certificate(folder: Path) -> Path:
    """Return a certificate of 127.0.0.1 that nothing trusts, with its key; skip without openssl."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not here")
    file = folder / "server.pem"
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(file), "-out", str(folder / "c.pem")]
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [program, "req", "-x509", "-days", "30", *key, *name], check=True, capture_output=True
    )
    file.write_bytes(file.read_bytes() + (folder / "c.pem").read_bytes())
    return file
