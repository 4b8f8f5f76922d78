"""Measures the response time of the listing while many slow clients hold connections open.

The peer in the same run is the same server without these clients. They are half-sent signed-in uploads
(headers only, and headers with part of the body), half-sent headers, and readers of a large file
that stop after its first byte. Prints the slowest of several responses and the memory of the server.

    python benchmarks/slow_clients.py [--clients 200] [--answers 20]
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

MAX_SECONDS = 1
LARGE = 25_000_000
PATH = "/api/v1/extensions/"
UPLOAD = (
    "POST /api/v1/packages/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n"
)
DOWNLOAD = "GET {file} HTTP/1.1\r\nHost: localhost\r\n\r\n"
KINDS = {
    "uploads, headers sent": UPLOAD + "\r\n",
    "uploads, body begun": UPLOAD + "\r\n--x\r\nContent-Dispo",
    "half-sent headers": UPLOAD,
    "slow readers": DOWNLOAD,
}
CREATE_TOKEN = (
    "from extery_site.accounts.models import User\n"
    "from extery_site.accounts.actions import create_token\n"
    "user = User.objects.create_user('ada', 'ada@example.org')\n"
    "print(create_token(user=user, name='benchmark')[1])"
)


def main() -> None:
    """Measure and print; exit with 1 above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--answers", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        missed = run(Path(folder), options)
    sys.exit(1 if missed else 0)


def run(folder: Path, options: argparse.Namespace) -> bool:
    """Measure each kind of client; return True if a response exceeds the limit."""
    data, log = folder / "data", folder / "site.log"
    command = [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            port = wait_for(process, log)
            values = {"token": create_token(data), "file": store_image(data)}
            alone = slowest_answer(port, options.answers)
            print(f"slowest of {options.answers} responses to GET {PATH}, limit {MAX_SECONDS} s\n")
            print(f"{'':25}{'time':>8}   of peer")
            print(f"no other client (peer)   {alone:8.3f} s   1.0")
            longest = alone
            for name, request in KINDS.items():
                with ExitStack() as stack:
                    sent = request.format(**values).encode()
                    clients = [hold_open(port, sent, stack) for _ in range(options.clients)]
                    if request == DOWNLOAD:
                        for client in clients:
                            client.recv(1)
                    seconds = slowest_answer(port, options.answers)
                print(f"{f'{options.clients} {name}':25}{seconds:8.3f} s   {seconds / alone:.1f}")
                longest = max(longest, seconds)
            print(f"peak memory of the server {peak_megabytes(process.pid):.0f} MB")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    missed = longest > MAX_SECONDS
    print(f"limit of {MAX_SECONDS} s for every response: {'exceeded' if missed else 'met'}")
    return missed


def wait_for(process: subprocess.Popen[bytes], log: Path) -> int:
    """Wait until the server listens; return its port."""
    while process.poll() is None:
        if match := re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text(encoding="utf-8")):
            return int(match[1])
        time.sleep(0.05)
    sys.exit(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def create_token(data: Path) -> str:
    """Create an account; return its API token."""
    result = subprocess.run(
        [sys.executable, "-m", "extery", "manage", "shell", "-v", "0", "-c", CREATE_TOKEN],
        env={**os.environ, "EXTERY_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.split()[-1]


def store_image(data: Path) -> str:
    """Store a file larger than all buffers; return its path on the site."""
    path = f"images/ab/{64 * 'a'}.webp"
    file = data / "media" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(LARGE))
    return f"/media/{path}"


def hold_open(port: int, request: bytes, stack: ExitStack) -> socket.socket:
    """Open a connection that sends a request and then stays idle."""
    client = stack.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    client.connect(("127.0.0.1", port))
    client.sendall(request)
    return client


def slowest_answer(port: int, number: int) -> float:
    """Return the seconds of the slowest of several requests, each on a new connection."""
    slowest = 0.0
    for _ in range(number):
        started = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}", timeout=600) as response:
            response.read()
        slowest = max(slowest, time.monotonic() - started)
    return slowest


def peak_megabytes(pid: int) -> float:
    """Return the peak memory of a process; 0 except on Linux."""
    status = Path(f"/proc/{pid}/status")
    match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    return int(match[1]) / 1000 if match else 0


if __name__ == "__main__":
    main()
