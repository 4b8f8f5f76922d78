"""``extery serve`` in a process of its own, and requests to it."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.migrated import site_environment
from tests.waiting import HANG, wait_until

_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)/")


class Server(NamedTuple):
    process: subprocess.Popen[bytes]
    data: Path
    log: Path
    port: int

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def media(self) -> list[str]:
        """The names of the files in the media folder."""
        return [path.name for path in (self.data / "media").rglob("*") if path.is_file()]

    def workers(self) -> list[int]:
        """The process ids of the running workers of this site. Linux only."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if b"extery\0worker\0" in command and str(self.data).encode() in environment:
                found.append(int(folder.name))
        return found


@contextmanager
def serving(data: Path, *options: str, start: str = "", **variables: str) -> Iterator[Server]:
    """Run ``extery serve`` on a free port, and stop it by SIGTERM at the end.

    ``start`` is Python code that its process runs first. The database is migrated already.
    """
    database = {} if "EXTERY_DATABASE" in variables else site_environment(data)
    environment = {**os.environ, "EXTERY_MAX_UPLOAD": "2 MB", **database, **variables}
    log = data.parent / "serve.log"
    code = f"{start}\nfrom extery.cli.app import run\nrun()"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", "0", "--data", str(data), *options],
            stdout=output,
            stderr=output,
            env=environment,
        )
        try:
            yield Server(process, data, log, _port(process, log))
        finally:
            process.terminate()
            process.wait(HANG)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    wait_until(lambda: _PORT.search(log.read_text("utf-8")) or process.poll() is not None, log=log)
    match = _PORT.search(log.read_text("utf-8"))
    assert match, f"the server did not start:\n{log.read_text('utf-8')}"
    return int(match[1])


def run_script(server: Server, script: str) -> str:
    """Run Python in a Django shell on the data of that server; return what it prints."""
    result = subprocess.run(
        [sys.executable, "-m", "extery", "manage", "shell", "-v", "0", "-c", script],
        env={**os.environ, "EXTERY_DATA": str(server.data), **site_environment(server.data)},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout


def create_token(server: Server) -> str:
    """Create an account on that server, and return an API token of it."""
    script = (
        "from extery_site.accounts.models import User\n"
        "from extery_site.accounts.actions import create_token\n"
        "user = User.objects.create_user('ada', 'ada@example.org')\n"
        "print(create_token(user=user, name='test')[1])"
    )
    return run_script(server, script).split()[-1]


def ask(
    server: Server, method: str, path: str, body: object = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANG)
    try:
        connection.request(
            method,
            path,
            body,  # type: ignore[arg-type]
            {name.replace("_", "-"): value for name, value in headers.items()},
            encode_chunked=headers.get("Transfer_Encoding") == "chunked",
        )
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def form(data: bytes, boundary: str = "x") -> bytes:
    """A multipart body with one file. Random data may contain a short boundary."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="g.zip"\r\n\r\n'
    return head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
