"""A PostgreSQL server in a temporary folder, on a free loopback port and a Unix socket.

``python -m tests.services.postgresql run -- COMMAND …`` runs a command with ``EXTERY_DATABASE`` set to a new
database; the tests of the site then use that server: each worker of pytest-xdist creates databases of its own on it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

from tests.parts import PARTS, ROOT, free_port, is_required

USER = "extery"
#: Contains characters that must be encoded in an address.
PASSWORD = "p@ss/w:rd?#%"
START_LIMIT = 300.0
"""Seconds until the server must accept connections; only catches a hang."""

# Data need not survive a crash of the machine. As on most servers, the locale does not sort texts by
# their bytes.
_INITDB = [
    *("--username", USER, "--auth-host", "scram-sha-256", "--auth-local", "trust", "--no-sync"),
    *(
        "--encoding",
        "UTF8",
        "--locale",
        "C.UTF-8",
        "--locale-provider",
        "icu",
        "--icu-locale",
        "en-US",
    ),
]
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Work beside the tests, or for queries that take longer than those of tests.
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


class PostgresqlError(Exception):
    """The server did not start. The text is its output."""


@dataclass(frozen=True)
class PostgresqlServer:
    """A running server; its user may create databases."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def address(self, database: str = USER) -> str:
        """Return the address of a database over TCP, with the password."""
        return (
            f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}"
            "?sslmode=disable"
        )

    def socket_address(self, database: str = USER) -> str:
        """Return the address of a database over the Unix socket."""
        return f"postgresql://{USER}@:{self.port}/{database}?host={self.folder}"

    def create_database(self, name: str, options: str = "") -> None:
        """Create a database; ``options`` is SQL, such as ``ENCODING 'SQL_ASCII'``."""
        create_database(self.address("postgres"), name, options)

    def stop(self) -> None:
        """Disconnect everyone and stop the server."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(300)


def has_database(address: str, name: str) -> bool:
    """Return whether the server of an address has a database."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def create_database(address: str, name: str, options: str = "") -> None:
    """Create a database on the server of an address, unless it is there."""
    import psycopg
    from psycopg import sql

    if has_database(address, name):
        return
    with psycopg.connect(address, autocommit=True) as connection:
        command = sql.SQL("CREATE DATABASE {} " + options)  # type: ignore[arg-type]
        connection.execute(command.format(sql.Identifier(name)))


@cache
def drop_old_database(address: str, name: str) -> None:
    """Delete the database of an earlier process if it is there, and end all connections to it."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(address, autocommit=True) as connection:
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(command.format(sql.Identifier(name)))


def with_database(address: str, name: str) -> str:
    """Return the address of another database on the same server."""
    place, question, query = address.partition("?")
    return f"{place.rpartition('/')[0]}/{name}{question}{query}"


@contextmanager
def run_postgresql(programs: Path) -> Iterator[PostgresqlServer]:
    """Run a server of the installation in this folder (``…/bin``) within the block."""
    folder = Path(tempfile.mkdtemp(prefix="extery-pg-"))
    try:
        _make_cluster(programs, folder)
        server = _start(programs, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(programs: Path, folder: Path) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    if os.getuid() == 0:
        for path in (folder, password):
            shutil.chown(path, "postgres", "postgres")
    command = [programs / "initdb", "-D", folder / "data", *_INITDB, "--pwfile", password]
    made = subprocess.run(_as_user(command), capture_output=True, text=True, check=False, cwd="/")
    if made.returncode != 0:
        raise PostgresqlError(made.stdout + made.stderr)


def _start(programs: Path, folder: Path) -> PostgresqlServer:
    """Start the server on a port that is free; another program may take it first, so try again."""
    for _ in range(5):
        port = free_port()
        options = {**_OPTIONS, "port": str(port), "unix_socket_directories": str(folder)}
        command: list[str | Path] = [programs / "postgres", "-D", folder / "data"]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                _as_user(command), stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        server = PostgresqlServer(folder, port, process)
        if _is_ready(server):
            server.create_database(USER)
            return server
    raise PostgresqlError((folder / "log").read_text("utf-8", "replace"))


def _is_ready(server: PostgresqlServer) -> bool:
    """Wait until the server accepts connections; false if it ended."""
    import psycopg

    until = time.monotonic() + START_LIMIT
    while server.process.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(server.socket_address("postgres")).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    server.process.kill()
    return False


def _as_user(command: list[str | Path]) -> list[str]:
    """Return the command for a user other than root, which PostgreSQL refuses; it ends with this process."""
    words = list(map(str, command))
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return words
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    return [setpriv, *user, "--pdeathsig=INT", *words]


def run(command: list[str]) -> int:
    """Run a command with a new database; without PostgreSQL print how to install it."""
    part = PARTS["postgresql"]
    programs = part.find()
    if programs is None:
        print(f"postgresql is not here, nothing ran on it: {part.install}", file=sys.stderr)
        return 1 if is_required("postgresql") else 0
    with run_postgresql(programs) as server:
        environment = {**os.environ, "EXTERY_DATABASE": server.address()}
        return _run_until_it_ends(command, environment)


def _run_until_it_ends(command: list[str], environment: Mapping[str, str]) -> int:
    """Return the exit status of the command. SIGTERM is passed on; Ctrl+C reaches it directly."""
    process = subprocess.Popen(command, env=dict(environment), cwd=ROOT)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    previous: dict[int, Any] = {
        number: signal.signal(number, handler)
        for number, handler in ((signal.SIGTERM, pass_on), (signal.SIGINT, signal.SIG_IGN))
    }
    try:
        return process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    if sys.argv[1:3] != ["run", "--"] or not sys.argv[3:]:
        sys.exit("usage: python -m tests.services.postgresql run -- COMMAND …")
    sys.exit(run(sys.argv[3:]))
