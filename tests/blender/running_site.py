"""Our site in processes of its own, with people who use it over HTTP as a browser and as a program."""

from __future__ import annotations

import html
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from PIL import Image

START_LIMIT = 300.0
"""Seconds until the site must have made its database and listen."""

PASSWORD = "gears-turn-both-ways"

# Sign-up needs no moderator, but the first moderator has to be made by whoever runs the site.
MAKE_PEOPLE = f"""
import json
from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
tokens = {{}}
for name in ("ada", "mod"):
    user = User.objects.create_user(name, name + "@example.org", {PASSWORD!r}, is_moderator=name == "mod")
    tokens[name] = create_token(user=user, name="tests")[1]
print(json.dumps(tokens))
"""

Files = Mapping[str, tuple[str, bytes]]


class SiteError(Exception):
    """The site did not start, or refused what a person asked; the text is its own."""


class Person:
    """Somebody with an account: a browser that is signed in, and a token for programs."""

    def __init__(self, site: str, name: str, token: str) -> None:
        self.site = site
        self.token = token
        self._cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies), ProxyHandler({}))
        self.fill_in("/account/login/", {"login": name, "password": PASSWORD})

    def api(self, path: str, body: Any = None, *, files: Files | None = None) -> Any:
        """Call the API with the token: GET, or POST if there is something to send."""
        headers = {"Authorization": f"Bearer {self.token}"}
        data = None
        if files is not None:
            data, headers["Content-Type"] = _multipart({}, files)
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        return json.loads(self._send(Request(f"{self.site}/api/v1{path}", data, headers)))

    def page(self, path: str) -> str:
        """The HTML of a page, as this person sees it."""
        return self._send(Request(urljoin(self.site, path))).decode()

    def fill_in(self, path: str, fields: Mapping[str, str], files: Files | None = None) -> None:
        """Open the page and send its form."""
        self.page(path)
        data, kind = _multipart(fields, files or {})
        secret = next(cookie.value or "" for cookie in self._cookies if "csrf" in cookie.name)
        headers = {"Content-Type": kind, "X-CSRFToken": secret}
        self._send(Request(urljoin(self.site, path), data, headers))

    def _send(self, request: Request) -> bytes:
        try:
            with self._opener.open(request, timeout=300) as response:
                body: bytes = response.read()
                return body
        except HTTPError as error:
            with error:
                told = error.read().decode("utf-8", "replace")
            raise SiteError(f"{error.code} {request.full_url}: {told[:2000]}") from None


class RunningSite:
    """A site that listens, Ada who publishes on it, and Mod who moderates it."""

    def __init__(self, url: str, log: Path, tokens: Mapping[str, str]) -> None:
        self.url = url
        self._log = log
        self.author = Person(url, "ada", tokens["ada"])
        self.moderator = Person(url, "mod", tokens["mod"])

    @property
    def repository_url(self) -> str:
        """What a user pastes into Blender."""
        return f"{self.url}/api/v1/extensions/"

    def log(self) -> str:
        """What the site has printed so far."""
        return self._log.read_text("utf-8")

    def publish(self, package: Path) -> None:
        """Upload, complete the draft, submit, approve: what it takes until everyone has it."""
        draft = self.author.api("/packages/", files={"file": (package.name, package.read_bytes())})
        if draft["missing"]:
            self.author.fill_in(
                draft["url"],
                {"description": "Walks *through* the site.", "alt_text": "A plain surface"},
                {"image": ("surface.png", _picture())},
            )
        version = f"/extensions/{draft['id']}/versions/{draft['version']['version']}"
        self.author.api(f"{version}/submit", {})
        hashes = [draft["sha256"]]
        self.moderator.api(f"{version}/approve", {"packages": hashes})

    def block(self, extension_id: str, reason: str) -> None:
        """Take the extension off the site."""
        self.moderator.api(f"/extensions/{extension_id}/block", {"reason": reason})

    def download_link(self, extension_id: str) -> str:
        """The link to drag into Blender, from the page of the extension."""
        address: str = self.author.api(f"/extensions/{extension_id}/")["url"]
        found = re.search(
            r'<a [^>]*href="([^"]*/download/[^"]*)"[^>]*draggable', self.author.page(address)
        )
        if found is None:
            raise SiteError(f"no download link on {address}")
        return urljoin(address, html.unescape(str(found[1])))


@contextmanager
def run_site(data: Path) -> Iterator[RunningSite]:
    """Run ``extery serve`` on a new data folder and a free port for as long as the ``with`` lasts."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "site.log"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "extery",
        "serve",
        "--port",
        "0",
        "--data",
        data,
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=_environment(data), start_new_session=True
        )
    try:
        url = _wait_until_it_listens(process, log)
        yield RunningSite(url, log, _make_people(data))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"runs at +(http://127\.0\.0\.1:\d+)/", log.read_text("utf-8")):
            return str(found[1])
        time.sleep(0.05)
    raise SiteError(f"the site did not start:\n{log.read_text('utf-8', 'replace')}")


def _make_people(data: Path) -> dict[str, str]:
    made = subprocess.run(
        [sys.executable, "-m", "extery", "manage", "shell", "-v", "0", "-c", MAKE_PEOPLE],
        check=False,
        capture_output=True,
        text=True,
        env=_environment(data),
    )
    if made.returncode != 0:
        raise SiteError(f"no people could be made:\n{made.stderr}")
    tokens: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return tokens


def _environment(data: Path) -> dict[str, str]:
    """Without settings of the surrounding test run."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("EXTERY_", "DJANGO_"))
    }
    return inherited | {"EXTERY_DATA": str(data), "PYTHONUTF8": "1"}


def _multipart(fields: Mapping[str, str], files: Files) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts += [(f'name="{name}"; filename="{file}"', data) for name, (file, data) in files.items()]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {heading}\r\n\r\n".encode()
        + data
        + b"\r\n"
        for heading, data in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (1920, 1080), "#336699").save(buffer, "PNG")
    return buffer.getvalue()
