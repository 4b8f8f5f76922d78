"""Measures the response time of the site while many slow or hostile clients hold connections open.

The peer in the same run is the same server without these clients. Each attack is run by a process
of its own, which keeps all its connections open and opens closed ones again. Prints the slowest of
several responses to the listing, requested from the address of the attackers, and to the home page,
requested from another address (Linux: 127.0.0.2), and the memory of the server. The limit is for
the listing.

    python benchmarks/slow_clients.py [--clients 200] [--answers 20] [--demo] [ATTACK ...]
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

MAX_SECONDS = 1
LARGE = 25_000_000
LISTING = "/api/v1/extensions/"
#: Seconds between two parts that a client sends.
INTERVAL = 0.2
ANYWHERE = "Host: localhost\r\n"
UPLOAD = (
    f"POST /api/v1/packages/ HTTP/1.1\r\n{ANYWHERE}Authorization: Bearer TOKEN\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\n"
)
SIZED = UPLOAD + "Content-Length: 1000000\r\n"
CHUNKED = UPLOAD + "Transfer-Encoding: chunked\r\n\r\n"


def get(path: str, headers: str = ANYWHERE, version: str = "1.1") -> str:
    """Return a request."""
    return f"GET {path} HTTP/{version}\r\n{headers}\r\n"


@dataclass(frozen=True)
class Attack:
    """What each client sends at first and then again and again, and whether it reads."""

    first: str
    again: str = ""
    reads: bool = False


MANY = "".join(f"X-{number}: {'x' * 300}\r\n" for number in range(95))
ATTACKS = {
    "connections without a byte": Attack(""),
    "half-sent headers": Attack(SIZED),
    "headers, byte by byte": Attack(f"GET / HTTP/1.1\r\n{ANYWHERE}X: ", "x"),
    "huge headers": Attack(get("/no", ANYWHERE + MANY) * 3, get("/no", ANYWHERE + MANY), True),
    "thousands of headers": Attack(get("/", ANYWHERE + "X:\r\n" * 9000) * 2, "", True),
    "empty lines": Attack("\r\n" * 100_000, "\r\n" * 30_000),
    "uploads, headers sent": Attack(SIZED + "\r\n"),
    "uploads, body begun": Attack(SIZED + "\r\n--x\r\nContent-Dispo"),
    "uploads, byte by byte": Attack(SIZED + "\r\n--x\r\nContent-Dispo", "x"),
    "uploads, waiting for 100": Attack(SIZED + "Expect: 100-continue\r\n\r\n"),
    "chunks, byte by byte": Attack(CHUNKED, "1\r\nx\r\n"),
    "many tiny chunks": Attack(CHUNKED + "1\r\nx\r\n" * 100_000, "1\r\nx\r\n" * 30_000),
    "slow downloads": Attack(get("FILE")),
    "slow downloads, 20 pipelined": Attack(get("FILE") * 20),
    "slow pages, 20 pipelined": Attack(get("/") * 20),
    "pages, 20 pipelined": Attack(get("/") * 20, get("/") * 20, reads=True),
    "pages, one after another": Attack(get("/"), get("/"), reads=True),
    "pages, HTTP/1.0": Attack(get("/", version="1.0"), "", reads=True),
    "pages, never closed": Attack(get("/")),
    "pages, not found": Attack(get("/no"), get("/no"), reads=True),
    "wrong hosts": Attack(get("/", "Host: a.example\r\n"), get("/", "Host: a\r\n"), True),
    "listings, 20 pipelined": Attack(get(LISTING) * 20, get(LISTING) * 20, reads=True),
    "listings, one after another": Attack(get(LISTING), get(LISTING), reads=True),
    "listings, wrong query": Attack(
        get(f"{LISTING}?platform=x"), get(f"{LISTING}?platform=y"), True
    ),
    "sign-ins": Attack(
        f"POST /account/login/ HTTP/1.1\r\n{ANYWHERE}Content-Length: 20\r\n\r\nlogin=a&password=bcd",
        f"POST /account/login/ HTTP/1.1\r\n{ANYWHERE}Content-Length: 20\r\n\r\nlogin=a&password=bcd",
        reads=True,
    ),
    "upgrades": Attack(
        get("/", ANYWHERE + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        reads=True,
    ),
}
CREATE_TOKEN = (
    "from extery_site.accounts.models import User\n"
    "from extery_site.accounts.actions import create_token\n"
    "user = User.objects.create_user('benchmark', 'benchmark@example.org')\n"
    "print(create_token(user=user, name='benchmark')[1])"
)


def main() -> None:
    """Measure and print; exit with 1 above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help="Default: all.")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--answers", type=int, default=20)
    parser.add_argument("--demo", action="store_true", help="Use the site with the demo content.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        missed = run(Path(folder), options)
    sys.exit(1 if missed else 0)


def run(folder: Path, options: argparse.Namespace) -> bool:
    """Run each attack; return True if a response to the listing exceeds the limit."""
    data, log = folder / "data", folder / "site.log"
    command = [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command + ["--demo"] * options.demo, stdout=output, stderr=output
        )
        try:
            port = wait_for(process, log)
            values = {"TOKEN": create_token(data), "FILE": store_image(data)}
            print(f"slowest of {options.answers} responses, {options.clients} clients\n")
            print(f"{'':30}{'listing':>10}{'home page':>12}   memory")
            longest = 0.0
            for name in ["", *(options.attacks or ATTACKS)]:
                attack = ATTACKS.get(name, Attack(""))
                clients = options.clients if name else 0
                listing, page = measure(port, attack, clients, options.answers, values)
                memory = peak_megabytes(process.pid)
                name = name or "no other client (peer)"
                print(f"{name:30}{listing:8.3f} s{page:10.3f} s{memory:6.0f} MB", flush=True)
                longest = max(longest, listing)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    missed = longest > MAX_SECONDS
    print(f"limit of {MAX_SECONDS} s for the listing: {'exceeded' if missed else 'met'}")
    return missed


def measure(
    port: int, attack: Attack, clients: int, answers: int, values: dict[str, str]
) -> tuple[float, float]:
    """Return the slowest responses to the listing and to the home page during an attack."""
    first, again = (
        re.sub("TOKEN|FILE", lambda match: values[match[0]], text).encode()
        for text in (attack.first, attack.again)
    )
    started, stop = multiprocessing.Event(), multiprocessing.Event()
    attackers = multiprocessing.Process(
        target=run_attack, args=(port, clients, first, again, attack.reads, started, stop)
    )
    attackers.start()
    try:
        started.wait()
        listing = max(seconds_for(port, LISTING, "127.0.0.1") for _ in range(answers))
        other = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"
        return listing, max(seconds_for(port, "/", other) for _ in range(answers))
    finally:
        stop.set()
        attackers.join()


def run_attack(
    port: int, number: int, first: bytes, again: bytes, reads: bool, started: Event, stop: Event
) -> None:
    """Keep that many connections open, send the first bytes, and the others in intervals."""
    clients: list[Client | None] = [None] * number
    with selectors.DefaultSelector() as selector:
        while not stop.is_set():
            due = time.monotonic() + INTERVAL
            for index, client in enumerate(clients):
                if client is None or client.is_closed:
                    clients[index] = Client(port, first, reads, selector)
                elif not client.unsent:
                    client.unsent = again
            started.set()
            while (left := due - time.monotonic()) > 0:
                if not selector.get_map():
                    time.sleep(left)
                for key, events in selector.select(left):
                    key.data.move(events)
            # The selector of a client with nothing to send would never wait.
            for client in clients:
                if client is not None and not client.is_closed:
                    client.select()


class Client:
    """A connection of an attacker."""

    def __init__(
        self, port: int, first: bytes, reads: bool, selector: selectors.BaseSelector
    ) -> None:
        self.unsent, self.is_closed = first, False
        self._reads, self._selector = reads, selector
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(60)
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._is_selected = False
        self.select()

    def select(self) -> None:
        """Wait for what can be done."""
        events = selectors.EVENT_READ if self._reads else 0
        events |= selectors.EVENT_WRITE if self.unsent else 0
        if self._is_selected:
            self._selector.unregister(self._socket)
        self._is_selected = bool(events)
        if events:
            self._selector.register(self._socket, events, self)

    def move(self, events: int) -> None:
        """Send and receive what is possible."""
        try:
            if events & selectors.EVENT_WRITE:
                with suppress(BlockingIOError):
                    self.unsent = self.unsent[self._socket.send(self.unsent) :]
                if not self.unsent:
                    self.select()
            if events & selectors.EVENT_READ and not self._socket.recv(65_536):
                raise ConnectionResetError
        except OSError:
            self._selector.unregister(self._socket)
            self._socket.close()
            self.is_closed = True


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


def seconds_for(port: int, path: str, source: str) -> float:
    """Return the seconds of one request on a new connection."""
    started = time.monotonic()
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=600, source_address=(source, 0)
    )
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status != http.HTTPStatus.OK:
        sys.exit(f"GET {path} was answered with {response.status}")
    return time.monotonic() - started


def peak_megabytes(pid: int) -> float:
    """Return the peak memory of a process; 0 except on Linux."""
    status = Path(f"/proc/{pid}/status")
    match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    return int(match[1]) / 1000 if match else 0


if __name__ == "__main__":
    main()
